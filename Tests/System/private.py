#!/usr/bin/env python3
"""Requests of guests and of two shoppers who are signed in, over kept connections to two workers that share a Redis: does anything of a
shopper reach a page that others are shown, or the cache that it comes from?

Each shopper has a name and a cart with a mark that nobody else has. Whatever is shared (pages, texts for robots, assets) must hold no mark and
no cookie's value, sets no cookie, and is the same bytes for everybody; what is private must hold its shopper's marks and nobody else's.
In the end every entry of Redis is read. The same shared requests are then sent by guests alone: sessions must not cost a page its hits.

    Tests/System/private.py [--requests 100000] [--seed 1] [--clients 16]
"""
import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import pathlib
import random
import re
import sys
import tempfile
import time
import urllib.parse

import demo
from conftest import Server
from core_api import CoreAPI
from isolation import Connection, Wrong
from services import Redis

SHOPS = ["fashion", "services"]
PAGE_LIFE = 300
CUSTOMER_KEY = os.urandom(32)


class Secrets:
    """Marks, and cookies' values by how they begin: every sealing begins with 24 random bytes."""

    BEGINNING = 24
    RUN = re.compile(rb"[A-Za-z0-9_-]{24,}")

    def __init__(self):
        self.marks, self.beginnings = {}, {}

    def add(self, person):
        self.marks[person.mark.encode()] = person
        if value := person.cookie.partition("=")[2].encode():
            self.beginnings[value[: self.BEGINNING]] = person

    def owners(self, data):
        """Whose secrets the bytes hold."""
        found = [person for mark, person in self.marks.items() if mark in data]
        for run in self.RUN.finditer(data):
            text = run.group()
            found += [self.beginnings[part] for at in range(len(text) - self.BEGINNING + 1) if (part := text[at : at + self.BEGINNING]) in self.beginnings]
        return found


class Somebody:
    """A shopper, or a guest when `mark` is empty, in one shop."""

    def __init__(self, shop, mark):
        self.shop, self.mark, self.cookie = shop, mark, ""

    def take(self, answer):
        if line := answer.fields.get(b"set-cookie"):
            self.cookie = line.split(b";")[0].decode()


