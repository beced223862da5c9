"""Supervisor and worker under load: reload, death, frost, drain; and what stops a start."""
import json
import os
import signal
import socket
import time

import pytest
from conftest import ROOT, Server, free_port, run
from load import Load

pytestmark = pytest.mark.alone


def alive(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(process, seconds=20):
    end = time.monotonic() + seconds
    while alive(process):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_three_reloads_fail_no_request(own_server, figures):
    first = own_server.worker()
    with Load(own_server) as load:
        for round in range(1, 4):
            own_server.process.send_signal(signal.SIGHUP)
            own_server.wait_for("reloaded", times=round)
            load.past(100)
    assert load.failures == []
    assert own_server.worker() != first
    own_server.wait_for("drained", times=3)
    assert not alive(first)
    figures.append(f"3 reloads under load: {load.ok} requests, {len(load.failures)} failed, {load.reopened} reopened")


def test_killed_worker_is_replaced(own_server, figures):
    worker = own_server.worker()
    with Load(own_server) as load:
        killed = time.monotonic()
        os.kill(worker, signal.SIGKILL)
        own_server.wait_for("ready", times=2)
        took = time.monotonic() - killed
        load.past(200)
    # Those that the worker had accepted are lost with it; at most one for each of the eight clients. None began later.
    assert len(load.failures) <= 8
    assert [failure for failure in load.failures if failure[0] > killed + 0.05] == []
    figures.append(f"kill -9 under load: {load.ok} requests, {len(load.failures)} failed (in flight), ready again in {took:.2f} s")


def test_frozen_worker_is_replaced(own_server, figures):
    worker = own_server.worker()
    with Load(own_server) as load:
        stopped = time.monotonic()
        os.kill(worker, signal.SIGSTOP)
        own_server.wait_for("ready", times=2)
        took = time.monotonic() - stopped
        load.past(200)
    assert own_server.wait_for("frozen")["pid"] == worker
    assert gone(worker)
    assert len(load.failures) <= 8
    figures.append(f"frozen worker: replaced in {took:.2f} s; {load.ok} requests, {len(load.failures)} failed (on its connections)")


def test_drain_finishes_what_was_begun(own_server, figures):
    worker = own_server.worker()
    with Load(own_server) as load:
        load.ending.set()  # no client begins another one
        asked = time.monotonic()
        own_server.process.send_signal(signal.SIGTERM)
        assert own_server.process.wait(35) == 0
        took = time.monotonic() - asked
    # A connection that is refused was never a request: the service is gone, and says so at once.
    failed = [failure for failure in load.failures if "ConnectionRefused" not in failure[1]]
    assert [failure for failure in failed if failure[0] <= asked] == []
    assert gone(worker)
    figures.append(f"SIGTERM under load: {load.ok} requests, {len(failed)} failed, ended in {took:.2f} s")


def test_drain_waits_for_a_slow_request(own_server):
    with socket.create_connection(("127.0.0.1", own_server.port), 5) as slow:
        slow.settimeout(10)
        slow.sendall(b"POST / HTTP/1.1\r\nHost: fashion.localhost\r\nContent-Length: 5\r\n\r\nhel")
        time.sleep(0.2)
        own_server.process.send_signal(signal.SIGTERM)
        own_server.wait_for("draining")
        time.sleep(0.3)
        slow.sendall(b"lo")
        assert slow.recv(65536).startswith(b"HTTP/1.1 ")
    assert own_server.process.wait(35) == 0


def test_interrupt_drains_too(own_server):
    own_server.process.send_signal(signal.SIGINT)
    assert own_server.process.wait(35) == 0


def test_worker_does_not_outlive_its_supervisor(own_server):
    worker = own_server.worker()
    os.kill(own_server.process.pid, signal.SIGKILL)
    own_server.process.wait()
    assert gone(worker)


def test_reload_that_cannot_start_keeps_the_old_worker(tmp_path):
    tenants = tmp_path / "tenants.json"
    tenants.write_text((ROOT / "Demo" / "tenants.json").read_text())
    server = Server(tmp_path, tenants=tenants)
    try:
        worker, before = server.worker(), server.get("/").body
        tenants.write_text('{ "tenants": [ {"id": ')
        server.process.send_signal(signal.SIGHUP)
        failed = server.wait_for("reload-failed")
        assert failed["level"] == "error"
        assert server.worker() == worker
        assert server.get("/").body == before
        tenants.write_text((ROOT / "Demo" / "tenants.json").read_text())
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("reloaded")
        assert server.worker() != worker
        assert server.get("/").status == 200
    finally:
        assert server.stop() == 0


def test_lines_of_the_log_have_one_form(own_server):
    own_server.stop()
    lines = (own_server.folder / "events.log").read_text().strip().split("\n")
    for line in lines:
        event = json.loads(line)
        assert {"ts", "level", "event"} <= set(event), line
        assert event["level"] in ("info", "warning", "error"), line
    assert [json.loads(line)["event"] for line in lines][-1] == "stopped"


def test_requests_are_in_the_access_log(own_server):
    own_server.get("/?secret=1")
    own_server.stop()
    lines = [json.loads(line) for line in (own_server.folder / "access.log").read_text().strip().split("\n")]
    assert any(line.get("status") == 200 for line in lines)


TENANTS = ROOT / "Demo" / "tenants.json"


@pytest.mark.parametrize(
    "words, says",
    [
        (["--workers", "2"], ["REDIS_URL", "CORE_API_URL"]),
        (["--tenants", "no-such.json"], ["no-such.json"]),
        (["--listen", "no-address"], ["no-address"]),
    ],
)
def test_start_that_cannot_be_says_why(words, says):
    given = [] if "--tenants" in words else ["--tenants", TENANTS]
    done = run("serve", *given, "--port", free_port(), "--operations-port", free_port(), *words, timeout=30)
    assert done.returncode == 3, done.stderr
    for word in says:
        assert word in done.stderr


def test_taken_port_says_so(own_server):
    done = run("serve", "--tenants", TENANTS, "--port", free_port(), "--operations-port", own_server.operations_port, timeout=30)
    assert done.returncode == 3
    assert str(own_server.operations_port) in done.stderr
