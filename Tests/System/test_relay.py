"""`storefront relay` as a process: what it writes, and how it ends."""
import json
import os
import signal
import subprocess
import time

import pytest
from conftest import BINARY, ROOT

LOG = "{storefront}:changes"


class Relay:
    def __init__(self, folder, **variables):
        self.path = folder / "relay.log"
        environment = {k: v for k, v in os.environ.items() if "REDIS" not in k and not k.startswith("CORE_")} | variables
        with open(self.path, "ab") as err:
            self.process = subprocess.Popen([BINARY, "relay"], stdin=subprocess.DEVNULL, stderr=err, cwd=ROOT, env=environment)

    def events(self, name):
        lines = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [line for line in lines if line["event"] == name]

    def wait_for(self, name):
        until(lambda: self.events(name), self)
        return self.events(name)[0]


def until(condition, relay):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline and relay.process.poll() is None, relay.path.read_text()
        time.sleep(0.02)


@pytest.fixture
def relay(tmp_path, redis_server):
    relay = Relay(tmp_path, REDIS_URL=redis_server.url)
    yield relay
    if relay.process.poll() is None:
        relay.process.kill()
        relay.process.wait()


def publish(redis_server, tenant="fashion", tags=("product:1",), **more):
    redis_server.client.xadd("core:events", {"event": json.dumps({"id": "e", "tenant": tenant, "tags": list(tags), "mark": 3} | more)})


def entries(redis_server):
    return [fields for _, fields in redis_server.client.xrange(LOG)]


def test_an_event_becomes_an_entry_and_sigterm_ends_it(relay, redis_server):
    relay.wait_for("events-followed")
    publish(redis_server, **{"class": "soft"})
    redis_server.client.xadd("core:events", {"event": "{broken"})
    publish(redis_server, tenant="books", tags=["*"], **{"class": "hard"})
    until(lambda: any(entry.get(b"tenant") == b"books" for entry in entries(redis_server)), relay)
    appended = [entry for entry in entries(redis_server) if b"tenant" in entry]
    assert [(e[b"tenant"], e[b"tag"], e[b"class"], e[b"mark"]) for e in appended] == [
        (b"fashion", b"product:1", b"soft", b"3"), (b"books", b"*", b"hard", b"3")]
    assert relay.wait_for("event-malformed")["level"] == "warning"
    relay.process.send_signal(signal.SIGTERM)
    assert relay.process.wait(timeout=20) == 0
    [stopped] = relay.events("relay-stopped")
    assert (stopped["events"], stopped["appended"], stopped["malformed"], stopped["gaps"]) == ("3", "2", "1", "1")
    assert redis_server.client.xpending("core:events", "storefront-relay")["pending"] == 0


def test_it_outlives_its_redis_and_shows_no_password(tmp_path, redis_server):
    relay = Relay(
        tmp_path, REDIS_LOG_URL=redis_server.url, CORE_EVENTS_URL=f"redis://:sEcret@127.0.0.1:{redis_server.port}")
    try:
        # That server knows no password: the source cannot be read, and this is no reason to end.
        relay.wait_for("relay-started")
        time.sleep(0.5)
        assert relay.process.poll() is None and "sEcret" not in relay.path.read_text()
        assert not redis_server.client.exists(LOG)
        relay.process.send_signal(signal.SIGINT)
        assert relay.process.wait(timeout=20) == 0
    finally:
        if relay.process.poll() is None:
            relay.process.kill()


@pytest.mark.parametrize("url", ["http://:sEcret@localhost", "redis://", "redis://user@host", "rediss://:sEcret@host"])
def test_a_wrong_url_is_said_without_the_password(tmp_path, url):
    relay = Relay(tmp_path, REDIS_URL=url)
    assert relay.process.wait(timeout=20) == 3
    text = relay.path.read_text()
    assert "REDIS_URL" in text and "redis://user:password@host" in text and "sEcret" not in text
