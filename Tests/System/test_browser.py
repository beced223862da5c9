"""The pages in a browser: they render at two widths with no error, and axe finds nothing serious."""
import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

WIDTHS = [1280, 390]


@pytest.fixture(scope="module")
def browser():
    assert shutil.which("chromium"), "chromium is on packages.txt; run scripts/setup test"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def product_path(server):
    return re.search(r"/products/[a-z0-9-]+", server.get("/").text).group(0)


def collection_path(server):
    return re.search(r"/collections/[a-z0-9-]+", server.get("/").text).group(0)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", ["home", "collection", "product", "search", "missing"])
def test_page_renders(server, browser, kind, width):
    path = {
        "home": "/", "collection": collection_path(server), "product": product_path(server), "search": "/search?q=coat",
        "missing": "/no-such-page",
    }[kind]  # fmt: skip
    page = browser.new_page(viewport={"width": width, "height": 900})
    errors, failed = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("dialog", lambda dialog: errors.append("a dialog opened"))
    try:
        answer = page.goto(f"http://fashion.localhost:{server.port}{path}", wait_until="load")
        assert answer.status == (404 if kind == "missing" else 200)
        if kind == "missing":  # the browser itself reports the page's own status as an error
            errors = [error for error in errors if "404" not in error]
        assert (errors, failed) == ([], [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
        assert page.locator("main").is_visible() and page.locator("h1").count() == 1
        results = Axe().run(page)
        serious = [v for v in results.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not serious, [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in serious]
    finally:
        page.close()


def test_page_is_complete_without_scripts(server, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://fashion.localhost:{server.port}{product_path(server)}")
    assert page.locator("h1").inner_text().strip()
    context.close()
