"""`storefront caddyfile`: whatever is asked for, Caddy takes it as it is, and no value leaves its place."""
import os
import shutil
import subprocess

import pytest
from conftest import ROOT, run


def caddy(*words, folder):
    here = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PATH": os.environ["PATH"]}
    return subprocess.run([shutil.which("caddy"), *map(str, words)], capture_output=True, text=True, env=here, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("words, holds, lacks", [
    ([], ["reverse_proxy 127.0.0.1:8080 {", "health_port 8081", "on_demand", "https://{host}{uri}"], ["issuer", "email", "fail_duration"]),
    (["--internal-ca", "--http-port", "8000", "--https-port", "8443"], ["issuer internal", "http_port 8000", "https://{host}:8443{uri}"], []),
    (["--email", "ops+tls@shops.example"], ['email "ops+tls@shops.example"'], []),
    (["--origin", "10.0.0.1:80", "--origin", "[::1]:81", "--origin", "inner.example:82"],
     ["reverse_proxy 10.0.0.1:80 [::1]:81 inner.example:82 {", "least_conn", "fail_duration"], ["health_uri"]),
    (["--origin", "10.0.0.1:80"], [], ["health_uri", "fail_duration"]),
    (["--origin", "localhost:9000", "--ask", "http://[::1]:9001/internal/tls-permission"],
     ['ask "http://[::1]:9001/internal/tls-permission"', "health_port 9001"], []),
    (["--ask", "https://control.example/may"], ['ask "https://control.example:443/may"'], ["health_uri"]),
])  # fmt: skip
def test_caddy_takes_what_is_written(tmp_path, words, holds, lacks):
    file = tmp_path / "Caddyfile"
    written = run("caddyfile", *words, "--output", file)
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    text = file.read_text()
    assert text.count("https:// {") == 1, "one site, and no list of hosts"
    assert text == run("caddyfile", *words).stdout
    for part in holds:
        assert part in text
    for part in lacks:
        assert part not in text
    formatted = caddy("fmt", file, folder=tmp_path)
    assert formatted.stdout == text, "as caddy fmt writes it"
    checked = caddy("validate", "--adapter", "caddyfile", "--config", file, folder=tmp_path)
    assert checked.returncode == 0 and "Valid configuration" in checked.stdout + checked.stderr, checked.stderr


HOSTILE = ["", " ", "a b", "a\nadmin :2019", "a}", "{$HOME}", "{env.HOME}", 'a"', "a`", "a\\", "a#", "a;", "<<X", "a,b", "bücher.example"]


@pytest.mark.parametrize("option, form", [
    ("--origin", "{}"), ("--origin", "{}:80"), ("--origin", "a:{}"), ("--origin", "[{}]:80"), ("--ask", "{}"), ("--ask", "https://{}/x"),
    ("--ask", "https://a/{}"), ("--ask", "{}://a/"), ("--email", "{}"), ("--email", "{}@a.example"), ("--email", "a@{}"),
    ("--http-port", "{}"), ("--https-port", "{}"),
])  # fmt: skip
def test_a_value_that_means_something_to_caddy_is_refused(option, form):
    for value in HOSTILE:
        if option == "--ask" and (form, value) in [("https://a/{}", "")]:
            continue
        said = run("caddyfile", option, form.format(value))
        assert (said.returncode, said.stdout) == (2, ""), (option, value)
        assert option in said.stderr and "storefront caddyfile --help" in said.stderr


@pytest.mark.parametrize("words, sentence", [
    (["--origin", "a"], "HOST:PORT"), (["--origin", "a:0"], "HOST:PORT"), (["--origin", "a:65536"], "HOST:PORT"),
    (["--origin", "a:80:80"], "HOST:PORT"), (["--origin", "::1:80"], "HOST:PORT"), (["--origin", "[::g]:80"], "HOST:PORT"),
    (["--origin", "a:80", "--origin", "A:80"], "there twice"), (["--ask", "http://10.0.0.1/x"], "must be on this machine"),
    (["--ask", "http://127.evil.example/x"], "must be on this machine"), (["--ask", "http://127.0.0.1/x?domain=a"], "without a query"),
    (["--ask", "ftp://127.0.0.1/x"], "--ask takes"), (["--ask", "http://user@127.0.0.1/x"], "--ask takes"),
    (["--http-port", "443"], "are both 443"), (["--http-port", "0"], "1 to 65535"),
])  # fmt: skip
def test_mistakes_have_a_way_out(words, sentence):
    said = run("caddyfile", *words)
    assert (said.returncode, said.stdout) == (2, "") and sentence in said.stderr


def test_the_template_is_checked_too(tmp_path):
    template = tmp_path / "t"
    assert run("caddyfile", "--template", template).returncode == 3
    template.write_text("{\n}\n{{ orgins }} {\n")
    said = run("caddyfile", "--template", template)
    assert said.returncode == 1 and f"{template}:3:4: there is no value 'orgins'" in said.stderr and "origins" in said.stderr
    template.write_text("{% if %}")
    assert run("caddyfile", "--template", template).returncode == 1
    template.write_text("{{ ask }}")
    assert run("caddyfile", "--output", tmp_path / "no" / "such", "--template", template).returncode == 3
    kept = tmp_path / "kept"
    kept.write_text("before")
    template.write_text("{{ ask | nosuch }}")
    assert run("caddyfile", "--output", kept, "--template", template).returncode == 1 and kept.read_text() == "before"
    assert (ROOT / "Caddyfile.template").exists()
