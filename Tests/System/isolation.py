#!/usr/bin/env python3
"""Requests of many shops over kept connections, mixed with malformed ones, directly and through Caddy: does every shop's
page reach who asked for it, and nobody else?

Each malformed request is followed by a marked one, on the same connection if it was left open: a search for a word that
nobody else searches for. The page that comes must hold that word and its shop's mark, and no other shop's mark. What
comes for the malformed bytes themselves may hold the marks of the shops they name, and no other.

    Tests/System/isolation.py [--tenants 101 1001] [--requests 10000] [--seed 1] [--clients 24]
"""
import argparse
import asyncio
import gzip
import pathlib
import random
import re
import runpy
import ssl
import sys
import tempfile
import time

import shops
from conftest import SHARED, Server
from services import Caddy
from wire_cases import CASES

PATHS = ["/", "/", "/collections/things", "/collections/all", "/products/item-1", "/products/item-2", "/robots.txt", "/sitemap.xml", "/no-such-page"]
HOST_LINE = re.compile(rb"(?im)^(host: ?)(?:a|b|a:80|shop\.example|other\.example)\r$")
STARTED = 4.0  # how long an answer that has begun may pause
LOSABLE = 8192  # who refuses more than that may reset, and TCP then loses the refusal
QUIET = 0.15  # silence after which no more is expected from malformed bytes


def malformed():
    path = SHARED / "spikes" / "http" / "malformed.py"
    return CASES + (runpy.run_path(str(path))["cases"] if path.exists() else [])


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields = status, fields
        self.body = gzip.decompress(body) if fields.get(b"content-encoding") == b"gzip" else body

    @property
    def marks(self):
        return {int(found) for found in shops.MARK.findall(self.body)}


