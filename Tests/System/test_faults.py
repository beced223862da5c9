"""Faults 1 to 7 of Redis, and what a shopper sees of each: always the page that would have come without the fault.

The workers, the relay and nothing else reach Redis through the fault proxy; the test asks Redis itself directly. A worker
with `--cache-mb 0` keeps nothing of its own, so that every page is looked for in Redis.
"""
import json
import re
import signal
import time

import pytest
import shops
from conftest import ROOT, Server
from core_api import CoreAPI
from faults import BLACK_HOLE, FREEZE, PASS, REFUSE, FaultProxy, garbage, truncate
from load import Load

pytestmark = pytest.mark.alone

HANDLES = [product["handle"] for product in json.loads((ROOT / "Demo" / "catalog" / "fashion.json").read_text())["products"]]
PAGES = ["/", "/collections/all"] + [f"/products/{handle}" for handle in HANDLES]
SHARED = "hit; ttl=N; detail=shared"
PATIENCE = 3  # seconds: nothing hangs longer, whatever Redis does


class Shop:
    """A server whose Redis is behind the proxy, and what its pages look like without a fault."""

    def __init__(self, folder, redis, core, *words):
        self.redis, self.proxy = redis, FaultProxy(redis.port)
        environment = {"REDIS_URL": f"redis://127.0.0.1:{self.proxy.port}", "CORE_API_URL": core.url}
        self.server = Server(folder, *words, environment=environment)
        try:
            self.followed()
            # Made, and kept in Redis: from here on each page is a hit there.
            self.pages = {path: self.get(path)[0].body for path in PAGES}
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self.proxy.set(PASS)
        code = self.server.stop()
        self.proxy.close()
        return code

    def get(self, path):
        began = time.monotonic()
        answer = self.server.get(path)
        return answer, time.monotonic() - began

    def status(self, path="/"):
        return self.get(path)[0].headers["cache-status"]

    def until(self, what, seconds=20):
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, (self.status(), self.server.events()[-5:])
            time.sleep(0.02)
        return seconds - (end - time.monotonic())

    def followed(self):
        """Until the change log's end is in sight, what is in Redis is not relied on."""
        return self.until(lambda: "log-lost" not in self.status())

    def shared(self):
        """Until pages come from Redis again; how long that took."""
        return self.until(lambda: "detail=shared" in self.status())

    def settled(self):
        """Until every page comes from Redis and nothing is on its way there: storing is not waited for."""
        return self.until(lambda: list(self.browse(rounds=1)[0]) == [SHARED] and self.metric("shared_cache_pending") == 0)

    def metric(self, name):
        found = re.search(rf"^storefront_{re.escape(name)} (\S+)$", self.server.operations("/metrics").text, re.M)
        return float(found.group(1)) if found else 0

    def renders(self):
        return int(self.metric('renders_total{what="page"}'))

    def browse(self, rounds=3):
        """Every page, some times over: all must be as they were without the fault. What was seen, in a sentence, and p99."""
        took, statuses = [], {}
        for _ in range(rounds):
            for path, page in self.pages.items():
                answer, seconds = self.get(path)
                took.append(seconds)
                assert (answer.status, answer.body) == (200, page), (path, answer.status, answer.headers["cache-status"])
                seen = re.sub(r"-?\d+", "N", answer.headers["cache-status"].partition("; ")[2])
                statuses[seen] = statuses.get(seen, 0) + 1
        assert max(took) < PATIENCE
        assert self.server.operations("/healthz").status == 200
        return statuses, sorted(took)[len(took) * 99 // 100]


@pytest.fixture
def shop(tmp_path, redis_server, core_api):
    shop = Shop(tmp_path / "shop", redis_server, core_api, "--cache-mb", "0")
    yield shop
    assert shop.stop() == 0


@pytest.fixture
def cold(tmp_path, core_api):
    """p99 of a page that is made anew each time, without any Redis."""
    server = Server(tmp_path / "cold", "--cache-mb", "0", environment={"CORE_API_URL": core_api.url})
    took = []
    try:
        for path in PAGES * 3:
            began = time.monotonic()
            assert server.get(path).status == 200
            took.append(time.monotonic() - began)
    finally:
        server.stop()
    return sorted(took)[len(took) * 99 // 100]


def test_without_a_fault_pages_come_from_redis(shop, figures):
    shop.settled()
    renders = shop.renders()
    seen, p99 = shop.browse()
    assert seen == {SHARED: len(PAGES) * 3} and shop.renders() == renders
    figures.append(f"no fault: {seen}, p99 {1000 * p99:.1f} ms")


@pytest.mark.parametrize("number, fault", [(1, REFUSE), (2, BLACK_HOLE), (3, FREEZE), (4, garbage()), (4, truncate(3))],
                         ids=["refused", "black-hole", "frozen", "garbage", "half-a-reply"])  # fmt: skip
def test_redis_at_fault_is_a_page_made_anew(shop, cold, figures, number, fault):
    connections, began = shop.proxy.connections, time.monotonic()
    shop.proxy.set(fault)
    seen, p99 = shop.browse()
    # For longer: nobody knows any more what has changed.
    shop.until(lambda: "log-lost" in shop.status())
    lost, _ = shop.browse(rounds=1)
    during, tries = time.monotonic() - began, shop.proxy.connections - connections
    assert not any("shared" in status for status in [*seen, *lost])
    # The breaker's pauses double to a second, of each client: cache and log of the worker, two of the relay.
    assert tries <= 4 * (5 + 7 + 2 * during), "a storm of connections"
    shop.proxy.set(PASS)
    healed = shop.shared()
    renders = shop.renders()
    again, _ = shop.browse()
    assert again == {SHARED: len(PAGES) * 3} or shop.renders() - renders <= len(PAGES), again
    figures.append(
        f"fault {number}, Redis {fault.kind}: the same {len(PAGES) * 3} pages, {seen}, later {lost}; p99 {p99 / cold:.1f} times a cold one's, {tries} "
        f"connections in {during:.1f} s; pages from Redis again {healed:.1f} s after")


def test_a_redis_that_is_stopped_and_goes_on(shop, figures):
    """Fault 3 with the process itself: what was sent to it while it stood still is answered late, and taken by nobody."""
    shop.redis.signal(signal.SIGSTOP)
    try:
        seen, p99 = shop.browse()
    finally:
        shop.redis.signal(signal.SIGCONT)
    healed = shop.shared()
    renders = shop.renders()
    shop.browse()
    assert shop.renders() - renders <= len(PAGES)
    figures.append(f"fault 3, Redis stopped: {seen}, p99 {1000 * p99:.0f} ms; pages from Redis again {healed:.1f} s after")


def test_redis_out_of_memory(shop, figures):
    """Fault 5: nothing is stored, everything is answered, and each look-up is tried once."""
    shop.redis.client.config_set("maxmemory-policy", "noeviction")
    shop.redis.client.config_set("maxmemory", "1")
    for key in shop.redis.client.keys("storefront:{*}:f:*"):
        shop.redis.client.delete(key)
    counted = ("shared_cache_trips_total", "shared_cache_stores_total")
    before = [shop.metric(name) for name in counted]
    shop.redis.client.config_resetstat()
    seen, p99 = shop.browse()
    calls = sum(stats["calls"] for name, stats in shop.redis.client.info("commandstats").items() if name.startswith("cmdstat_eval"))
    asked, meant = len(PAGES) * 3, sum(shop.metric(name) for name in counted) - sum(before)
    # Beside the worker's own, heartbeats of the log; a script may be unknown once.
    assert calls <= 1.1 * meant + 20, "a storm of retries"
    shop.redis.client.config_set("maxmemory", "0")
    healed = shop.shared()
    figures.append(
        f"fault 5, out of memory: {seen}, {calls} scripts for {meant:.0f} look-ups and stores of {asked} pages, p99 {1000 * p99:.0f} ms; from Redis again {healed:.1f} s after")


def test_entries_that_are_damaged_or_another_shops(shop, figures):
    """Fault 6: one bit of each entry is flipped; then each holds what stands under another key."""
    redis = shop.redis.client

    def entries():
        return [key for key in redis.keys("storefront:{fashion}:f:*") if redis.type(key) == b"string"]

    shop.settled()
    corrupt = 'shared_cache_total{result="corrupt"}'
    names = entries()
    assert len(names) >= len(PAGES)
    for index, name in enumerate(names):
        value = bytearray(redis.get(name))
        value[(index * 7919) % len(value)] ^= 1 << index % 8
        redis.set(name, bytes(value), keepttl=True)
    before = shop.metric(corrupt)
    seen, _ = shop.browse(rounds=1)
    flipped = shop.metric(corrupt) - before
    assert flipped >= len(PAGES) and SHARED not in seen
    shop.settled()
    # Another's bytes under our key, whole and with a sound checksum.
    names = entries()
    values = [redis.get(name) for name in names]
    for name, value in zip(names, values[1:] + values[:1]):
        redis.set(name, value, keepttl=True)
    before = shop.metric(corrupt)
    seen_foreign, _ = shop.browse(rounds=1)
    foreign = shop.metric(corrupt) - before
    assert foreign >= len(PAGES) and SHARED not in seen_foreign
    figures.append(f"fault 6: {flipped:.0f} flipped entries seen as such ({seen}), {foreign:.0f} of another key ({seen_foreign}); the same pages")


def test_entries_of_another_shop(tmp_path, redis_server, figures):
    """Fault 6: one shop's entries, whole and sound, stand under the very keys of another."""
    tenants = shops.write(tmp_path, 2)
    core = CoreAPI(tmp_path / "core", tenants=tenants, data=[tmp_path / "var"])
    server = Server(tmp_path, "--cache-mb", "0", tenants=tenants, environment={"REDIS_URL": redis_server.url, "CORE_API_URL": core.url})
    paths = ["/", "/collections/things", "/products/item-1", "/products/item-2"]

    def statuses(number):
        found = []
        for path in paths:
            answer = server.get(path, host=f"{shops.mark(number)}.example")
            assert answer.status == 200 and {int(mark) for mark in shops.MARK.findall(answer.body)} == {number}
            found.append("shared" in answer.headers["cache-status"])
        return found

    try:
        end = time.monotonic() + 20
        while not all(statuses(0) + statuses(1)):
            assert time.monotonic() < end
        client, swapped = redis_server.client, 0
        entries = {name: client.get(name) for name in client.keys("storefront:{t0000?}:f:*")}
        for name, value in entries.items():
            other = name.replace(b"t00000", b"t0000x").replace(b"t00001", b"t00000").replace(b"t0000x", b"t00001")
            swapped += client.set(other, value, px=600_000)
            # Page keys hold the shop's own revision: under the other's very name too.
            for same in entries:
                if same.startswith(b"storefront:{t00000}" if b"{t00001}" in name else b"storefront:{t00001}"):
                    client.set(same, value, px=600_000)
        assert swapped == len(entries) >= 2 * len(paths)
        assert not any(statuses(0) + statuses(1)), "made anew, both shops' own"
        figures.append(f"fault 6: {len(entries)} entries under the keys of another shop; each shop's own pages, made anew")
    finally:
        server.stop()
        core.stop()


@pytest.fixture
def bystander(tmp_path, redis_server, core_api):
    """Another server on the same Redis, whose worker keeps no page yet: all that it answers it looks for in Redis."""
    environment = {"REDIS_URL": redis_server.url, "CORE_API_URL": core_api.url}
    server = Server(tmp_path / "bystander", environment=environment)
    yield server
    server.stop()


@pytest.mark.parametrize("first", ["who-keeps-them", "who-keeps-none"])
def test_flushall_under_load(tmp_path, redis_server, core_api, bystander, figures, first):
    """Fault 7: everything is gone at once, the log's own life and the core API's events with it. Each page is made once, whichever
    process is asked for it first and however soon, and no request fails."""
    shop = Shop(tmp_path / "shop", redis_server, core_api)
    watched = re.compile(r'^storefront_renders_total\{what="page"\} (\d+)$', re.M)

    def renders():
        return sum(int(watched.search(server.operations("/metrics").text)[1]) for server in (shop.server, bystander))

    def anew():
        return all(any(line["event"] == "change-log-anew" for line in server.events()) for server in (shop.server, bystander))

    def ask(server):
        for path, page in shop.pages.items():
            answer = server.get(path)
            assert (answer.status, answer.body) == (200, re.sub(rb":%d\b" % shop.server.port, b":%d" % server.port, page)), path

    try:
        shop.browse(rounds=1)
        with Load(shop.server, pause=0.002) as load:
            load.past(300)
            before, begun = load.p99(), renders()
            load.mark()
            shop.redis.client.flushall()
            if first == "who-keeps-none":
                ask(bystander)
            known = shop.until(lambda: shop.browse(rounds=1) and anew())
            followed = shop.followed()
            for _ in range(2):
                shop.browse(rounds=1)
                ask(bystander)
            during = load.p99()
        made = renders() - begun
        assert load.failures == []
        # The name of a page's own host, with its port, is in its key: two servers, two keys for each page.
        assert made == 2 * len(PAGES)
        figures.append(
            f"fault 7, FLUSHALL under load, asked first {first}: {load.ok} pages, {len(load.failures)} failed, {made} made of {2 * len(PAGES)} "
            f"in two processes, p99 {during / before:.1f} times that of before; the log's new life known after {known:.1f} s and followed {followed:.1f} s later")
    finally:
        shop.stop()
