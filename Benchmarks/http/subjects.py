"""What is measured: each subject is a server and a request. A subject that cannot be had is told with its reason."""
import dataclasses
import pathlib

import load
import statics
import workload
from processes import ROOT, Server, fetch, free_port, header_bytes

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

    def start(self, name, words, environment=None):
        server = Server(name, words, self.folder, environment)
        self.servers.append(server)
        return server

    def end(self):
        for server in reversed(self.servers):
            server.end()

    def storefront(self, name, *options, environment=None):
        port = free_port()
        words = [BINARY, "serve", "--port", port, "--operations-port", free_port(), *options]
        return self.start(name, words, environment).wait(port), port

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
        shop = self.folder / "listing"
        workload.write_shop(self.workload, shop)
        server, port = self.storefront(
            "listing", "--tenants", shop / "tenants.json", "--themes", shop / "Themes", "--plugins", shop / "Plugins",
            "--data", shop / "data", "--cache-mb", "0")  # fmt: skip
        ours = Subject("listing", "the workload's listing, nothing kept, access log on", [server], port, workload.HOST, workload.PATH)
        jinja = self.folder / "jinja"
        workload.write_jinja(self.workload, jinja)
        data = self.workload / "data.json"
        subjects = [ours]
        port = free_port()
        server = self.start("fastapi", [PYTHON, PEERS / "listing_app.py", data, jinja, port]).wait(port)
        subjects.append(Subject("fastapi", server.output.read_text().strip(), [server], port, workload.HOST, workload.PATH))
        port = free_port()
        node = {"NODE_ENV": "production", "NODE_PATH": "/usr/share/nodejs:/usr/lib/nodejs:/usr/lib/x86_64-linux-gnu/nodejs"}
        server = self.start("express", ["node", PEERS / "listing_app.js", data, PEERS / "views", port], node).wait(port)
        subjects.append(Subject("express", server.output.read_text().strip(), [server], port, workload.HOST, workload.PATH))
        for subject in subjects:
            response, body = subject.fetch()
            if not response.getheader("Content-Type", "").startswith("text/html"):
                raise SystemExit(f"bench: {subject.name} does not send HTML")
            if workload.normalised(body) != reference:
                (self.folder / "difference.html").write_bytes(body)
                raise SystemExit(f"bench: {subject.name}'s page does not say what the reference says")
        return subjects