def token(shop, name):
    """What the platform hands a customer back with."""
    def text(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    claims = text(json.dumps({"tenant": shop, "name": name, "expires": int(time.time()) + 120}).encode())
    return (claims + b"." + text(hmac.new(CUSTOMER_KEY, claims, hashlib.sha512).digest()[:32])).decode()


class Plan:
    """What is asked for: found with a server of its own, so that nothing is in a cache when it begins."""

    def __init__(self, folder, requests, seed):
        server = Server(folder)
        try:
            self.roots = {shop: [language.root for language in demo.languages(server, shop)] for shop in SHOPS}
            # `/cart` and its like, by each language's own word.
            self.places = {
                (shop, root + place): demo.address(server, shop, root + place)[0]
                for shop in SHOPS for root in self.roots[shop] for place in demo.PRIVATE}  # fmt: skip
            paths = [(shop, path) for shop in SHOPS for path in shared_paths(server, shop)]
        finally:
            server.stop()
        random.Random(seed).shuffle(paths)
        # The popular ones often.
        self.shared = random.Random(seed).choices(paths, [1 / (1 + place) for place in range(len(paths))], k=requests)


class Stage:
    """Two workers, a Redis and a core API, all anew."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.redis = Redis(folder / "redis")
        environment = {"REDIS_URL": self.redis.url}
        self.core = CoreAPI(folder / "core-api", environment=environment)
        environment |= {"CORE_API_URL": self.core.url, "CUSTOMER_TOKEN_KEY": base64.b64encode(CUSTOMER_KEY).decode()}
        self.server = Server(folder / "shop", "--workers", "2", "--cache-mb", "64", environment=environment)

    def stop(self):
        code = self.server.stop()
        self.core.stop()
        self.redis.stop()
        return code


def shared_paths(server, shop):
    """What everybody is shown: pages of every kind in every language, lists in some orders, texts for robots, an asset."""
    paths = [page.path for page in demo.pages(server, shop) if page.kind not in ("cart", "wishlist", "compare")]
    catalogue = demo.catalogue(shop)
    paths += [f"/products/{product['handle']}" for product in catalogue["products"][:30]]
    paths += [f"/collections/{collection['handle']}?sort_by=price-ascending" for collection in catalogue["collections"]]
    paths = [demo.address(server, shop, path)[0] for path in paths] + ["/robots.txt", "/sitemap.xml"]
    home = server.get("/", shop).text
    paths += [part.split('"')[0] for part in home.split('href="')[1:] if part.startswith("/assets/")]
    return sorted(set(paths))


class Run:
    """The plan's shared requests, in their order. With `shoppers` everybody sends them, and asks for their own in between."""

    def __init__(self, stage, plan, shoppers, seed, clients):
        self.stage, self.plan, self.shoppers, self.left = stage, plan, shoppers, list(reversed(plan.shared))
        self.chance, self.clients = random.Random(seed), clients
        self.guests = {shop: Somebody(shop, "") for shop in SHOPS}
        self.carriers = [Somebody(shop, f"guest-mark-{os.urandom(6).hex()}") for shop in SHOPS] if shoppers else []
        self.secrets, self.bodies, self.wrong, self.since = Secrets(), {}, [], {}
        self.counts = {"shared": 0, "private": 0, "forms": 0, "hits": 0, "made": 0, "expired": 0, "uncounted": 0, "unavailable": 0}

    @property
    def everybody(self):
        return [*self.shoppers, *self.carriers]

    async def main(self):
        connections = [await self.connect() for _ in range(self.clients)]
        for person in self.everybody:
            await self.begin(connections[0], person)
        await asyncio.gather(*(self.client(connection) for connection in connections))
        for connection in connections:
            connection.close()
        return self

    async def connect(self):
        return Connection(*await asyncio.open_connection("127.0.0.1", self.stage.server.port, limit=1 << 20))

    async def ask(self, connection, person, path, fields=None):
        head = f"{'POST' if fields is not None else 'GET'} {path} HTTP/1.1\r\nHost: {person.shop}.localhost:{self.stage.server.port}\r\n"
        if person.cookie:
            head += f"Cookie: {person.cookie}\r\n"
        body = urllib.parse.urlencode(fields).encode() if fields is not None else b""
        if fields is not None:
            head += "".join(f"{name}: {value}\r\n" for name, value in demo.OWN_FORM.items()) + f"Content-Length: {len(body)}\r\n"
        await connection.send(head.encode() + b"\r\n" + body)
        answer = await connection.answer(20)
        if not answer:
            raise Wrong(f"{person.shop} {path}: no answer")
        return answer

    async def begin(self, connection, person):
        """Signs a shopper in, and puts something marked in the cart."""
        if person in self.shoppers:
            person.take(await self.ask(connection, person, f"/account/arrive?token={token(person.shop, person.mark)}"))
        product = next(p for p in demo.catalogue(person.shop)["products"] if any(v.get("available", True) for v in p["variants"]))
        variant = next(v for v in product["variants"] if v.get("available", True))
        fields = {"product": product["handle"], "id": variant["id"], "quantity": "1", "properties[For]": person.mark}
        cart = self.plan.places[person.shop, "/cart"]
        person.take(await self.ask(connection, person, cart + "/add", fields))
        self.secrets.add(person)
        cart = await self.ask(connection, person, cart)
        if person.mark.encode() not in cart.body:
            raise Wrong(f"{person.shop}: the mark is not in its own cart: {cart.status}")

    async def client(self, connection):
        while self.left:
            try:
                if self.everybody and self.chance.random() < 0.25:
                    await self.own(connection, self.chance.choice(self.everybody))
                else:
                    await self.common(connection, *self.left.pop())
            except Wrong as wrong:
                self.wrong.append(str(wrong))
                connection = await self.connect()

    async def common(self, connection, shop, path):
        here = [person for person in self.everybody if person.shop == shop]
        person = self.chance.choice([self.guests[shop], *here])
        answer = await self.ask(connection, person, path)
        self.counts["shared"] += 1
        said = f"{shop} {path} for {person.mark or 'a guest'}"
        # A body that was seen before held nothing then, and must be the same now.
        head = b"".join(name + b": " + value + b"\n" for name, value in answer.fields.items())
        known = self.bodies.setdefault((shop, path), (answer.status, answer.body))
        if known[1] is answer.body:
            head += answer.body
        self.wrong += [f"{said}: holds what is {owner.mark}'s" for owner in self.secrets.owners(head)]
        if known != (answer.status, answer.body):
            self.wrong.append(f"{said}: not the bytes that others got")
            self.wrong += [f"{said}: holds what is {owner.mark}'s" for owner in self.secrets.owners(answer.body)]
        if b"set-cookie" in answer.fields:
            self.wrong.append(f"{said}: sets a cookie")
        if b"private" in answer.fields.get(b"cache-control", b"") or b"cookie" in answer.fields.get(b"vary", b"").lower():
            self.wrong.append(f"{said}: {answer.fields.get(b'cache-control')} {answer.fields.get(b'vary')}")
        status = answer.fields.get(b"cache-status", b"")
        # Who waits for a page that is being made for another has it from there.
        kind = "uncounted" if not status else "hits" if b"; hit" in status or b"collapsed" in status else "made"
        if kind == "made":
            # How often a page's life ends is a matter of how long the run takes, not of who asks.
            now = time.monotonic()
            if now - self.since.get((shop, path), now) >= PAGE_LIFE:
                kind = "expired"
            self.since[shop, path] = now
        self.counts[kind] += 1

    async def own(self, connection, person):
        root = self.chance.choice(self.plan.roots[person.shop])
        if self.chance.random() < 0.3:
            handle = self.chance.choice(demo.catalogue(person.shop)["products"])["handle"]
            place, verb = self.chance.choice([("/wishlist", "/add"), ("/wishlist", "/remove"), ("/compare", "/remove")])
            answer = await self.ask(connection, person, self.plan.places[person.shop, root + place] + verb, {"product": handle})
            self.counts["forms"] += 1
            expected = 303
        else:
            place = self.chance.choice(["/cart", "/cart", "/wishlist", "/compare"])
            answer = await self.ask(connection, person, self.plan.places[person.shop, root + place])
            self.counts["private"] += 1
            expected = 200
        said = f"{person.shop}: what is {person.mark}'s own"
        if answer.status == 503:
            # Read anew each time: a core API that misses its deadline on a busy machine takes the page with it.
            self.counts["unavailable"] += 1
            return
        if answer.status != expected:
            self.wrong.append(f"{said}: {answer.status}")
        if b"no-store" not in answer.fields.get(b"cache-control", b""):
            self.wrong.append(f"{said}: {answer.fields.get(b'cache-control')}")
        self.wrong += [f"{said}: holds what is {owner.mark}'s" for owner in self.secrets.owners(answer.body) if owner is not person]
        person.take(answer)
        self.secrets.add(person)


# A value of Redis as its parts, by its type. What a type holds is packed in Redis's own dumps: they are not looked through.
READ = {
    b"string": lambda redis, key: [redis.get(key) or b""],
    b"hash": lambda redis, key: [part for pair in redis.hgetall(key).items() for part in pair],
    b"list": lambda redis, key: redis.lrange(key, 0, -1),
    b"set": lambda redis, key: list(redis.smembers(key)),
    b"zset": lambda redis, key: redis.zrange(key, 0, -1),
    b"stream": lambda redis, key: [part for _, fields in redis.xrange(key) for pair in fields.items() for part in pair],
}


def entries(redis):
    """Every key in Redis, and all that stands under it."""
    for key in redis.scan_iter(count=1000):
        kind = redis.type(key)
        if kind != b"none":  # gone meanwhile
            yield key, b"\n".join(READ[kind](redis, key))


def leaks(redis, secrets):
    return [f"{key[:80]!r} of Redis holds what is {owner.mark}'s" for key, value in entries(redis) for owner in secrets.owners(key + b" " + value)]


def measure(folder, requests, seed=1, clients=16):
    """The same plan with sessions and without, each with everything anew: both runs, and what is wrong with them."""
    runs, wrong, plan = {}, [], Plan(pathlib.Path(folder) / "plan", requests, seed)
    for kind in ("with sessions", "without"):
        stage = Stage(pathlib.Path(folder) / kind.replace(" ", "-"))
        try:
            people = [Somebody(shop, f"Mark {os.urandom(6).hex()}") for shop in SHOPS] if kind == "with sessions" else []
            run = asyncio.run(Run(stage, plan, people, seed, clients).main())
            wrong += [f"{kind}: {line}" for line in run.wrong] + leaks(stage.redis.client, run.secrets)
            if run.counts["unavailable"] * 100 > run.counts["private"] + run.counts["forms"]:
                wrong.append(f"{kind}: {run.counts['unavailable']} of shoppers' own pages could not be had")
            if not any(b"<!doctype html" in value.lower() for _, value in entries(stage.redis.client)):
                wrong.append(f"{kind}: no page can be read in Redis, so that nothing would be found in one")
            runs[kind] = run
        finally:
            stage.stop()
    return runs, wrong


def ratio(run):
    return run.counts["hits"] / (run.counts["hits"] + run.counts["made"])


def costs_hits(runs):
    """Whether sessions cost pages their hits. On a busy machine a worker now and then makes a page that Redis has, since it waits 50 ms for
    it and no longer: of a thousand answers up to five may differ by that."""
    return ratio(runs["without"]) - ratio(runs["with sessions"]) > 0.005


def sentences(runs, wrong, seconds):
    for kind, run in runs.items():
        counts = ", ".join(f"{count:,} {what}" for what, count in run.counts.items())
        yield f"private, {kind}: {counts}; {len(run.bodies)} pages; hit ratio {ratio(run):.4%}"
    yield f"private: {len(wrong)} wrong, {seconds:.0f} s"


def main():
    parser = argparse.ArgumentParser(description="does anything of a shopper reach what others are shown?")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        runs, wrong = measure(folder, options.requests, options.seed, options.clients)
    for line in sentences(runs, wrong, time.monotonic() - began):
        print(line)
    for line in wrong[:20]:
        print("  " + line)
    sys.exit(1 if wrong or costs_hits(runs) else 0)


if __name__ == "__main__":
    main()
