"""The program as a person types it: exit codes, sentences, help."""
import json
import os
import socket
import subprocess

import pytest

from conftest import BINARY, ROOT

COMMANDS = ["demo", "serve", "tenant list", "tenant check", "catalog import", "core-api", "relay", "template render", "theme preview", "caddyfile", "doctor"]


def run(*words, stdin="", **options):
    return subprocess.run([str(BINARY), *words], input=stdin, capture_output=True, text=True, timeout=30, cwd=ROOT, **options)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    answer = run(*command.split(), "--help")
    assert answer.returncode == 0 and f"storefront {command}" in answer.stdout and "xample" in answer.stdout
    assert command in run("--help").stdout


@pytest.mark.parametrize("words, code, sentence", [
    ([], 2, "no command given"),
    (["serv"], 2, 'did you mean "serve"'),
    (["tenant", "lst"], 2, 'did you mean "tenant list"'),
    (["serve", "--prot", "1"], 2, 'did you mean "--port"'),
    (["serve", "--port", "70000"], 2, "0 to 65535"),
    (["serve", "--tenants", "no/such.json"], 3, "no such file"),
    (["serve", "--tenants", "Demo/tenants.json", "--workers", "2"], 3, "need a shared cache"),
    (["demo", "--workers", "2"], 3, "need a shared cache"),
    (["worker"], 2, "started by the supervisor"),
    (["core-api", "--tenants", "no/such.json"], 3, "no such file"),
    (["core-api", "--tenants", "Demo/tenants.json", "--data", "docs", "--port", "0"], 3, "no shop of Demo/tenants.json has a catalogue"),
    (["core-api", "--delay", "-1"], 2, "0 to 60000"),
    (["relay"], 3, "set REDIS_URL"),
    (["tenant", "check"], 2, "needs HOST"),
    (["tenant", "check", "nobody.localhost", "--tenants", "Demo/tenants.json"], 1, "leads to no shop"),
    (["tenant", "list", "--tenants", "README.md"], 1, "README.md"),
    (["template", "render", "no/such.liquid"], 3, "cannot be read"),
    (["theme", "preview"], 2, "needs THEME"),
    (["theme", "preview", "fashin"], 3, 'did you mean "fashion"'),
    (["theme", "preview", "fashion", "--page", "prodct"], 2, "--page takes index or "),
    (["theme", "preview", "fashion", "--shop", "fashon"], 3, 'did you mean "fashion"'),
    (["theme", "preview", "fashion", "--plugins", "reviews,bokking"], 3, 'did you mean "booking"'),
    (["theme", "preview", "fashion", "--locale", "fr"], 3, "it is shown in en, de, ro, bn"),
    (["theme", "preview", "fashion", "--slot", "no.such"], 1, "has no slot 'no.such'"),
    (["theme", "preview", "fashion", "--page", "product", "--handle", "no-such"], 1, "answers 404"),
    (["theme", "preview", "fashion", "--data", "docs"], 3, "no catalogue"),
    (["theme", "preview", "fashion", "--out", "no/such/folder/page.html"], 3, "cannot be written"),
    (["catalog", "import", "no/such.csv", "--tenant", "x"], 3, "no/such.csv"),
    (["catalog", "import", "README.md", "--tenant", "Not A Tenant"], 2, "tenant"),
])
def test_mistakes_have_a_code_and_a_way_out(words, code, sentence):
    answer = run(*words)
    assert (answer.returncode, answer.stdout) == (code, ""), answer
    assert sentence in answer.stderr and "Fatal error" not in answer.stderr


def test_a_port_in_use_is_an_error_and_not_shared():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = run("demo", "--port", port, "--operations-port", "0")
    assert answer.returncode == 3 and port in answer.stderr and "another process has the port" in answer.stderr


def test_no_theme_at_all_is_an_error(tmp_path):
    answer = run("serve", "--tenants", "Demo/tenants.json", "--themes", str(tmp_path), "--port", "0", "--operations-port", "0")
    assert answer.returncode == 3 and "no theme" in answer.stderr


