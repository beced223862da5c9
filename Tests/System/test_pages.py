"""The pages of one shop over the wire: codings, validators, hosts, paths and parameters."""
import gzip
import re
import xml.etree.ElementTree as tree
from urllib.parse import urlsplit

import html5lib
import pytest
from conftest import SHOP

NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def addresses(server):
    """The paths of the shop's sitemap, by their first segment."""
    root = tree.fromstring(server.get("/sitemap.xml").body)
    paths = [urlsplit(element.text).path for element in root.findall("s:url/s:loc", NAMESPACE)]
    kinds = {}
    for path in paths:
        kinds.setdefault(path.strip("/").split("/")[0], []).append(path)
    return kinds


@pytest.fixture(scope="module")
def pages(addresses):
    return {
        "home": "/", "collection": addresses["collections"][0], "product": addresses["products"][0],
        "search": "/search?q=coat", "missing": "/no-such-page",
    }  # fmt: skip


def document(answer):
    return html5lib.HTMLParser(namespaceHTMLElements=False).parse(answer.text)


@pytest.mark.parametrize("kind", ["home", "collection", "product", "search", "missing"])
def test_page_is_whole(server, pages, kind):
    answer = server.get(pages[kind])
    assert answer.status == (404 if kind == "missing" else 200)
    assert answer.headers["content-type"].lower() == "text/html; charset=utf-8"
    page = document(answer)
    assert page.get("lang")
    assert page.findtext("head/title").strip()
    assert page.find(".//main") is not None
    assert len(page.findall(".//h1")) == 1
    for left_over in ("{{", "{%", "Liquid error", "Optional("):
        assert left_over not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("kind", ["home", "collection", "product"])
def test_validator_and_304(server, pages, kind):
    first = server.get(pages[kind])
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[^"]+"', tag), "a strong ETag"
    for given in (tag, f'"other", {tag}', "*", f"W/{tag}"):
        again = server.get(pages[kind], headers={"If-None-Match": given})
        assert (again.status, again.body) == (304, b""), given
        assert again.headers["etag"] == tag
        assert "content-length" not in again.headers
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert server.get(pages[kind], headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize("kind", ["home", "collection", "product", "search", "missing"])
def test_head_is_get_without_the_body(server, pages, kind):
    full = server.get(pages[kind])
    head = server.get(pages[kind], method="HEAD")
    assert (head.status, head.body) == (full.status, b"")
    moving = {"date", "cache-status", "server-timing", "age"}
    fields = [{name.lower(): value for name, value in answer.headers.items() if name.lower() not in moving} for answer in (full, head)]
    assert fields[0] == fields[1]


def test_gzip_is_the_same_page_with_its_own_validator(server, pages):
    for path in (pages["home"], pages["product"]):
        plain = server.get(path)
        for _ in range(5):
            packed = server.get(path, headers={"Accept-Encoding": "gzip"})
            if packed.headers.get("content-encoding"):
                break
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"]
        assert "accept-encoding" in packed.headers["vary"].lower() and "accept-encoding" in plain.headers["vary"].lower()
        for tag in (packed.headers["etag"], plain.headers["etag"]):
            assert server.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}).status == 304
        refused = server.get(path, headers={"Accept-Encoding": "gzip;q=0, identity"})
        assert "content-encoding" not in refused.headers


def test_robots_names_the_sitemap(server):
    answer = server.get("/robots.txt")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.search(r"(?m)^User-agent: \*", answer.text)
    assert re.search(rf"(?m)^Sitemap: https?://{SHOP}\.[^ ]*/sitemap\.xml\s*$", answer.text)


def test_sitemap_is_valid_and_its_addresses_answer(server):
    answer = server.get("/sitemap.xml")
    assert answer.status == 200
    assert answer.headers["content-type"].split(";")[0] in ("application/xml", "text/xml")
    root = tree.fromstring(answer.body)
    assert root.tag == f"{{{NAMESPACE['s']}}}urlset"
    locations = [element.text for element in root.findall("s:url/s:loc", NAMESPACE)]
    assert len(locations) == len(set(locations)) >= 14
    for location in locations:
        assert server.get(urlsplit(location).path).status == 200, location


def test_stylesheet_is_fingerprinted_and_immutable(server):
    page = document(server.get("/"))
    styles = [link.get("href") for link in page.findall(".//link") if link.get("rel") == "stylesheet"]
    assert styles
    for style in styles:
        answer = server.get(urlsplit(style).path)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]


