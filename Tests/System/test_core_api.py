"""`storefront core-api`: the contract of docs/core-api.md over a socket, checked against the sample shops' own files."""
import decimal
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse

import pytest

from conftest import BINARY, BOOKS, ROOT, needs_books

FASHION = json.loads((ROOT / "Demo" / "catalog" / "fashion.json").read_text())
SHOWN = [product for product in FASHION["products"] if product.get("status", "active") == "active"]


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

    def edit(self, handle, headers=(), host=None, shop="fashion", **fields):
        return self.ask(f"/v1/tenants/{shop}/products/{handle}", "PATCH", json.dumps(fields).encode(), headers, host)

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
    ("nobody/site", "unknown-tenant"), ("FASHION/site", "unknown-tenant"), ("fashion/nothing", "no-such-address"), ("fashion", "no-such-address"),
    ("fashion/products/a/b", "no-such-address"), ("fashion/site/", "no-such-address"),
])
def test_each_404_says_which_it_is(core, path, code):
    status, document, _ = core.ask(f"/v1/tenants/{path}")
    assert status == 404 and document["error"]["code"] == code
    assert ("mark" in document) == (code == "not-found")


@pytest.mark.parametrize("query, name", [
    ("size=0", "size"), ("size=251", "size"), ("size=-1", "size"), ("page=0", "page"), ("page=1e3", "page"), ("page=99999999999999999999", "page"),
    ("sort=cheapest", "sort"), ("q=%ff%fe", "q"), ("q=%00", "q"), ("collection=%zz", "collection"),
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
    assert core.lines("ready")[0]["tenants"] == "1"
    product = SHOWN[0]
    soft = core.edit(product["handle"], title="Another")[1]
    hard = core.edit(product["handle"], stock=0)[1]
    assert core.edit(product["handle"], price="no")[0] == 422
    start, first, second = events(redis_server, 3)
    assert (start["tenant"], start["tags"], start["class"]) == ("fashion", ["*"], "hard")
    assert first["mark"] == soft["mark"] and first["class"] == "soft" and f"product:{product['id']}" in first["tags"]
    assert second["mark"] == hard["mark"] and second["class"] == "hard"
    assert {f"list:{handle}" for handle in product["collections"]} <= set(second["tags"])
    assert len({event["id"] for event in (start, first, second)}) == 3
    core.process.send_signal(signal.SIGHUP)
    assert events(redis_server, 4)[3]["tags"] == ["*"]


def test_events_wait_for_redis_and_marks_grow_across_restarts(own_core, redis_server):
    redis_server.kill()
    core = own_core(events=redis_server.url)
    core.wait_for("events-waiting")
    marks = [core.edit(SHOWN[0]["handle"], title=f"Title {number}")[1]["mark"] for number in range(30)]
    redis_server.start()
    assert [event["mark"] for event in events(redis_server, 31)][1:] == marks
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
    assert [event["mark"] for event in events(redis_server, 51)][1:] == marks and not core.lines("events-lost")
    redis_server.kill()
    alone = own_core(events=redis_server.url)
    alone.edit(SHOWN[0]["handle"], title="Lost")
    assert alone.stop() == 0 and alone.lines("events-lost")[0]["commits"] == "2"


def test_a_wrong_address_for_events_is_told_without_its_password(tmp_path):
    line = [str(BINARY), "core-api", "--tenants", "Demo/tenants.json", "--data", "Demo", "--port", "0"]
    environment = dict(os.environ, CORE_EVENTS_URL="http://:s3cret@redis:6379")
    answer = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment, timeout=30)
    assert answer.returncode == 3 and "CORE_EVENTS_URL" in answer.stderr and "s3cret" not in answer.stderr