class Connection:
    """A client that reads answers exactly, and notices when one is not whole."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        try:
            self.writer.write(data)
            await asyncio.wait_for(self.writer.drain(), STARTED)
        except (OSError, asyncio.TimeoutError):
            pass  # refused while it was sent: the answer may be there all the same

    async def answer(self, wait, head=False):
        """The next answer. None when the connection ended before one began, False when none began in time."""
        try:
            first = await asyncio.wait_for(self.reader.readexactly(1), wait)
        except asyncio.TimeoutError:
            return False
        except (asyncio.IncompleteReadError, OSError, ssl.SSLError):
            return None
        try:
            text = first + await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), STARTED)
            lines = text[:-4].split(b"\r\n")
            status = int(re.fullmatch(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*", lines[0]).group(1))
            pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines[1:])]
            # Of several cookies the first is the session's.
            fields = dict(reversed(pairs))
            if status == 100:
                return await self.answer(wait, head)
            if head or status in (204, 304):
                body = b""
            elif b"content-length" in fields:
                body = await asyncio.wait_for(self.reader.readexactly(int(fields[b"content-length"])), STARTED)
            elif fields.get(b"transfer-encoding") == b"chunked":
                body = await asyncio.wait_for(self.chunks(), STARTED)
            else:
                body = await asyncio.wait_for(self.reader.read(), STARTED)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, asyncio.TimeoutError, AttributeError) as error:
            raise Wrong(f"half an answer: {error!r}") from error
        return Answer(status, fields, body)

    async def chunks(self):
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return body

    def close(self):
        self.writer.transport.abort()


class Wrong(Exception):
    pass


class Way:
    """How a client reaches the shops: straight to the server, or by TLS through Caddy."""

    def __init__(self, name, port, caddy=None):
        self.name, self.port, self.context = name, port, caddy.trust() if caddy else None

    async def connect(self, name):
        more = {"ssl": self.context, "server_hostname": name} if self.context else {}
        for last in (False,) * 9 + (True,):
            try:
                return Connection(*await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20, **more))
            except ssl.SSLCertVerificationError:
                raise
            except ssl.SSLError:
                # Caddy 2.6 refuses ("on-demand rate limit exceeded", where none is set) one of two names that are new to it
                # in the same moment.
                if last:
                    raise
                await asyncio.sleep(0.01)


class Run:
    """So many requests on one way. `counts` has what was sent, `wrong` what should never have come."""

    def __init__(self, way, tenants, requests, seed, clients, progress=None):
        self.way, self.tenants, self.left, self.progress = way, tenants, requests, progress
        self.chance = random.Random(seed)
        self.clients, self.cases, self.turn, self.words = clients, malformed(), 0, 0
        self.counts = {"well-formed": 0, "malformed": 0, "marked": 0, "marked on the same connection": 0, "connections": 0}
        self.wrong, self.tags = [], {}

    def shop(self, served=False):
        number = self.chance.randrange(self.tenants)
        name = self.chance.choice([name for name in shops.names(number) if not served or shops.is_served(number, name)])
        return number, name, shops.written(name, self.chance).encode()

    async def main(self):
        await asyncio.gather(*(self.client() for _ in range(self.clients)))
        return self

    async def client(self):
        connection = None
        while self.left > 0:
            self.turn += 1
            if self.progress and self.turn % 250 == 0:
                self.progress(self)
            if connection is None:
                self.counts["connections"] += 1
                connection = await self.way.connect(self.shop()[1])
            try:
                if self.chance.random() < 0.3:
                    connection = await self.disturb(connection)
                else:
                    self.left -= 1
                    self.counts["well-formed"] += 1
                    if not await self.ask(connection):
                        connection = None
            except Wrong as wrong:
                self.wrong.append(str(wrong))
                connection = None
            if connection and self.chance.random() < 0.02:
                connection.close()
                connection = None
        if connection:
            connection.close()

    async def ask(self, connection):
        """One request for a page, and what must come for it. Whether the connection goes on."""
        # One in four comes by another of the shop's names and is sent to the one it calls its own.
        number, name, host = self.shop(served=self.chance.random() < 0.5)
        served = shops.is_served(number, name)
        other, _, foreign = self.shop()
        path, method = self.chance.choice(PATHS), self.chance.choices(("GET", "HEAD", "POST"), (8, 1, 1))[0]
        fields, known = b"", self.tags.get((number, path))
        if known and self.chance.random() < 0.3:
            fields += b"If-None-Match: " + known + b"\r\n"
        elif theirs := self.tags.get((other, path)):
            fields += b"If-None-Match: " + theirs + b"\r\n"
        if self.chance.random() < 0.3:
            fields += b"X-Forwarded-Host: %s\r\nX-Tenant: t%05d\r\nForwarded: host=%s\r\nCookie: tenant=t%05d\r\n" % (foreign, other, foreign, other)
        if self.chance.random() < 0.3:
            fields += b"Accept-Encoding: gzip\r\n"
        body = b"Content-Length: 5\r\n\r\nhello" if method == "POST" else b"\r\n"
        await connection.send(b"%s %s HTTP/1.1\r\nHost: %s\r\n%s%s" % (method.encode(), path.encode(), host, fields, body))
        answer = await connection.answer(20, head=method == "HEAD")
        said = f"{method} {path} of t{number:05} as {host.decode()}"
        if not answer:
            raise Wrong(f"{said}: no answer")
        expected = 405 if method == "POST" else 301 if not served else 404 if path == "/no-such-page" else 304 if known and known in fields else 200
        if answer.status != expected:
            raise Wrong(f"{said}: {answer.status}, not {expected}")
        own = f"https://{shops.names(number)[0]}{path}".encode()
        if expected == 301 and answer.fields.get(b"location") != own:
            raise Wrong(f"{said}: sent to {answer.fields.get(b'location')}")
        if answer.body and method != "POST" and answer.marks != {number}:
            raise Wrong(f"{said}: marks of {sorted(answer.marks)}")
        tag = answer.fields.get(b"etag")
        # A packed answer has a tag of its own.
        if tag and b"content-encoding" not in answer.fields and answer.status == 200:
            if self.tags.setdefault((number, path), tag) != tag:
                raise Wrong(f"{said}: another tag than before, {tag}")
        return answer.fields.get(b"connection", b"").lower() != b"close"

    async def disturb(self, connection):
        """Malformed bytes, then a marked request. The connection, or None when it ended."""
        index = self.counts["malformed"] % len(self.cases)
        case, data = self.cases[index]
        named = set()

        def host(match):
            number, _, written = self.shop()
            named.add(number)
            return match.group(1) + written + b"\r"

        data = HOST_LINE.sub(host, data)
        if self.chance.random() < 0.5:  # what the bytes leave open stays open
            data = data.replace(b"Connection: close\r\n", b"")
        self.counts["malformed"] += 1
        self.left -= 2
        await connection.send(data)
        begun, waiting, head = time.monotonic(), QUIET, data.startswith(b"HEAD ")
        while True:
            try:
                answer = await connection.answer(waiting, head)
            except Wrong:
                if len(data) <= LOSABLE:
                    raise
                answer = None
            if not answer:
                break
            if not answer.marks <= named:
                raise Wrong(f"{case}: an answer with marks of {sorted(answer.marks)}, asked for {sorted(named)}")
            waiting, head = 0.03, False
            if time.monotonic() - begun > 5:
                raise Wrong(f"{case}: answers without end")
        self.counts["marked"] += 1
        # Silence without an answer: the server waits for the rest of a request, and what we send next would be it.
        if answer is False and waiting != QUIET:
            self.counts["marked on the same connection"] += 1
        else:
            connection.close()
            self.counts["connections"] += 1
            connection = await self.way.connect(self.shop()[1])
        return await self.marked(connection, case, named)

    async def marked(self, connection, case, named, again=True):
        number, name, host = self.shop(served=True)
        self.words += 1
        word = b"word%dq" % self.words
        await connection.send(b"GET /search?q=%s HTTP/1.1\r\nHost: %s\r\n\r\n" % (word, host))
        while True:
            answer = await connection.answer(20)
            if answer is None and again:  # closed meanwhile for what was sent before
                connection.close()
                self.counts["connections"] += 1
                return await self.marked(await self.way.connect(name), case, named, again=False)
            if not answer:
                raise Wrong(f"after {case}: no answer to the marked request")
            if word in answer.body:
                break
            if not again or answer.marks - named:
                raise Wrong(f"after {case}: {answer.status} with marks of {sorted(answer.marks)} and without the word")
        if answer.marks != {number} or answer.status != 200:
            raise Wrong(f"after {case}: {answer.status}, marks of {sorted(answer.marks)} for t{number:05}")
        return connection


class Stage:
    """A server with so many shops, and Caddy in front of it."""

    def __init__(self, folder, tenants):
        folder = pathlib.Path(folder)
        self.tenants = tenants
        self.server = Server(folder, "--cache-mb", "64", tenants=shops.write(folder, tenants))
        try:
            self.caddy = Caddy(folder / "caddy", self.server.port, self.server.operations_port)
        except BaseException:
            self.server.stop()
            raise
        self.ways = [Way("directly", self.server.port), Way("through Caddy", self.caddy.https_port, self.caddy)]

    def run(self, way, requests, seed=1, clients=24, progress=None):
        run = Run(way, self.tenants, requests, seed, clients, progress)
        return asyncio.run(run.main())

    def stop(self):
        self.caddy.stop()
        return self.server.stop()


def sentence(run, seconds):
    counts = ", ".join(f"{count:,} {what}" for what, count in run.counts.items())
    return f"{run.tenants:,} shops {run.way.name}: {counts}; {len(run.wrong)} wrong, {seconds:.0f} s"


def main():
    parser = argparse.ArgumentParser(description="does every page reach who asked for it?")
    parser.add_argument("--tenants", type=int, nargs="+", default=[101, 1001])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=24)
    options = parser.parse_args()
    wrong = 0

    def progress(run):
        done = options.requests - max(0, run.left)
        print(f"\r{run.tenants:,} shops {run.way.name}: {done:,} of {options.requests:,}, {len(run.wrong)} wrong ", end="", file=sys.stderr, flush=True)

    for tenants in options.tenants:
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(folder, tenants)
            try:
                for way in stage.ways:
                    began = time.monotonic()
                    run = stage.run(way, options.requests, options.seed, options.clients, progress)
                    print("\r" + sentence(run, time.monotonic() - began), flush=True)
                    for line in run.wrong[:20]:
                        print("  " + line)
                    wrong += len(run.wrong)
            finally:
                stage.stop()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
