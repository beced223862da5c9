"""Guests and signed-in shoppers together: nothing of theirs is in what others are shown. `make private` is the long form."""
import time

import pytest
from private import Secrets, Somebody, costs_hits, leaks, measure, sentences

pytestmark = pytest.mark.alone


def test_nothing_private_is_shared(tmp_path, figures):
    began = time.monotonic()
    runs, wrong = measure(tmp_path, 5_000)
    figures.extend(sentences(runs, wrong, time.monotonic() - began))
    assert wrong == []
    counts = runs["with sessions"].counts
    assert counts["hits"] and counts["made"] and counts["private"] > 500 and counts["forms"] > 200, counts
    assert not costs_hits(runs)


def test_a_leak_would_be_found(redis_server):
    person = Somebody("fashion", "Mark 1f2e3d")
    person.cookie = "storefront=" + "aB3-_9" * 20
    secrets = Secrets()
    secrets.add(person)
    redis_server.client.set("clean", "<p>Mark 1f2e3</p> class='" + "aB3-_8" * 20 + "'")
    assert leaks(redis_server.client, secrets) == []
    redis_server.client.set("name", b"\x00<p>Mark 1f2e3d</p>")
    redis_server.client.hset("hash", "field", "value=x" + "aB3-_9" * 20)
    redis_server.client.rpush("list", "Mark 1f2e3d")
    redis_server.client.sadd("set", "Mark 1f2e3d")
    redis_server.client.zadd("ranks", {"Mark 1f2e3d": 1})
    redis_server.client.xadd("stream", {"name": "Mark 1f2e3d"})
    assert len({line.split(" of Redis")[0] for line in leaks(redis_server.client, secrets)}) == 6
