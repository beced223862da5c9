"""What is measured: each subject is a server and a request. A subject that cannot be had is told with its reason."""
import dataclasses
import json
import pathlib
import time

import fragments
import load
import statics
import workload
from processes import LOADING, ROOT, SERVING, Server, fetch, free_port, header_bytes

class Absent(Exception):
    """What a group of subjects needs is not here."""


BINARY = ROOT / ".build/release/storefront"
PYTHON = ROOT / ".build/bench/bin/python3"
PEERS = pathlib.Path(__file__).resolve().parent / "peers"


@dataclasses.dataclass
class Subject:
    name: str
    what: str
    servers: list
    port: int
    host: str
    path: str
    headers: dict = dataclasses.field(default_factory=dict)
    status: int = 200
    body_bytes: int = 0
    header_bytes: int = 0
    idle: float | None = None

    def cpu_seconds(self):
        return sum(server.cpu_seconds() for server in self.servers)

    def load(self, seconds, options):
        return load.closed(self, seconds, options.connections)

    def notes(self):
        """What the table has no column for."""
        if self.idle is None:
            return []
        return [f"private dirty memory {self.idle:.1f} MiB idle, {self.servers[0].private_dirty():.1f} MiB after the load"]

    def fetch(self):
        response, body = fetch(self.port, self.host, self.path, self.headers)
        if response.status != self.status:
            raise SystemExit(f"bench: {self.name} answers {response.status}, not {self.status}")
        self.body_bytes, self.header_bytes = len(body), header_bytes(response)
        return response, body


