"""What a shopper has is in the shopper's cookie: any worker of any machine reads it, no restart loses it, and no other shop opens it."""
import base64
import os
import signal

import demo
import pytest
from conftest import Server
from core_api import CoreAPI
from demo import Shopper
from private import CUSTOMER_KEY, token
from services import Redis

KEY = "03" * 16 + "7f" * 16


def variant_of(shop, place=0):
    product = [p for p in demo.catalogue(shop)["products"] if any(v.get("available", True) for v in p.get("variants", []))][place]
    return {"product": product["handle"], "id": next(v["id"] for v in product["variants"] if v.get("available", True))}


def lines(shopper, **more):
    """How many lines the shopper's cart has."""
    answer = shopper.get("/cart", **more)
    assert answer.status == 200 and answer.headers["Cache-Control"] == "private, no-store"
    return answer.text.count("name=\"key\"") and len(set(part.split('"')[0] for part in answer.text.split('name="key" value="')[1:]))


@pytest.fixture
def shopper(own_server):
    shopper = Shopper(own_server, "fashion")
    assert shopper.post("/cart/add", {**variant_of("fashion"), "quantity": "2"}).status == 303
    return shopper


def test_a_cookie_is_what_browsers_should_keep(shopper):
    answer = shopper.post("/cart/add", {**variant_of("fashion", 1), "quantity": "1"})
    line = answer.headers["Set-Cookie"]
    assert line.startswith("storefront=") and line.endswith("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax") and len(line) < 3_800
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert lines(shopper) == 2


def test_nothing_is_lost_by_a_restart(own_server, shopper):
    own_server.process.send_signal(signal.SIGHUP)
    own_server.wait_for("reloaded")
    assert lines(shopper) == 1
    ready = len([line for line in own_server.events() if line.get("event") == "ready"])
    os.kill(own_server.worker(), signal.SIGKILL)
    own_server.wait_for("ready", times=ready + 1)
    assert lines(shopper) == 1


def test_any_worker_and_any_machine_reads_it(tmp_path):
    """Two machines of two workers with one key; a third with another, which then reads both."""
    redis = Redis(tmp_path / "redis")
    core = CoreAPI(tmp_path / "core-api", environment={"REDIS_URL": redis.url})
    here = {"REDIS_URL": redis.url, "CORE_API_URL": core.url}
    servers = []
    try:
        for name, key in (("one", KEY), ("two", KEY), ("other", "ab" * 8 + "cd" * 24), ("both", "ab" * 8 + "cd" * 24 + "," + KEY)):
            servers.append(Server(tmp_path / name, "--workers", "2", environment={**here, "SESSION_KEY": key}))
        shopper = Shopper(servers[0], "fashion")
        shopper.post("/cart/add", variant_of("fashion"))
        sealed = shopper.cookie
        # Each request is a connection of its own: the kernel gives them to both workers.
        for server, found in ((servers[0], 1), (servers[1], 1), (servers[2], 0)):
            assert {lines(Shopper(server, "fashion", sealed)) for _ in range(20)} == {found}
        moved = Shopper(servers[3], "fashion", sealed)
        assert lines(moved) == 1 and moved.cookie != sealed, "read with the old key, written with the new"
        assert lines(Shopper(servers[2], "fashion", moved.cookie)) == 1
    finally:
        for server in servers:
            server.stop()
        core.stop()
        redis.stop()


def test_another_shop_opens_nothing(own_server, shopper):
    for shop in demo.SHOPS:
        found = Shopper(own_server, shop, shopper.cookie)
        assert lines(found) == (1 if shop == "fashion" else 0)


@pytest.mark.parametrize("cookie", ["storefront=", "storefront=x", "storefront=" + "A" * 3_000, "storefront=\"", "a=b; storefront", "\xff\xfe=1", ";;;"])
def test_what_does_not_open_is_an_empty_cart(server, cookie):
    answer = server.get("/cart", headers={"Cookie": cookie.encode("latin-1")})
    assert answer.status == 200 and 'name="key"' not in answer.text


def test_the_first_cookie_that_opens_is_taken(own_server, shopper):
    shopper.cookie = f"storefront=torn; other=1; {shopper.cookie}; storefront=later"
    assert lines(shopper) == 1


@pytest.mark.parametrize("change, status", [
    ({"quantity": "0"}, 422), ({"quantity": "100"}, 422), ({"quantity": "-1"}, 422), ({"quantity": "two"}, 422), ({"id": "no-such"}, 422),
    ({"product": "no-such-product"}, 422), ({"product": ""}, 422), ({"properties[x]": "y" * 101}, 422), ({"properties[For]": "Ada"}, 303),
])  # fmt: skip
def test_what_a_form_may_not_say(server, change, status):
    shopper = Shopper(server, "fashion")
    answer = shopper.post("/cart/add", {**variant_of("fashion"), "quantity": "1", **change})
    assert answer.status == status
    assert bool(answer.headers["Set-Cookie"]) == (status == 303)
    assert lines(shopper) == (1 if status == 303 else 0)


@pytest.mark.parametrize("body, kind, status", [
    (b"product=%zz", "application/x-www-form-urlencoded", 400), (b"product=a", "text/plain", 415), (b"{}", "application/json", 415),
    (b"a=b&" * 65, "application/x-www-form-urlencoded", 400), (b"a=" + b"b" * 20_000, "application/x-www-form-urlencoded", 400),
])  # fmt: skip
def test_what_is_no_form(server, body, kind, status):
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Sec-Fetch-Site": "same-origin"}
    assert server.get("/cart/add", method="POST", headers=headers, body=body).status == status


def test_the_platform_hands_a_customer_back(tmp_path):
    server = Server(tmp_path, environment={"CUSTOMER_TOKEN_KEY": base64.b64encode(CUSTOMER_KEY).decode()})
    try:
        shopper = Shopper(server, "fashion")
        assert shopper.get("/account/arrive?token=" + token("fashion", "Ada <Été>")).status == 303
        assert "Ada &lt;Été&gt;" in shopper.get("/fragments/account-greeting").text
        for torn in (token("homes", "Ada"), token("fashion", ""), token("fashion", "Ada")[:-1], "x.y", ""):
            stranger = Shopper(server, "fashion")
            answer = stranger.get("/account/arrive?token=" + torn)
            assert answer.status in (303, 400, 403) and not stranger.cookie
        assert "Ada" not in (tmp_path / "access.log").read_text() and "token=" not in (tmp_path / "access.log").read_text()
    finally:
        server.stop()
