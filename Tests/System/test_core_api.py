"""`storefront core-api`: the contract of docs/core-api.md over a socket, checked against the sample shops' own files."""
import datetime
import decimal
import fractions
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.parse

import pytest

from conftest import BINARY, BOOKS, ROOT, needs_books

CATALOGS = ROOT / "Demo" / "catalog"
# The sample shops that bring their own catalogue.
SHOPS = [shop for shop in json.loads((ROOT / "Demo" / "tenants.json").read_text())["tenants"] if (CATALOGS / f"{shop['id']}.json").exists()]
NOW = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def catalogue(shop):
    return json.loads((CATALOGS / f"{shop}.json").read_text())


def shown(catalog):
    return [product for product in catalog["products"] if product.get("status", "active") == "active" and product.get("publishedAt", "") <= NOW]


FASHION = catalogue("fashion")
SHOWN = shown(FASHION)


class CoreAPI:
    def __init__(self, folder, *words, token=None, data=(), events=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CORE_", "REDIS_"))}
        if token is not None:
            environment["CORE_API_TOKEN"] = token
        if events is not None:
            environment["CORE_EVENTS_URL"] = events
        line = [BINARY, "core-api", "--tenants", ROOT / "Demo" / "tenants.json", "--port", "0", *words]
        for place in [*data, ROOT / "Demo"]:
            line += ["--data", place]
        self.log = pathlib.Path(folder) / f"core-api-{time.monotonic_ns()}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                list(map(str, line)), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, env=environment)
        self.port = int(self.wait_for("ready")["port"])

    def lines(self, name):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def wait_for(self, name, times=1):
        for _ in range(3000):
            if len(found := self.lines(name)) >= times:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"no {name} (exit {self.process.poll()}): {self.log.read_text()}")

    def ask(self, path, method="GET", body=None, headers=(), host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"localhost:{self.port}")
            for name, value in dict(headers).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            raw = response.read()
            if not raw or "json" not in response.headers.get("Content-Type", ""):
                return response.status, raw.decode(), response.headers
            assert response.headers["Cache-Control"] == "no-store"
            return response.status, json.loads(raw, parse_float=decimal.Decimal), response.headers
        finally:
            connection.close()

    def get(self, path, shop="fashion"):
        status, document, _ = self.ask(f"/v1/tenants/{shop}/{path}")
        assert status == 200, document
        assert document["mark"] > 1_700_000_000_000
        return document["value"]

    def edit(self, product, /, headers=(), host=None, shop="fashion", **fields):
        return self.ask(f"/v1/tenants/{shop}/products/{product}", "PATCH", json.dumps(fields).encode(), headers, host)

    def stop(self, with_signal=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


@pytest.fixture(scope="module")
def core(data_folder):
    core = CoreAPI(data_folder, data=[data_folder / "var"])
    yield core
    assert core.stop() == 0


@pytest.fixture
def own_core(tmp_path):
    """Starts core APIs for one test, which may edit and end them."""
    started = []

    def start(*words, **more):
        started.append(CoreAPI(tmp_path, *words, **more))
        return started[-1]

    yield start
    for core in started:
        assert core.stop() == 0


def amount(value):
    return decimal.Decimal(value["amount"] if isinstance(value, dict) else value)


# Reads


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


# Markets


def markets():
    found = []
    for shop in SHOPS:
        catalog = catalogue(shop["id"])
        found.append(pytest.param(shop["id"], catalog["locale"], catalog["currency"], id=f"{shop['id']}-own"))
        for market in shop.get("markets", []):
            currency = market.get("currency", catalog["currency"])
            found.append(pytest.param(shop["id"], market["locale"], currency, id=f"{shop['id']}-{market['locale']}"))
    return found


class Market:
    """What the files say of one market, worked out anew."""

    def __init__(self, shop, locale, currency):
        self.shop, self.catalog, self.fields = shop, catalogue(shop), f"locale={locale}&currency={currency}"
        file = CATALOGS / f"{shop}.{locale}.json"
        assert file.exists() or locale == self.catalog["locale"], f"{shop} has a market in {locale} and no {file.name}"
        self.texts = json.loads(file.read_text()) if file.exists() else {}
        self.currency = currency
        self.rate = next((rate for rate in self.catalog.get("rates", []) if rate["currency"] == currency), None)
        assert self.rate or currency == self.catalog["currency"], f"{shop} has a market in {currency} and no rate for it"

    def word(self, text):
        return self.texts.get("words", {}).get(text, text)

    def text(self, section, handle, name, own):
        return self.texts.get(section, {}).get(handle, {}).get(name, own)

    def price(self, text):
        base = fractions.Fraction(text)
        if not self.rate:
            return base
        step = fractions.Fraction(self.rate["step"])
        return -(-base * fractions.Fraction(self.rate["rate"]) // step) * step

    def ask(self, core, path):
        status, document, _ = core.ask(f"/v1/tenants/{self.shop}/{path}{'&' if '?' in path else '?'}{self.fields}")
        assert status == 200, document
        assert document.get("currency", self.currency) == self.currency
        return document["value"]


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_market_has_its_texts_and_prices(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    listed = {product["id"]: product for product in market.ask(core, "products?size=250")["items"]}
    assert len(listed) == len(shown(market.catalog)) >= 40
    for product in shown(market.catalog):
        told = listed[product["id"]]
        assert told["title"] == market.text("products", product["handle"], "title", product["title"])
        assert told["handle"] == product["handle"] and told.get("vendor", "") == product.get("vendor", "")
        assert told.get("unit", "") == market.word(product.get("unit", "")) and told.get("type", "") == market.word(product.get("type", ""))
        assert [option["name"] for option in told.get("options", [])] == [market.word(option["name"]) for option in product.get("options", [])]
        assert [fact["label"] for fact in told.get("attributes", [])] == [market.word(fact["label"]) for fact in product.get("attributes", [])]
        for fact, own in zip(told.get("attributes", []), product.get("attributes", [])):
            assert fact["value"] == (market.word(own["value"]) if own.get("type", "text") == "text" else own["value"])
        for variant, own in zip(told["variants"], product.get("variants", []), strict=bool(product.get("variants"))):
            if "salePrice" not in own:
                assert isinstance(variant["price"], str) and fractions.Fraction(variant["price"]) == market.price(own["price"])
        if locale == market.catalog["locale"]:
            assert told.get("language") == product.get("language")
        elif product["handle"] not in market.texts.get("products", {}):
            assert told.get("language") == (product.get("language", market.catalog["locale"]) if product.get("language") != locale else None)
        else:
            assert "language" not in told


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_pages_and_posts_are_the_files_own(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    for page in market.catalog["pages"]:
        told = market.ask(core, f"pages/{urllib.parse.quote(page['handle'])}")
        assert told["title"] == market.text("pages", page["handle"], "title", page["title"]) and told["bodyHTML"]
    published = [article for article in market.catalog["articles"] if article["publishedAt"] <= NOW]
    for blog in market.catalog["blogs"]:
        assert market.ask(core, f"blogs/{blog['handle']}")["title"] == market.text("blogs", blog["handle"], "title", blog["title"])
        dates, page = [], 1
        while True:
            articles = market.ask(core, f"blogs/{blog['handle']}/articles?size=2&page={page}")
            dates += [article["publishedAt"] for article in articles["items"]]
            if not articles["hasMore"]:
                break
            page += 1
        assert dates == sorted(dates, reverse=True)
        assert len(dates) == articles["total"] == sum(article["blog"] == blog["handle"] for article in published)
    for article in published:
        told = market.ask(core, f"blogs/{article['blog']}/articles/{urllib.parse.quote(article['handle'])}")
        for name in ("title", "excerpt"):
            assert told[name] == market.text("articles", article["handle"], name, article[name])
    entries = {(entry["kind"], entry.get("blog"), entry["handle"]) for entry in market.ask(core, "sitemap")}
    assert {("page", None, page["handle"]) for page in market.catalog["pages"]} <= entries
    assert {("article", article["blog"], article["handle"]) for article in published} <= entries


@pytest.mark.parametrize("shop", [shop["id"] for shop in SHOPS])
def test_what_moved_and_what_is_gone(core, shop):
    catalog = catalogue(shop)
    table = {moved["path"]: moved["target"] for moved in catalog.get("redirects", [])}
    for path in table:
        target = table[path]
        while target in table:
            target = table[target]
        told = core.get("redirects?path=" + urllib.parse.quote(path, safe=""), shop)
        assert urllib.parse.unquote(told["target"]) == urllib.parse.unquote(target)
    for path in catalog.get("gone", []):
        assert core.get("redirects?path=" + urllib.parse.quote(path, safe=""), shop) == {"gone": True}


def asked(filters, **fields):
    pairs = [("filter." + key, value) for key, values in filters.items() for value in values]
    return "products?" + urllib.parse.urlencode([*pairs, *fields.items()])


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_facets_count_is_what_choosing_it_leaves(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    plain = market.ask(core, "products?facets=1&size=1")
    assert plain["facets"] and [facet["key"] for facet in plain["facets"]] == [
        key for key in market.catalog["filters"] if key in {facet["key"] for facet in plain["facets"]}]
    values = {facet["key"]: [value["value"] for value in facet.get("values", [])] for facet in plain["facets"] if facet["key"] != "price"}
    random.seed(f"{shop} {locale}")
    chosen = [{}] + [
        {key: random.sample(values[key], random.randint(1, min(2, len(values[key])))) for key in random.sample(list(values), random.randint(1, 2))}
        for _ in range(6)
    ]
    for filters in chosen:
        page = market.ask(core, asked(filters, facets="1", size="250"))
        assert len(page["items"]) == min(250, page["total"])
        for facet in page["facets"]:
            if facet["key"] == "price":
                prices = [fractions.Fraction(product["price"]) for product in page["items"]]
                assert fractions.Fraction(facet.get("highestPrice", "0")) == max(prices, default=0)
                continue
            assert [value["value"] for value in facet["values"]] == values[facet["key"]], "no value is lost by a filter"
            for value in random.sample(facet["values"], min(4, len(facet["values"]))):
                one = market.ask(core, asked({**filters, facet["key"]: [value["value"]]}, size="1"))
                assert one["total"] == value["count"], (filters, facet["key"], value)
                if facet["key"] in ("type",) or facet["key"].startswith("option:"):
                    assert value["label"] == market.word(value["value"])


@pytest.mark.parametrize("shop, locale, currency", markets())
def test_a_range_of_prices_is_in_the_markets_currency(core, shop, locale, currency):
    market = Market(shop, locale, currency)
    prices = sorted(fractions.Fraction(product["price"]) for product in market.ask(core, "products?size=250")["items"])
    low, high = int(prices[len(prices) // 3]), int(prices[2 * len(prices) // 3])
    for text, keeps in [(f"{low}-{high}", lambda price: low <= price <= high), (f"{high}-", lambda price: price >= high), (f"-{low}", lambda price: price <= low)]:
        assert market.ask(core, f"products?price={text}&size=1")["total"] == sum(map(keeps, prices))


def test_who_names_no_market_gets_the_shops_own(core):
    own = core.ask("/v1/tenants/fashion/products?size=250")[1]
    assert own["value"] == core.ask("/v1/tenants/fashion/products?size=250&locale=en&currency=EUR")[1]["value"] and own["currency"] == "EUR"


# Edits


def test_an_edit_is_seen_by_the_next_read_and_by_no_other_shop(own_core):
    core = own_core()
    product = SHOWN[0]
    before = core.ask(f"/v1/tenants/fashion/products/{product['handle']}")[1]
    status, edited, _ = core.edit(product["handle"], price="12.34", title="Edited \u00e9\u4e2d", stock=0)
    assert status == 200 and edited["mark"] == before["mark"] + 1
    after = core.ask(f"/v1/tenants/fashion/products/{product['handle']}")[1]
    assert after["value"] == edited["value"] and after["mark"] == edited["mark"]
    assert after["value"]["title"] == "Edited \u00e9\u4e2d" and after["value"]["price"] == "12.34" and not after["value"]["available"]
    assert core.edit(product["handle"], status="draft")[0] == 200
    assert core.ask(f"/v1/tenants/fashion/products/{product['handle']}")[0] == 404
    assert core.get("products")["total"] == len(SHOWN) - 1
    assert core.edit(product["handle"], status="active")[0] == 200
    assert core.get("products")["total"] == len(SHOWN)


def test_an_edit_is_seen_in_every_market(own_core):
    core = own_core()
    market = Market("fashion", "ro", "RON")
    product = next(product for product in SHOWN if "salePrice" not in json.dumps(product))
    before = market.ask(core, f"products/{product['handle']}")
    assert core.edit(product["handle"], price="123.45", compareAt=None)[0] == 200
    after = market.ask(core, f"products/{product['handle']}")
    assert fractions.Fraction(after["price"]) == market.price("123.45") and after["title"] == before["title"]
    assert after["priceChanged"]["from"] == before["price"]
    changed = market.ask(core, "products?sort=price-changed&size=250")
    assert changed["items"][0]["handle"] == product["handle"]
    assert changed["total"] == sum("priceChanged" in one or one is product for one in SHOWN)
    assert core.edit(product["handle"], handle="another-handle")[0] == 200
    assert market.ask(core, "products/another-handle")["title"] == before["title"]
    assert core.get("redirects?path=/products/" + product["handle"]) == {"target": "/products/another-handle"}
    assert core.ask(f"/v1/tenants/fashion/products/{product['handle']}")[0] == 404


def test_a_wrong_edit_says_where_and_changes_nothing(own_core):
    core = own_core()
    handle = SHOWN[0]["handle"]
    before = core.ask(f"/v1/tenants/fashion/products/{handle}")[1]
    for fields, path in [
        ({"price": "cheap"}, "price"), ({"title": "Fine", "stock": "many"}, "stock"), ({"prize": "1"}, "prize"), ({"collections": ["none"]}, "collections"),
        ({"price": "1", "variant": "none"}, "variant"), ({"status": "sold"}, "status"), ({"price": {"amount": "1", "currency": "XAU"}}, "price"),
        ({}, None),
    ]:
        status, document, _ = core.edit(handle, **fields)
        assert status == 422 and document["error"]["code"] == "invalid" and document["error"].get("path") == path, document
    for body, status in [(b"", 400), (b"{", 400), (b"\xff\xfe", 400), (b"[" * 100_00, 400), (b" " * 70_000, 413)]:
        assert core.ask(f"/v1/tenants/fashion/products/{handle}", "PATCH", body)[0] == status
    assert core.edit("none", title="x")[0] == 404
    assert core.edit(handle, title="x", shop="nobody")[0] == 404
    assert core.ask(f"/v1/tenants/fashion/products/{handle}")[1] == before


def test_edits_need_the_token_where_there_is_one(own_core):
    core = own_core(token="a-long-secret")
    handle = SHOWN[0]["handle"]
    for said in [{}, {"Authorization": "Bearer a-long-secre"}, {"Authorization": "Bearer a-long-secret2"}, {"Authorization": "Basic a-long-secret"}]:
        status, document, headers = core.edit(handle, said, title="x")
        assert status == 401 and document["error"]["code"] == "unauthorized" and headers["WWW-Authenticate"] == "Bearer"
    assert core.edit(handle, {"Authorization": "Bearer a-long-secret"}, host="core.example", title="By token")[0] == 200
    assert core.get(f"products/{handle}")["title"] == "By token"
    assert "a-long-secret" not in core.log.read_text()


def test_without_a_token_only_this_machine_edits(own_core):
    core = own_core()
    assert core.edit(SHOWN[0]["handle"], host="evil.example", title="x")[0] == 403
    everywhere = own_core("--listen", "0.0.0.0")
    status, document, _ = everywhere.edit(SHOWN[0]["handle"], title="x")
    assert status == 403 and document["error"]["code"] == "forbidden"


def test_an_empty_token_is_a_mistake_and_not_a_door(tmp_path):
    line = [str(BINARY), "core-api", "--tenants", "Demo/tenants.json", "--data", "Demo", "--port", "0"]
    answer = subprocess.run(
        line, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT, env=dict(os.environ, CORE_API_TOKEN=""), timeout=30)
    assert answer.returncode == 3 and "CORE_API_TOKEN" in answer.stderr


def test_edits_at_once_are_one_after_the_other(own_core):
    core = own_core()
    handle = SHOWN[0]["handle"]
    first = core.ask("/v1/tenants/fashion/site")[1]["mark"]
    sockets = [socket.create_connection(("127.0.0.1", core.port), 20) for _ in range(20)]
    for number, s in enumerate(sockets):
        body = json.dumps({"title": f"Title {number}"}).encode()
        s.sendall(f"PATCH /v1/tenants/fashion/products/{handle} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    marks = []
    for s in sockets:
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
        marks.append(json.loads(answer.split(b"\r\n\r\n", 1)[1])["mark"])
        s.close()
    assert sorted(marks) == list(range(first + 1, first + 21))


# A process


def test_a_reload_reads_the_files_anew_and_marks_only_grow(own_core):
    core = own_core()
    handle = SHOWN[0]["handle"]
    mark = core.edit(handle, title="Edited")[1]["mark"]
    core.process.send_signal(signal.SIGHUP)
    core.wait_for("reloaded")
    document = core.ask(f"/v1/tenants/fashion/products/{handle}")[1]
    assert document["value"]["title"] == SHOWN[0]["title"] and document["mark"] > mark
    again = own_core()
    assert again.ask("/v1/tenants/fashion/site")[1]["mark"] > document["mark"]


def test_a_delay_is_a_delay_of_reads(own_core):
    core = own_core("--delay", "120")
    began = time.monotonic()
    core.get("site")
    assert time.monotonic() - began >= 0.12
    with socket.create_connection(("127.0.0.1", core.port), 20) as s:
        s.sendall(b"GET /v1/tenants/fashion/site HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.03)
        # What is in flight is answered.
        assert core.stop() == 0
        assert s.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_one_broken_catalogue_is_that_shops_break(own_core, tmp_path):
    (tmp_path / "broken" / "catalog").mkdir(parents=True)
    (tmp_path / "broken" / "catalog" / "books.json").write_text('{"currency": "GBP", "site": {"name": 5}}')
    core = own_core(data=[tmp_path / "broken"])
    assert core.get("site")["name"] == FASHION["site"]["name"]
    assert core.ask("/v1/tenants/books/site")[1]["error"]["code"] == "unknown-tenant"
    assert core.wait_for("catalogue-rejected")["tenant"] == "books"


def test_a_broken_translation_is_told_with_its_place(own_core, tmp_path):
    folder = tmp_path / "own" / "catalog"
    folder.mkdir(parents=True)
    (folder / "fashion.json").write_text((CATALOGS / "fashion.json").read_text())
    (folder / "fashion.de.json").write_text('{"products": {\n  "no-such-handle": {"title": "Nichts"}}}')
    core = own_core(data=[tmp_path / "own"])
    told = next(line for line in core.lines("catalogue-rejected") if line["tenant"] == "fashion")
    assert "fashion.de.json:2:" in told["error"] and "no-such-handle" in told["error"]
    assert core.ask("/v1/tenants/fashion/site")[1]["error"]["code"] == "unknown-tenant"
    assert core.ask(f"/v1/tenants/{SHOPS[1]['id']}/site")[0] == 200


# Events


def events(server, count):
    """The first `count` events of the stream, in their order."""
    for _ in range(3000):
        if server.client.xlen("core:events") >= count:
            break
        time.sleep(0.01)
    entries = server.client.xrange("core:events")
    assert len(entries) == count
    assert all(list(fields) == [b"event"] for _, fields in entries)
    return [json.loads(fields[b"event"]) for _, fields in entries]


def test_each_edit_is_one_event_and_a_start_touches_everything(own_core, redis_server):
    core = own_core(events=redis_server.url)
    assert core.lines("ready")[0]["tenants"] == str(len(SHOPS))
    product = SHOWN[0]
    soft = core.edit(product["handle"], title="Another")[1]
    hard = core.edit(product["handle"], stock=0)[1]
    assert core.edit(product["handle"], price="no")[0] == 422
    *starts, first, second = events(redis_server, len(SHOPS) + 2)
    assert [(event["tenant"], event["tags"], event["class"]) for event in starts] == [(shop["id"], ["*"], "hard") for shop in SHOPS]
    assert first["mark"] == soft["mark"] and first["class"] == "soft" and f"product:{product['id']}" in first["tags"]
    assert second["mark"] == hard["mark"] and second["class"] == "hard"
    assert {f"list:{handle}" for handle in product["collections"]} <= set(second["tags"])
    assert len({event["id"] for event in (*starts, first, second)}) == len(SHOPS) + 2
    core.process.send_signal(signal.SIGHUP)
    assert all(event["tags"] == ["*"] for event in events(redis_server, 2 * len(SHOPS) + 2)[len(SHOPS) + 2:])


def test_events_wait_for_redis_and_marks_grow_across_restarts(own_core, redis_server):
    redis_server.kill()
    core = own_core(events=redis_server.url)
    core.wait_for("events-waiting")
    marks = [core.edit(SHOWN[0]["handle"], title=f"Title {number}")[1]["mark"] for number in range(30)]
    redis_server.start()
    assert [event["mark"] for event in events(redis_server, len(SHOPS) + 30)][len(SHOPS):] == marks
    assert core.stop() == 0
    # Another process's clock may be behind: the stream knows how far marks were.
    ahead = marks[-1] + 10_000_000
    redis_server.client.xadd("core:events", {"event": json.dumps({"id": "x", "tenant": "fashion", "tags": [], "class": "soft", "mark": ahead})})
    again = own_core(events=redis_server.url)
    assert again.ask("/v1/tenants/fashion/site")[1]["mark"] > ahead


def test_a_stop_sends_what_waits(own_core, redis_server):
    core = own_core(events=redis_server.url)
    marks = [core.edit(SHOWN[0]["handle"], title=f"Title {number}")[1]["mark"] for number in range(50)]
    assert core.stop() == 0
    assert [event["mark"] for event in events(redis_server, len(SHOPS) + 50)][len(SHOPS):] == marks and not core.lines("events-lost")
    redis_server.kill()
    alone = own_core(events=redis_server.url)
    alone.edit(SHOWN[0]["handle"], title="Lost")
    assert alone.stop() == 0 and alone.lines("events-lost")[0]["commits"] == str(len(SHOPS) + 1)


def test_a_wrong_address_for_events_is_told_without_its_password(tmp_path):
    line = [str(BINARY), "core-api", "--tenants", "Demo/tenants.json", "--data", "Demo", "--port", "0"]
    environment = dict(os.environ, CORE_EVENTS_URL="http://:s3cret@redis:6379")
    answer = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment, timeout=30)
    assert answer.returncode == 3 and "CORE_EVENTS_URL" in answer.stderr and "s3cret" not in answer.stderr
