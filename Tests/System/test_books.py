"""A real catalogue as a second shop: every product page opens, and no markup of its data reaches the page unescaped."""
import collections
import csv
import re
import xml.etree.ElementTree as tree
from urllib.parse import urlsplit

import html5lib
import pytest
from conftest import BOOKS, needs_books

pytestmark = needs_books
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
ADDRESSES = {"href", "src", "srcset", "action", "formaction", "poster", "data", "background"}


def plain(text):
    """Letters and digits only: spaces and quotes may be set differently on a page."""
    return re.sub(r"[\W_]+", "", text)


def words(markup, unseen):
    """The text a browser would show, without the contents of elements that it never shows."""
    fragment = html5lib.HTMLParser(namespaceHTMLElements=False).parseFragment(markup)
    for element in fragment.iter():
        if element.tag in unseen:
            element.text = ""
    return "".join(fragment.itertext())


def readings(markup):
    """A description as escaped text, or as HTML that was cleaned (where a title, being the head's, may be left out)."""
    return {plain(text) for text in (markup, words(markup, {"script", "style"}), words(markup, {"script", "style", "title"}))}


@pytest.fixture(scope="module")
def books():
    rows = []
    for path in BOOKS:
        with open(path, encoding="utf-8", newline="") as file:
            rows += [row for row in csv.reader(file) if row]
    return [{"title": row[3], "description": row[4], "upc": row[2], "price": row[7]} for row in rows]


@pytest.fixture(scope="module")
def pages(server):
    root = tree.fromstring(server.get("/sitemap.xml", shop="books").body)
    paths = [urlsplit(element.text).path for element in root.iter(LOCATION) if "/products/" in element.text]
    return {path: server.get(path, shop="books") for path in paths}


def parsed(answer):
    return html5lib.HTMLParser(namespaceHTMLElements=False).parse(answer.text)


def test_every_book_has_a_page(books, pages):
    assert all(answer.status == 200 for answer in pages.values())
    shown = collections.Counter("".join(parsed(answer).find(".//h1").itertext()).strip() for answer in pages.values())
    asked = collections.Counter({" ".join(title.split()): 1 for title in {book["title"] for book in books}})
    shown = collections.Counter({" ".join(title.split()): 1 for title in shown})
    assert shown == asked
    assert len({book["upc"] for book in books}) == len(pages)


def test_description_is_shown_as_text(books, pages):
    by_title = collections.defaultdict(list)
    for book in books:
        by_title[" ".join(book["title"].split())].append(book)
    wrong = []
    for path, answer in pages.items():
        page = parsed(answer)
        title = " ".join("".join(page.find(".//h1").itertext()).split())
        text = plain("".join(page.find(".//main").itertext()))
        if not any(reading in text for book in by_title[title] for reading in readings(book["description"])):
            wrong.append(path)
    assert not wrong


def test_no_markup_of_the_data_is_markup_of_the_page(books, pages):
    raw = [book["description"] for book in books] + [book["title"] for book in books]
    assert any("<" in text or "&" in text for text in raw), "the data holds what this test is about"
    for path, answer in pages.items():
        page = parsed(answer)
        for element in page.iter():
            if not isinstance(element.tag, str):
                continue
            for name, value in element.attrib.items():
                assert not name.lower().startswith("on"), (path, element.tag, name)
                if name.lower() in ADDRESSES:
                    assert not re.match(r"\s*(javascript|vbscript|data:text)", value, re.I), (path, element.tag, value)
        main = page.find(".//main")
        assert not [e.tag for e in main.iter() if e.tag in ("iframe", "object", "embed", "base", "meta", "frame")]
        scripts = [e for e in main.iter("script") if e.get("type") != "application/ld+json"]
        assert not scripts, path
        assert "Liquid error" not in answer.text


def test_prices_are_the_catalogue_s(books, pages):
    """Every price of the data is on its product's page, with the two decimals it was given with."""
    by_title = collections.defaultdict(set)  # two editions may have one title
    for book in books:
        by_title[" ".join(book["title"].split())].add(re.sub(r"\D", "", f"{float(book['price']):.2f}"))
    for path, answer in pages.items():
        page = parsed(answer)
        title = " ".join("".join(page.find(".//h1").itertext()).split())
        shown = {re.sub(r"\D", "", amount) for amount in re.findall(r"£\s*[\d,.]+\d", "".join(page.find(".//main").itertext()))}
        assert shown & by_title[title], path


def test_pages_of_the_shop(server):
    assert server.get("/", shop="books").status == 200
    answer = server.get("/search?q=hacking", shop="books")
    assert answer.status == 200 and "/products/" in answer.text
    assert "Fenn" not in answer.text  # the other shop's name


def test_one_shop_does_not_show_the_other(server, pages):
    for path in list(pages)[:5]:
        assert server.get(path).status == 404