def test_pictures_answer(server, pages):
    for kind in ("home", "collection", "product"):
        for image in document(server.get(pages[kind])).findall(".//img"):
            assert image.get("alt") is not None
            answer = server.get(urlsplit(image.get("src")).path)
            assert answer.status == 200, image.get("src")
            assert answer.headers["content-type"].startswith("image/")


@pytest.mark.parametrize(
    "host",
    ["", "unknown.example", "fashion.localhost.evil.example", "evil.example:80", "fashion.localhost, evil.example", "a b", "a/b",
     "fashion.localhost/..", "fashion.localhost\\@evil", "user@fashion.localhost", "[::1]", "localhost:port", "fashion_localhost",
     "fashion.localhost:80:80", "%66ashion.localhost", "fashion.localhost#", "fashion.localhost?", "<script>", "..", "-",
     "xn--a.localhost", "a" * 254 + ".localhost"],
)  # fmt: skip
def test_hostile_host_says_nothing(server, host):
    answer, _ = server.raw(b"GET / HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 (400|404) ", head), head
    assert b"content-type: text/plain" in head.lower()
    assert len(body) < 100
    for word in filter(None, [host.encode() if len(host) > 3 else b"", b"fashion", b"Swift", b"Error"]):
        assert word not in body and word not in head


@pytest.mark.parametrize("host", ["FASHION.LocalHost", "fashion.localhost.", "fashion.localhost:1", "Fashion.localhost.:65535"])
def test_same_shop_by_every_spelling_of_its_host(server, host):
    assert server.get("/", host=host).body == server.get("/").body


@pytest.mark.parametrize(
    "path",
    ["/%2e%2e/%2e%2e/etc/passwd", "/../etc/passwd", "/assets/../../etc/passwd", "/assets/%2e%2e%2f%2e%2e%2fPackage.swift", "/%00",
     "/products/%00", "/%ff", "/products/%c0%ae%c0%ae/", "/products/%ed%a0%80", "/%zz", "/..%5c..%5cetc", "/.git/config", "/.env",
     "/assets/.", "/public/../tenants.json", "/products/" + "a" * 3000, "/products/%3Cscript%3Ealert(1)%3C%2Fscript%3E"],
)  # fmt: skip
def test_hostile_path(server, path):
    answer = server.get(path)
    assert answer.status in (400, 404)
    for word in ("root:", "storefront", "/Sources/", "<script>alert", "swift-tools"):
        assert word not in answer.text.replace("storefront;", "")


def test_unknown_parameters_do_not_split_the_cache(server, pages):
    plain = server.get(pages["product"])
    plain = server.get(pages["product"])
    assert "hit" in plain.headers["cache-status"]
    for query in ("utm_source=x", "gclid=1&fbclid=2", "x=%00", "callback=alert(1)", "a[]=1&a[b]=2", "page=1&" + "y" * 900):
        for method in ("GET", "HEAD"):
            answer = server.get(f"{pages['product']}?{query}", method=method)
            assert answer.status == 200
            assert re.match(r"storefront; *hit", answer.headers["cache-status"]), (query, answer.headers["cache-status"])
            assert answer.headers["etag"] == plain.headers["etag"]


def test_search_shows_its_words_as_text(server):
    answer = server.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E%3Cimg%20src=x%20onerror=alert(1)%3E")
    page = document(answer)
    assert not [element for element in page.iter("img") if element.get("onerror")]
    assert not [element for element in page.iter("script") if "alert(1)" in "".join(element.itertext())]
    fields = [element.get("value") for element in page.iter("input") if element.get("name") == "q"]
    assert "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>" in fields


def test_cookies_and_odd_headers_do_not_change_a_page(server):
    plain = server.get("/")
    for headers in ({"Cookie": "session=1; cart=2"}, {"X-Forwarded-Host": "evil.example"}, {"X-Original-URL": "/admin"},
                    {"Accept-Language": "de"}, {"User-Agent": "<script>"}, {"Forwarded": "host=evil.example"}):  # fmt: skip
        answer = server.get("/", headers=headers)
        assert answer.body == plain.body
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method, status", [("POST", 405), ("PUT", 405), ("DELETE", 405), ("BREW", 501)])
def test_methods(server, method, status):
    answer = server.get("/", method=method, headers={"Content-Length": "0"})
    assert answer.status == status
    if status == 405:
        assert {"GET", "HEAD"} <= {name.strip() for name in answer.headers["allow"].split(",")}


def test_operators_paths_are_on_their_own_listener(server):
    assert server.operations("/healthz").status == 200
    assert server.operations("/readyz").status == 200
    assert server.operations("/metrics").status == 200
    for path in ("/healthz", "/readyz", "/metrics"):
        assert server.get(path).status == 404
