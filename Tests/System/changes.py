"""A change followed to every worker of every machine: two supervisors with their workers and relays share one Redis and one
core API, as two machines would; a price is edited in the core API, and kept connections to all workers ask for the product's page
until each of them shows it."""
import http.client
import json
import os
import pathlib
import selectors
import socket
import statistics
import time

from conftest import Server
from core_api import CoreAPI
from services import Redis

SHOP, LOG = "fashion", "{storefront}:changes"
CONNECTIONS = 16  # a machine; fewer might leave a worker without one


class Watcher:
    """One kept connection that asks for a page until it shows a price."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = f"GET {path} HTTP/1.1\r\nHost: {SHOP}.localhost:{port}\r\n"
        self.tag, self.buffer, self.body = "", b"", b""

    def ask(self):
        condition = f"If-None-Match: {self.tag}\r\n" if self.tag else ""
        self.socket.sendall(f"{self.request}{condition}\r\n".encode())

    def take(self):
        """Reads on; whether an answer is whole."""
        self.buffer += self.socket.recv(1 << 16)
        head, mark, rest = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return False
        lines = head.split(b"\r\n")
        status = int(lines[0].split()[1])
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        length = int(fields.get(b"content-length", b"0")) if status != 304 else 0
        if len(rest) < length:
            return False
        assert status in (200, 304), head
        self.buffer = rest[length:]
        if status == 200:
            self.body, self.tag = rest[:length], fields[b"etag"].decode()
        return True


def until_all_show(watchers, text):
    """Asks on every connection until its page has the text."""
    waiting = selectors.DefaultSelector()
    for watcher in watchers:
        watcher.ask()
        waiting.register(watcher.socket, selectors.EVENT_READ, watcher)
    end = time.monotonic() + 20
    while waiting.get_map():
        assert time.monotonic() < end, "a change is not shown after 20 s"
        for key, _ in waiting.select(1):
            watcher = key.data
            if not watcher.take():
                continue
            if text in watcher.body:
                waiting.unregister(watcher.socket)
            else:
                watcher.ask()


def workers(server):
    process = server.process.pid
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [child for child in children if b"worker" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]


def holds_connection(process, port):
    """Whether one of the process's sockets is a shopper's connection."""
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    taken = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01"}
    return any(os.readlink(entry) in taken for entry in pathlib.Path(f"/proc/{process}/fd").iterdir())


def price(core, handle, cents):
    connection = http.client.HTTPConnection("127.0.0.1", core.port, timeout=20)
    body = json.dumps({"price": f"{cents // 100}.{cents % 100:02}"})
    connection.request("PATCH", f"/v1/tenants/{SHOP}/products/{handle}", body, {"Host": f"127.0.0.1:{core.port}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def measure(folder, edits, machines, count, progress=lambda done: None):
    redis = Redis(folder / "redis")
    core = servers = None
    try:
        core = CoreAPI(folder / "core", environment={"REDIS_URL": redis.url})
        environment = {"REDIS_URL": redis.url, "CORE_API_URL": core.url}
        servers = [Server(folder / f"machine-{number}", "--workers", count, environment=environment) for number in range(machines)]
        for server in servers:
            server.wait_for("ready", times=count)
        listing = http.client.HTTPConnection("127.0.0.1", core.port, timeout=20)
        listing.request("GET", f"/v1/tenants/{SHOP}/products?size=1")
        handle = json.loads(listing.getresponse().read())["value"]["items"][0]["handle"]
        serving = {process: server.port for server in servers for process in workers(server)}
        assert len(serving) == machines * count, serving
        watchers = [Watcher(server.port, f"/products/{handle}") for server in servers for _ in range(CONNECTIONS)]
        until_all_show(watchers, b"</html>")
        idle = [process for process, port in serving.items() if not holds_connection(process, port)]
        assert not idle, f"workers without a connection: {idle}"
        entries = [fields for _, fields in redis.client.xrange(LOG)]
        took = []
        for number in range(edits):
            cents = 100_000 + number
            began = time.perf_counter()
            price(core, handle, cents)
            until_all_show(watchers, f"{cents // 100 // 1000},{cents // 100 % 1000:03}.{cents % 100:02}".encode())
            took.append((time.perf_counter() - began) * 1000)
            progress(number + 1)
        after = [fields for _, fields in redis.client.xrange(LOG)][len(entries):]
        changes = sum(any(value == SHOP.encode() for value in fields.values()) for fields in after)
        stats = redis.client.info("commandstats")
        return {
            "edits": edits, "machines": machines, "workers": machines * count, "connections": len(watchers),
            "p50_ms": round(statistics.median(took), 1), "p99_ms": round(sorted(took)[max(0, int(len(took) * 0.99) - 1)], 1),
            "max_ms": round(max(took), 1), "log_entries": changes, "heartbeats": len(after) - changes,
            "xadd_calls": stats["cmdstat_xadd"]["calls"],
        }  # fmt: skip
    finally:
        for server in servers or []:
            server.stop()
        if core:
            core.stop()
        redis.stop()
