"""`storefront core-api`, read: the contract of docs/core-api.md over a socket, checked against the sample shops' own files."""
import urllib.parse

import pytest
from conftest import needs_books
from core_api import FASHION, SHOWN, amount


def test_site_and_menus(core):
    site = core.get("site")
    assert {name: site[name] for name in FASHION["site"]} == FASHION["site"]
    for menu in FASHION["menus"]:
        answered = core.get(f"menus/{menu['handle']}")
        assert [item["title"] for item in answered["items"]] == [item["title"] for item in menu["items"]]


@pytest.mark.parametrize("product", SHOWN, ids=lambda product: product["handle"])
def test_every_product(core, product):
    status, document, _ = core.ask("/v1/tenants/fashion/products/" + urllib.parse.quote(product["handle"], safe=""))
    assert status == 200 and document["currency"] == FASHION["currency"]
    answered = document["value"]
    for name in ("id", "handle", "title", "vendor", "type", "images", "options", "tags", "collections"):
        if product.get(name):
            assert answered[name] == product[name], name
    assert isinstance(answered["price"], str), "amounts are texts"
    for variant, told in zip(product.get("variants", []), answered["variants"], strict=True):
        if "salePrice" not in variant:
            assert amount(told["price"]) == amount(variant["price"])
        assert "salePrice" not in told and told["id"] == variant["id"]


def test_collections_count_what_a_shopper_sees(core):
    answered = {collection["handle"]: collection for collection in core.get("collections")}
    assert list(answered) == [collection["handle"] for collection in FASHION["collections"]]
    for handle, collection in answered.items():
        assert collection["productCount"] == sum(handle in product.get("collections", []) for product in SHOWN)
        assert core.get(f"collections/{handle}") == collection
        listed = core.get(f"products?collection={handle}&size=250")
        assert listed["total"] == collection["productCount"] and len(listed["items"]) == min(250, listed["total"])


def test_pages_hold_every_product_once_and_in_order(core):
    handles, page = [], 1
    while True:
        answered = core.get(f"products?page={page}&size=7")
        assert (answered["page"], answered["size"], answered["total"]) == (page, 7, len(SHOWN))
        handles += [product["handle"] for product in answered["items"]]
        if not answered["hasMore"]:
            break
        page += 1
    assert handles == [product["handle"] for product in SHOWN]
    beyond = core.get(f"products?page={page + 1}&size=7")
    assert (beyond["items"], beyond["total"], beyond["hasMore"]) == ([], len(SHOWN), False)


@pytest.mark.parametrize("sort, key, reverse", [
    ("price-ascending", lambda product: amount(product["price"]), False), ("price-descending", lambda product: amount(product["price"]), True),
    ("best-selling", lambda product: product.get("sold", 0), True), ("newest", lambda product: product.get("publishedAt", product["updatedAt"]), True),
    ("title", lambda product: product["title"].lower(), False),
])
def test_orders(core, sort, key, reverse):
    items = core.get(f"products?sort={sort}&size=250")["items"]
    assert [key(item) for item in items] == sorted((key(item) for item in items), reverse=reverse)


def test_search_wants_every_word(core):
    words = SHOWN[0]["title"].split()
    found = core.get("products?q=" + urllib.parse.quote(" ".join(words[:2])))["items"]
    assert SHOWN[0]["handle"] in [product["handle"] for product in found]
    assert core.get("products?q=no-such-word-anywhere")["total"] == 0
    assert core.get("products?q=+")["total"] == len(SHOWN)


def test_sitemap_in_parts_is_the_whole(core):
    whole = core.get("sitemap")
    assert [entry["handle"] for entry in whole if entry["kind"] == "product"] == [product["handle"] for product in SHOWN]
    entries, after = [], ""
    while True:
        status, document, _ = core.ask(f"/v1/tenants/fashion/sitemap?size=3{after}")
        assert status == 200 and len(document["value"]) <= 3
        entries += document["value"]
        if "next" not in document:
            break
        after = "&after=" + urllib.parse.quote(document["next"], safe="")
    assert entries == whole


@needs_books
def test_an_imported_shop_is_served_beside_it(core):
    books = core.get("products?size=250", shop="books")
    assert books["total"] > 100 and books["items"][0]["title"]
    status, document, _ = core.ask(f"/v1/tenants/fashion/products/{books['items'][0]['handle']}")
    assert status == 404 and document["error"]["code"] == "not-found"


@pytest.mark.parametrize("path, code", [
    ("fashion/products/none", "not-found"), ("fashion/collections/none", "not-found"), ("fashion/menus/none", "not-found"),
    ("fashion/pages/none", "not-found"), ("fashion/blogs/none", "not-found"), ("fashion/blogs/journal/articles/none", "not-found"),
    ("fashion/redirects?path=/products/none", "not-found"),
    ("nobody/site", "unknown-tenant"), ("FASHION/site", "unknown-tenant"), ("fashion/nothing", "no-such-address"), ("fashion", "no-such-address"),
    ("fashion/products/a/b", "no-such-address"), ("fashion/site/", "no-such-address"),
])
def test_each_404_says_which_it_is(core, path, code):
    status, document, _ = core.ask(f"/v1/tenants/{path}")
    assert status == 404 and document["error"]["code"] == code
    assert ("mark" in document) == (code == "not-found")


@pytest.mark.parametrize("query, name", [
    ("size=0", "size"), ("size=251", "size"), ("size=-1", "size"), ("page=0", "page"), ("page=1e3", "page"), ("page=99999999999999999999", "page"),
    ("sort=cheapest", "sort"), ("filter.prize=1", "filter.prize"), ("filter.vendor=%ff", "filter.vendor"), ("price=10", "price"), ("facets=all", "facets"),
    ("locale=German", "locale"), ("currency=lei", "currency"), ("q=%ff%fe", "q"), ("q=%00", "q"), ("collection=%zz", "collection"),
])
def test_a_wrong_parameter_is_named(core, query, name):
    status, document, _ = core.ask(f"/v1/tenants/fashion/products?{query}")
    assert status == 400 and document["error"]["path"] == name


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/v1/tenants/fashion/products/%2e%2e", 400), ("GET", "/v1/tenants/fashion/products/a%2fb", 400), ("GET", "/" + "a" * 9000, 414),
    ("POST", "/v1/tenants/fashion/products/x", 405), ("PUT", "/v1/tenants/fashion/products/x", 405),
    ("DELETE", "/v1/tenants/fashion/products/x", 405), ("BREW", "/v1/tenants/fashion/site", 501), ("HEAD", "/v1/tenants/fashion/site", 200),
])
def test_what_the_wire_refuses(core, method, path, status):
    answered, _, headers = core.ask(path, method)
    assert answered == status
    if status == 405:
        assert "PATCH" in headers["Allow"]


def test_health_and_marks(core):
    assert core.ask("/healthz")[:2] == (200, "ok\n")
    mark = core.ask("/v1/tenants/fashion/site")[1]["mark"]
    assert core.ask("/v1/tenants/fashion/site", headers={"Core-Mark": str(mark)})[0] == 200
    status, document, _ = core.ask("/v1/tenants/fashion/site", headers={"Core-Mark": str(mark + 1000)})
    assert status == 503 and document["error"]["code"] == "behind"
    assert core.ask("/v1/tenants/fashion/site", headers={"Core-Mark": "-1"})[0] == 400
