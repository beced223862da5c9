"""Fault 22: slow heads, slow readers, huge heads, a byte a second of body. Each is cut at its limit, and no shopper notices."""
import asyncio
import pathlib
import re
import socket
import threading
import time

import pytest
from load import Load

pytestmark = pytest.mark.alone

HOST = b"Host: fashion.localhost\r\n"


def private_dirty(process):
    text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(r"^Private_Dirty: +(\d+) kB", text, re.M).group(1)) / 1024


async def connected(port, trust):
    more = {"ssl": trust, "server_hostname": "fashion.localhost"} if trust else {}
    return await asyncio.open_connection("127.0.0.1", port, **more)


async def dripped(port, head, drop, trust=None):
    """A head and then a byte a second, until the server has hung up; what it said. Caddy reads on for a while after its answer."""
    reader, writer = await connected(port, trust)
    writer.write(head)
    answer = asyncio.ensure_future(reader.read(65536) if trust else reader.read())
    while not answer.done():
        writer.write(drop)
        await asyncio.wait([answer], timeout=1)
    writer.transport.abort()
    return answer.exception() or answer.result()


async def at_once(port, data, trust=None):
    reader, writer = await connected(port, trust)
    writer.write(data)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.transport.abort()


class SlowReader:
    """Asks for a page many times over and takes a few bytes a second."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(0.2)
        try:
            for _ in range(200):
                self.socket.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        except OSError:
            pass  # the server reads no further ahead than it answers

    def close(self):
        self.socket.close()


def statuses(answers):
    found = {}
    for answer in answers:
        words = answer.split(b" ", 2) if isinstance(answer, bytes) else []
        word = words[1].decode() if len(words) > 1 else "closed"
        found[word] = found.get(word, 0) + 1
    return found


def test_slow_and_greedy_clients_are_cut_and_shoppers_are_not(own_server, caddy, figures):
    port, front, trust = own_server.port, caddy.https_port, caddy.trust()
    caddy.connect("fashion.localhost").close()  # its certificate is there
    huge = b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 17_000 + b"\r\n\r\n"
    larger = b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 40_000 + b"\r\n\r\n"
    slow_head = b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: "
    slow_body = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n"
    many = b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 300 + b"\r\n"
    large = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1048577\r\n\r\n"

    async def attack():
        kinds = {
            "slow heads": [dripped(port, slow_head, b"a") for _ in range(200)],
            "slow bodies": [dripped(port, slow_body, b"a") for _ in range(100)],
            "slow chunks": [dripped(port, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n", b"a") for _ in range(50)],
            "huge heads": [at_once(port, huge) for _ in range(100)],
            "heads of many fields": [at_once(port, many) for _ in range(100)],
            "bodies over the limit": [at_once(port, large) for _ in range(100)],
            "slow heads at Caddy": [dripped(front, slow_head, b"a", trust) for _ in range(50)],
            "slow bodies at Caddy": [dripped(front, slow_body, b"a", trust) for _ in range(50)],
            "huge heads at Caddy": [at_once(front, larger, trust) for _ in range(50)],
        }  # fmt: skip
        done = await asyncio.gather(*(asyncio.gather(*attempts, return_exceptions=True) for attempts in kinds.values()))
        return dict(zip(kinds, map(statuses, done)))

    seen = {}
    with Load(own_server, clients=4, seconds=120, pause=0.005) as load:
        load.past(400)
        before, worker = load.p99(), own_server.worker()
        load.mark()
        dirty = private_dirty(worker)
        readers = [SlowReader(port) for _ in range(100)]
        attacker = threading.Thread(target=lambda: seen.update(asyncio.run(attack())))
        attacker.start()
        time.sleep(3)  # all of them are there, and what they asked for at first is answered
        load.mark()
        load.past(1000)
        during, held = load.p99(), private_dirty(worker) - dirty
        attacker.join(90)
        for reader in readers:
            reader.close()
        assert own_server.operations("/healthz").status == 200
        load.past(100)
    assert seen == {
        "slow heads": {"408": 200}, "slow bodies": {"408": 100}, "slow chunks": {"408": 50}, "huge heads": {"431": 100},
        "heads of many fields": {"431": 100}, "bodies over the limit": {"413": 100},
        "slow heads at Caddy": {"closed": 50}, "slow bodies at Caddy": {"408": 50}, "huge heads at Caddy": {"431": 50},
    }  # fmt: skip
    # A reader that does not read is held by TCP, and not by the worker gathering answers for it.
    assert held / len(readers) < 0.25
    assert load.failures == [] and own_server.worker() == worker
    figures.append(
        f"fault 22: {seen}; 100 slow readers held {1024 * held / 100:.0f} KiB each; shoppers meanwhile: {load.ok} pages, "
        f"{len(load.failures)} failed, p99 {during / before:.1f} times that of before")  # fmt: skip
