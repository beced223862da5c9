"""`storefront core-api` as a process: reload, delay, files that are wrong, and the events it sends to Redis."""
import json
import os
import signal
import socket
import subprocess
import time

from conftest import BINARY, ROOT
from core_api import CATALOGS, FASHION, SHOPS, SHOWN


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
    core = own_core(data=[tmp_path / "broken", ROOT / "Demo"])
    assert core.get("site")["name"] == FASHION["site"]["name"]
    assert core.ask("/v1/tenants/books/site")[1]["error"]["code"] == "unknown-tenant"
    assert core.wait_for("catalogue-rejected", tenant="books")


def test_a_broken_translation_is_told_with_its_place(own_core, tmp_path):
    folder = tmp_path / "own" / "catalog"
    folder.mkdir(parents=True)
    (folder / "fashion.json").write_text((CATALOGS / "fashion.json").read_text())
    (folder / "fashion.de.json").write_text('{"products": {\n  "no-such-handle": {"title": "Nichts"}}}')
    core = own_core(data=[tmp_path / "own", ROOT / "Demo"])
    told = core.wait_for("catalogue-rejected", tenant="fashion")
    assert "fashion.de.json:2:" in told["error"] and "no-such-handle" in told["error"]
    assert core.ask("/v1/tenants/fashion/site")[1]["error"]["code"] == "unknown-tenant"
    assert core.ask(f"/v1/tenants/{SHOPS[1]['id']}/site")[0] == 200


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
    core = own_core(environment={"CORE_EVENTS_URL": redis_server.url})
    assert core.wait_for("ready")["tenants"] == str(len(SHOPS))
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
    core = own_core(environment={"CORE_EVENTS_URL": redis_server.url})
    core.wait_for("events-waiting")
    marks = [core.edit(SHOWN[0]["handle"], title=f"Title {number}")[1]["mark"] for number in range(30)]
    redis_server.start()
    assert [event["mark"] for event in events(redis_server, len(SHOPS) + 30)][len(SHOPS):] == marks
    assert core.stop() == 0
    # Another process's clock may be behind: the stream knows how far marks were.
    ahead = marks[-1] + 10_000_000
    redis_server.client.xadd("core:events", {"event": json.dumps({"id": "x", "tenant": "fashion", "tags": [], "class": "soft", "mark": ahead})})
    again = own_core(environment={"CORE_EVENTS_URL": redis_server.url})
    assert again.ask("/v1/tenants/fashion/site")[1]["mark"] > ahead


def test_a_stop_sends_what_waits(own_core, redis_server):
    core = own_core(environment={"CORE_EVENTS_URL": redis_server.url})
    marks = [core.edit(SHOWN[0]["handle"], title=f"Title {number}")[1]["mark"] for number in range(50)]
    assert core.stop() == 0
    assert [event["mark"] for event in events(redis_server, len(SHOPS) + 50)][len(SHOPS):] == marks and not core.lines("events-lost")
    redis_server.kill()
    alone = own_core(environment={"CORE_EVENTS_URL": redis_server.url})
    alone.edit(SHOWN[0]["handle"], title="Lost")
    assert alone.stop() == 0 and alone.lines("events-lost")[0]["commits"] == str(len(SHOPS) + 1)


def test_a_wrong_address_for_events_is_told_without_its_password(tmp_path):
    line = [str(BINARY), "core-api", "--tenants", "Demo/tenants.json", "--data", "Demo", "--port", "0"]
    environment = dict(os.environ, CORE_EVENTS_URL="http://:s3cret@redis:6379")
    answer = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment, timeout=30)
    assert answer.returncode == 3 and "CORE_EVENTS_URL" in answer.stderr and "s3cret" not in answer.stderr