class Stage:
    """The servers of one run, in one folder."""

    def __init__(self, folder, workload_folder):
        self.folder, self.workload = folder, workload_folder
        self.servers = []

    def start(self, name, words, environment=None, core=SERVING):
        server = Server(name, words, self.folder, environment, core)
        self.servers.append(server)
        return server

    def end(self):
        for server in reversed(self.servers):
            server.end()

    def storefront(self, name, *options, environment=None):
        port = free_port()
        words = [BINARY, "serve", "--port", port, "--operations-port", free_port(), *options]
        return self.start(name, words, environment).wait(port), port

    def core_api(self, name, tenants, *data, delay=0):
        """The reference core API as a process of its own, and what tells our server of it."""
        port = free_port()
        folders = [word for folder in data for word in ("--data", folder)]
        words = [BINARY, "core-api", "--tenants", tenants, *folders, "--port", port, "--delay", delay]
        return self.start(name, words, core=LOADING).wait(port), {"CORE_API_URL": f"http://127.0.0.1:{port}"}

    def hit(self):
        """A page hit of the demo shop, the same with its tag, and the same bytes from nginx and from Varnish."""
        server, port = self.storefront(
            "hit", "--tenants", ROOT / "Demo/tenants.json", "--themes", ROOT / "Themes", "--plugins", ROOT / "Plugins",
            "--data", ROOT / "Demo", "--data", ROOT / "var", "--public", ROOT / "public")  # fmt: skip
        host = f"fashion.localhost:{port}"
        subject = Subject("hit", "page from the cache, access log on", [server], port, host, "/")
        for _ in range(3):
            response, body = subject.fetch()
        if "hit" not in (response.getheader("Cache-Status") or ""):
            raise SystemExit(f"bench: this is no page hit: {response.getheader('Cache-Status')}")
        tag = response.getheader("ETag")
        subject.idle = server.private_dirty()
        yield subject
        unchanged = Subject("304", "the same with its entity tag", [server], port, host, "/", {"If-None-Match": tag}, 304)
        unchanged.fetch()
        yield unchanged
        for name, what, start in [
            ("nginx", "the same bytes from a file, sendfile, no log", statics.nginx),
            ("varnish", "the same bytes from its memory, one core, no log", statics.varnish),
        ]:
            port = free_port()
            server = start(self, port, response, body)
            static = Subject(name, what, [server], port, host, "/")
            for _ in range(2):
                _, same = static.fetch()
            if same != body:
                raise SystemExit(f"bench: {name} does not serve the same bytes")
            if abs(static.header_bytes - subject.header_bytes) > 8:
                raise SystemExit(f"bench: {name} sends {static.header_bytes} bytes of header fields, we {subject.header_bytes}")
            yield static

    def listing(self):
        """The workload's listing, rendered on every request."""
        reference = workload.normalised(workload.reference(self.workload, self.folder))
        subjects = []
        for name, cards in [("listing", "in the loop"), ("listing_render", "by render")]:
            shop = self.folder / name
            workload.write_shop(self.workload, shop, name)
            server, port = self.storefront(
                name, "--tenants", shop / "tenants.json", "--themes", shop / "Themes", "--plugins", shop / "Plugins",
                "--data", shop / "data")  # fmt: skip
            what = f"the workload's listing, its cards {cards}, rendered each time, access log on"
            subjects.append(Subject(name, what, [server], port, workload.HOST, workload.PATH))
        jinja = self.folder / "jinja"
        workload.write_jinja(self.workload, jinja)
        data = self.workload / "data.json"
        port = free_port()
        server = self.start("fastapi", [PYTHON, PEERS / "listing_app.py", data, jinja, port]).wait(port)
        subjects.append(Subject("fastapi", server.output.read_text().strip(), [server], port, workload.HOST, workload.PATH))
        port = free_port()
        node = {"NODE_ENV": "production", "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs:/usr/lib/x86_64-linux-gnu/nodejs"}
        server = self.start("express", ["node", PEERS / "listing_app.js", data, PEERS / "views", port], node).wait(port)
        subjects.append(Subject("express", server.output.read_text().strip(), [server], port, workload.HOST, workload.PATH))
        for subject in subjects:
            for _ in range(2):
                response, body = subject.fetch()
            if "hit" in (response.getheader("Cache-Status") or ""):
                raise SystemExit(f"bench: {subject.name} was not rendered: {response.getheader('Cache-Status')}")
            if not response.getheader("Content-Type", "").startswith("text/html"):
                raise SystemExit(f"bench: {subject.name} does not send HTML")
            if workload.normalised(body) != reference:
                (self.folder / "difference.html").write_bytes(body)
                raise SystemExit(f"bench: {subject.name}'s page does not say what the reference says")
        return subjects

    def fragments(self):
        """A page put together from twelve fragments in Redis; nothing is kept in the worker."""
        port = free_port()
        redis = self.start("redis", [
            "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder,
        ], core=LOADING).wait(port)  # fmt: skip
        shop = self.folder / "twelve"
        fragments.write_shop(shop)
        backends = {"REDIS_URL": f"redis://127.0.0.1:{port}/0", **self.core_api("twelve-api", shop / "tenants.json", shop / "data")[1]}
        server, own = self.storefront(
            "fragments", "--tenants", shop / "tenants.json", "--themes", shop / "Themes", "--plugins", shop / "Plugins",
            "--cache-mb", "0", environment=backends)  # fmt: skip
        subject = FromRedis(
            "fragments", "layout and 12 fragments of 1 KB from Redis, nothing kept in the worker", [server], own,
            f"twelve.localhost:{own}", "/", redis=redis, redis_port=port)  # fmt: skip
        end = time.monotonic() + 10
        while True:
            response, body = subject.fetch()
            if body.count(b"<section>") != fragments.COUNT:
                raise SystemExit("bench: the page is not its twelve sections")
            if "log-lost" not in response.getheader("Cache-Status", ""):
                subject.look_alone()
                return [subject]
            if time.monotonic() > end:
                raise Absent("nobody writes the change log (storefront relay), and without it nothing in Redis is trusted")
            time.sleep(0.2)

    def cold(self):
        """Product pages that nobody has asked for, of the demo shop with a hundred times its products; each read takes 5 ms."""
        shop = self.folder / "cold"
        catalogue = json.loads((ROOT / "Demo/catalog/fashion.json").read_text())
        catalogue["products"] = [
            {**product, "id": f"{product['id']}-{copy}", "handle": f"{product['handle']}-{copy}", "title": f"{product['title']} {copy}"}
            for copy in range(100) for product in catalogue["products"]
        ]  # fmt: skip
        workload.write(shop / "catalog/fashion.json", catalogue)
        paths = ["/products/" + product["handle"] for product in catalogue["products"]]
        core, backend = self.core_api("core-api", ROOT / "Demo/tenants.json", shop, delay=5)
        server, own = self.storefront(
            "cold", "--tenants", ROOT / "Demo/tenants.json", "--themes", ROOT / "Themes", "--plugins", ROOT / "Plugins",
            "--public", ROOT / "public", environment=backend)  # fmt: skip
        subject = Cold("cold", f"{len(paths):,} product pages in turn, none of them kept any more; a read of the core API takes 5 ms",
                       [server], own, f"fashion.localhost:{own}", paths[0], core=core, paths=paths[1:])  # fmt: skip
        start = time.monotonic()
        subject.fetch()
        if time.monotonic() - start < 0.005:
            raise Absent("this build does not ask CORE_API_URL: the page came in less than one of its reads takes")
        return [subject]


