"""Edits of `storefront core-api`: who may, what is refused, and what every market reads next."""
import fractions
import json
import os
import socket
import subprocess

from conftest import BINARY, ROOT
from core_api import SHOWN, Market


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
    core = own_core(environment={"CORE_API_TOKEN": "a-long-secret"})
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