def test_template_render_escapes_and_tells_faults_with_their_place(tmp_path):
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "part.liquid").write_text("[{{ x }}]")
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"x": "<b>"}))
    words = ["template", "render", "-", "--data", str(data), "--partials", str(tmp_path / "snippets")]
    assert run(*words, stdin="{{ x }}{% render 'part', x: x %}").stdout == "&lt;b&gt;[&lt;b&gt;]"
    assert run(*words, "--escaping", "manual", stdin="{{ x }}").stdout == "<b>"
    faulty = run(*words, stdin="a\n{{ x | upcse }}\n{% if %}")
    assert faulty.returncode == 1
    assert "standard input:2:8: unknown filter 'upcse'" in faulty.stderr and "did you mean 'upcase'?" in faulty.stderr
    assert "standard input:3:" in faulty.stderr, "all faults in one run"


def test_template_render_reads_a_pipe():
    read, write = os.pipe()
    os.write(write, b'{"x": 7}')
    os.close(write)
    answer = run("template", "render", "-", "--data", f"/dev/fd/{read}", stdin="{{ x }}", pass_fds=[read])
    os.close(read)
    assert answer.stdout == "7", answer


def test_json_for_machines():
    rows = json.loads(run("tenant", "list", "--tenants", "Demo/tenants.json", "--json").stdout)
    assert [row["id"] for row in rows] == ["fashion", "services", "homes", "travel", "books"] and "fashion.localhost" in rows[0]["hosts"]
    words = ["tenant", "check", "Fashion.Localhost:80", "--tenants", "Demo/tenants.json", "--data", "Demo", "--json"]
    assert json.loads(run(*words).stdout) == {
        "host": "Fashion.Localhost:80", "id": "fashion", "status": "active", "theme": "fashion", "findings": []}
    assert json.loads(run("doctor", "--tenants", "Demo/tenants.json", "--json").stdout)["checks"]


def test_doctor_asks_the_services_that_the_environment_names(redis_server, monkeypatch):
    def checks(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        found = json.loads(run("doctor", "--tenants", "Demo/tenants.json", "--json").stdout)["checks"]
        return {check["subject"]: check["state"] for check in found}

    assert not any("Redis" in subject or subject == "core API" for subject in checks())
    found = checks(REDIS_URL=redis_server.url, REDIS_LOG_URL="redis://127.0.0.1:1", CORE_API_URL="http://127.0.0.1:1")
    assert found["Redis (cache, events)"] == "ok"
    assert found["Redis (change log)"] == "problem"
    assert found["core API"] == "problem"
    assert checks(REDIS_URL="http://nothing")["services"] == "problem"


def test_doctor_says_which_keys_are_missing(monkeypatch):
    def check(name, **environment):
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        found = json.loads(run("doctor", "--tenants", "Demo/tenants.json", "--json").stdout)["checks"]
        return next(check for check in found if check["subject"] == name)

    for name in ("SESSION_KEY", "CUSTOMER_TOKEN_KEY"):
        monkeypatch.delenv(name, raising=False)
        assert check(name)["state"] == "ok" and "is not set" in check(name)["found"]
    alone = check("SESSION_KEY", CORE_API_URL="http://127.0.0.1:1")
    assert alone["state"] == "warning" and "every machine" in alone["wayOut"]
    assert check("SESSION_KEY", SESSION_KEY="03" * 16 + "7f" * 16)["state"] == "ok"
    torn = check("keys", SESSION_KEY="c2VjcmV0")
    assert torn["state"] == "problem" and "SESSION_KEY: key 1" in torn["found"] and "c2VjcmV0" not in str(torn)


@pytest.mark.parametrize("name", ["SESSION_KEY", "CUSTOMER_TOKEN_KEY"])
def test_a_torn_key_is_an_error_that_does_not_repeat_it(name, monkeypatch):
    monkeypatch.setenv(name, "s3cret" * 5)
    answer = run("serve", "--tenants", "Demo/tenants.json", "--port", "0", "--operations-port", "0")
    assert answer.returncode == 3 and f"{name}: key 1 is not 32 bytes" in answer.stderr and "s3cret" not in answer.stderr
