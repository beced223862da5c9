"""Fault 24 with Caddy in front: what a shopper sees of a reload, of a worker that dies, of a service that ends and comes back."""
import os
import signal
import time

import pytest
from conftest import Server
from load import Load
from services import Caddy

pytestmark = pytest.mark.alone


def outcomes(load):
    found = {"200": load.ok}
    for _, what in load.failures:
        found[what] = found.get(what, 0) + 1
    return found


def test_reloads_are_not_seen(own_server, caddy, figures):
    with Load(own_server, caddy=caddy) as load:
        for round in (1, 2):
            own_server.process.send_signal(signal.SIGHUP)
            own_server.wait_for("reloaded", times=round)
            load.past(100)
    assert load.failures == []
    figures.append(f"fault 24, 2 reloads behind Caddy: {outcomes(load)}")


def test_a_killed_worker_is_not_seen(own_server, caddy, figures):
    with Load(own_server, caddy=caddy) as load:
        load.past(200)
        before = load.p99()
        load.mark()
        for round in (1, 2, 3):
            killed = time.monotonic()
            os.kill(own_server.worker(), signal.SIGKILL)
            own_server.wait_for("ready", times=round + 1)
            ready = time.monotonic() - killed
            load.past(100)
        longest = max(load.took)
    # Each of the requests that were lost with the worker was a GET, and Caddy sent it again.
    assert load.failures == []
    figures.append(
        f"fault 24, kill -9 three times behind Caddy: {outcomes(load)}; worker ready again in {ready:.2f} s, longest wait of a shopper "
        f"{longest:.2f} s, p99 {before * 1000:.0f} ms without")


def test_a_frozen_worker_is_a_wait(own_server, caddy, figures):
    with Load(own_server, caddy=caddy) as load:
        load.past(100)
        load.mark()
        os.kill(own_server.worker(), signal.SIGSTOP)
        own_server.wait_for("ready", times=2)
        load.past(100)
    # One for each of the eight clients at the most: a GET that Caddy does not send again, since its two seconds are over.
    assert len(load.failures) <= 8 and all("status 503" in what for _, what in load.failures)
    figures.append(f"a frozen worker behind Caddy: {outcomes(load)}; longest wait of a shopper {max(load.took):.2f} s")


def test_one_of_three_workers_is_killed(tmp_path, redis_server, core_api, figures):
    environment = {"REDIS_URL": redis_server.url, "CORE_API_URL": core_api.url}
    server = Server(tmp_path / "shop", "--workers", "3", environment=environment)
    caddy = None
    try:
        server.wait_for("ready", times=3)
        caddy = Caddy(tmp_path / "caddy", server.port, server.operations_port)
        with Load(server, caddy=caddy) as load:
            load.past(200)
            before = load.p99()
            load.mark()
            for round in (1, 2, 3):
                os.kill(server.worker(), signal.SIGKILL)
                server.wait_for("ready", times=3 + round)
                load.past(100)
            server.process.send_signal(signal.SIGHUP)
            server.wait_for("reloaded")
            load.past(100)
        assert load.failures == []
        figures.append(
            f"fault 24, three workers behind Caddy, each killed once and all reloaded: {outcomes(load)}; longest wait of a shopper "
            f"{max(load.took):.2f} s, p99 {load.p99() / before:.1f} times that of before")
    finally:
        if caddy:
            caddy.stop()
        assert server.stop() == 0


def test_a_service_that_ends_and_comes_back(own_server, caddy, figures, tmp_path):
    with Load(own_server, caddy=caddy) as load:
        load.past(100)
        own_server.process.send_signal(signal.SIGTERM)
        assert own_server.process.wait(35) == 0
        ended = time.monotonic()
        while not any("status 503" in what for _, what in load.failures):
            assert time.monotonic() < ended + 20, "requests neither fail nor are answered"
            time.sleep(0.05)
        again = Server(tmp_path / "again", ports=(own_server.port, own_server.operations_port))
        try:
            back = time.monotonic()
            load.past(200)
            # Caddy tries again for itself; what failed had waited for its two seconds in vain.
            late = [failure for failure in load.failures if failure[0] > back + 2.5]
        finally:
            load.ending.set()
            again.stop()
    assert late == []
    assert all("status 503" in what for _, what in load.failures), "never half a page, never a bare error"
    figures.append(f"fault 24, SIGTERM and a new start behind Caddy: {outcomes(load)}")