@dataclasses.dataclass
class FromRedis(Subject):
    redis: Server = None
    redis_port: int = 0
    asked: dict = dataclasses.field(default_factory=dict)
    alone: str = ""
    pages: int = 0
    redis_cpu: float = 0

    def look_alone(self, pages=50):
        """The commands of pages that are asked for one after another."""
        before = fragments.commands(self.redis_port)
        for _ in range(pages):
            self.fetch()
        self.alone = self.per_page({name: n - before.get(name, 0) for name, n in fragments.commands(self.redis_port).items()}, pages)

    @staticmethod
    def per_page(asked, pages):
        return ", ".join(f"{calls / pages:.2f} {name}" for name, calls in sorted(asked.items()) if calls >= pages / 20)

    def load(self, seconds, options):
        before, cpu = fragments.commands(self.redis_port), self.redis.cpu_seconds()
        sample = super().load(seconds, options)
        self.redis_cpu += self.redis.cpu_seconds() - cpu
        self.pages += sample["requests"]
        for name, calls in fragments.commands(self.redis_port).items():
            self.asked[name] = self.asked.get(name, 0) + calls - before.get(name, 0)
        return sample

    def notes(self):
        return [
            f"commands of a page, alone: {self.alone}", f"under load: {self.per_page(self.asked, self.pages)}",
            f"Redis's own CPU {self.redis_cpu / self.pages * 1e6:.1f} µs a page",
        ]  # fmt: skip


@dataclasses.dataclass
class Cold(Subject):
    core: Server = None
    paths: list = dataclasses.field(default_factory=list)
    samples: list = dataclasses.field(default_factory=list)

    def load(self, seconds, options):
        self.samples.append(load.opened(self, seconds, options.rate, self.paths))
        sent = self.samples[-1]["requests"]
        # On with those not asked for yet.
        self.paths = self.paths[sent:] + self.paths[:sent]
        hits = self.server_log().count('"cache":"hit"')
        if hits > sent / 100:
            raise load.Failed(f"cold: {hits} of {sent} pages came from the cache")
        return self.samples[-1]

    def server_log(self):
        """The access log since it was cut, before this load; it is written once a second."""
        time.sleep(1.2)
        return self.servers[0].output.read_text(errors="replace")

    def notes(self):
        late = max(sample["late_p99_ms"] for sample in self.samples)
        busy = max(sample["generator_busy"] for sample in self.samples)
        return [f"the generator itself: p99 {late:.1f} ms late, {busy:.0%} of a core"]
