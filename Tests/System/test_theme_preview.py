"""What a theme's author sees of it: pages and slots on standard output, and a shop on a port that shows each saved file at once."""
import http.client
import shutil
import signal
import subprocess

import pytest
from conftest import BINARY, EMBEDDED, ROOT, run

KINDS = ["index", "collection", "product", "search", "page", "blog", "article", "404", "cart", "wishlist", "compare"]


def preview(*words):
    return run("theme", "preview", *words, timeout=60)


@pytest.fixture
def themes(tmp_path):
    shutil.copytree(ROOT / "Themes", tmp_path / "Themes")
    return tmp_path / "Themes"


@pytest.mark.parametrize("theme, shop", [("base", "fashion"), ("fashion", "fashion"), ("fashion", "travel"), ("services", "services"), ("services", "homes")])
def test_every_kind_of_page_is_shown(theme, shop):
    for kind in KINDS:
        answer = preview(theme, "--shop", shop, "--page", kind)
        assert answer.returncode == 0 and answer.stderr == "", (kind, answer.stderr)
        assert answer.stdout.lower().startswith("<!doctype html>") and "</html>" in answer.stdout, kind


def test_a_language_a_slot_and_a_file(tmp_path):
    german = preview("fashion", "--locale", "de")
    assert '<html lang="de"' in german.stdout
    slot = preview("services", "--slot", "product.form.before-submit", "--plugins", "booking")
    assert slot.returncode == 0 and "<fieldset" in slot.stdout and "<html" not in slot.stdout
    bare = preview("services", "--slot", "product.form.before-submit", "--plugins", "")
    assert bare.returncode == 0 and bare.stdout == "" and "nothing fills the slot" in bare.stderr
    page = tmp_path / "page.html"
    assert preview("fashion", "--locale", "de", "--out", page).stdout == ""
    assert page.read_text() == german.stdout


def test_findings_of_a_broken_theme_are_printed(themes):
    (themes / "base" / "snippets" / "price.liquid").write_text("{{ 1 | mony }}")
    answer = preview(themes / "fashion")
    assert answer.returncode == 1 and answer.stdout == ""
    assert "../base/snippets/price.liquid:1:8: error: unknown filter 'mony'" in answer.stderr and "did you mean 'money'?" in answer.stderr


def test_a_served_theme_shows_each_saved_file_at_once(themes):
    process = subprocess.Popen(
        [BINARY, "theme", "preview", str(themes / "fashion"), "--port", "0"], cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=EMBEDDED, text=True)
    try:
        port = int(process.stdout.readline().rsplit(":", 1)[1].strip().strip("/"))

        def get(path):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read().decode()
            connection.close()
            assert answer.headers["Cache-Control"] == "private, no-store" and answer.headers["X-Robots-Tag"] == "noindex, nofollow"
            return answer.status, body

        section = themes / "base" / "sections" / "main-404.liquid"
        assert get("/")[0] == 200
        section.write_text("<p>{{ 'said.nowhere' | t }}</p>")
        assert get("/no-such-page")[0] == 404 and "<p>said.nowhere</p>" in get("/no-such-page")[1]
        section.write_text("{% if %}")
        status, body = get("/")
        assert status == 500 and "../base/sections/main-404.liquid:1:" in body
        section.write_text("<p>mended</p>")
        assert "<p>mended</p>" in get("/no-such-page")[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
