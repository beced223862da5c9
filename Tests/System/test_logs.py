"""The access log: every line is JSON, the tenant first, nothing of a hostile request unescaped."""
import json
import time

import pytest

from conftest import SHOP

REFUSED = [
    (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\"},{\"x\r\n\r\n", 400),
    (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
]


def lines(server, enough, seconds=10):
    end = time.monotonic() + seconds
    while True:
        text = (server.folder / "access.log").read_text()
        found = [json.loads(line) for line in text.splitlines() if line]
        if enough(found) or time.monotonic() > end:
            return found
        time.sleep(0.05)


def test_a_page_is_logged_with_its_tenant_and_how_the_cache_answered(server):
    path = "/collections/all?page=1&of=test_logs"
    for _ in range(2):
        assert server.get(path).status == 200
    found = lines(server, lambda all: len([l for l in all if l.get("path") == path]) >= 2)
    mine = [line for line in found if line.get("path") == path]
    assert [line["tenant"] for line in mine] == [SHOP, SHOP]
    assert mine[-1]["cache"] == "hit" and mine[-1]["status"] == 200 and mine[-1]["method"] == "GET"


def test_an_unknown_host_is_logged_without_a_tenant(server):
    server.get("/of-test-logs", host="nobody.example")
    found = lines(server, lambda all: any(l.get("path") == "/of-test-logs" for l in all))
    (mine,) = [line for line in found if line.get("path") == "/of-test-logs"]
    assert "tenant" not in mine and mine["status"] == 404 and mine["host"] == "nobody.example"


@pytest.mark.parametrize("request_bytes, status", REFUSED)
def test_what_the_gate_refused_is_logged_with_its_rule(server, request_bytes, status):
    before = len([l for l in lines(server, lambda _: True) if "refused" in l])
    answer, closed = server.raw(request_bytes)
    assert answer.startswith(b"HTTP/1.1 %d " % status) and closed
    found = [l for l in lines(server, lambda all: len([l for l in all if "refused" in l]) > before) if "refused" in l]
    assert len(found) > before and found[-1]["status"] == status and found[-1]["peer"] == "127.0.0.1" and found[-1]["refused"]
