"""Debian's Caddy with the project's file, in front of the real origin and of one that shows what it was sent."""
import http.client
import http.server
import json
import os
import pathlib
import re
import socket
import ssl
import threading
import time

import pytest
from conftest import Server
from faults import PASS, REFUSE, FaultProxy, reset
from services import Caddy

pytestmark = pytest.mark.alone


def ask(caddy, host, path="/", method="GET", headers=(), name=None, body=None):
    """One request over TLS; the answer and its body."""
    connection = http.client.HTTPConnection(host)
    connection.sock = caddy.connect(name or host.split(":")[0].rstrip("."))
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        for field, value in dict(headers).items():
            connection.putheader(field, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


class Mirror(http.server.ThreadingHTTPServer):
    """An origin that answers with the head it was sent; also the operators' listener, which permits every name."""

    daemon_threads = True

    def __init__(self):
        self.requests, self.ready = [], 200
        super().__init__(("127.0.0.1", 0), Mirror.Handler)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = sys_version = "Mirror"

        def do_GET(self):
            self.rfile.read(int(self.headers.get("content-length") or 0))
            while "transfer-encoding" in self.headers and (size := int(self.rfile.readline() or b"0", 16)):
                self.rfile.read(size + 2)
            if self.path == "/readyz":
                return self.answer(self.server.ready, b"{}")
            if self.path.startswith("/internal/"):
                return self.answer(200, b"yes")
            self.server.requests.append((self.command, self.path))
            self.answer(200, json.dumps(self.headers.items()).encode())

        do_POST = do_HEAD = do_GET

        def answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", len(body))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    def handle_error(self, request, address):
        pass  # a proxy that hangs up in mid-answer


@pytest.fixture
def mirror():
    mirror = Mirror()
    yield mirror
    mirror.shutdown()
    mirror.server_close()


@pytest.fixture
def mirrored(mirror, tmp_path):
    caddy = Caddy(tmp_path / "caddy", mirror.port, mirror.port)
    yield caddy
    caddy.stop()


FOREIGN = {
    "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "books.localhost", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "80",
    "X-Forwarded-Server": "x", "X-Forwarded-Prefix": "/x", "x-forwarded-scheme": "http", "Forwarded": "for=203.0.113.9;host=books.localhost",
    "X-Real-IP": "203.0.113.9", "X-Client-IP": "203.0.113.9", "True-Client-IP": "203.0.113.9", "CF-Connecting-IP": "203.0.113.9",
    "X-Cluster-Client-Ip": "203.0.113.9", "X-Original-URL": "/admin", "X-Original-Host": "books.localhost", "X-Rewrite-URL": "/admin",
    "X-Host": "books.localhost", "X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE", "X-Tenant": "books",
    "X-Tenant-ID": "books", "X-TenantId": "books", "X-Ecommus-Tenant": "books", "X-Storefront-Tenant": "books", "Proxy": "http://x/",
    "Proxy-Host": "x", "Upgrade": "h2c", "X_Forwarded_For": "203.0.113.9", "X_Tenant": "books",
}  # fmt: skip


def test_what_a_client_says_of_itself_is_dropped_and_the_truth_is_set(mirror, mirrored):
    kept = {"Cookie": "a=b", "Accept-Language": "de", "If-None-Match": '"x"', "User-Agent": "test", "X-Requested-With": "htmx"}
    for method in ("GET", "HEAD", "POST"):
        answer, body = ask(mirrored, "Fashion.localhost:443", "/a?b=%20c", method, FOREIGN | kept)
        assert answer.status == 200 and mirror.requests[-1] == (method, "/a?b=%20c")
        if method == "HEAD":
            continue
        seen = {name.lower(): value for name, value in json.loads(body)}
        true = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "x-forwarded-host": "Fashion.localhost:443"}
        for name in map(str.lower, FOREIGN):
            assert seen.get(name) == true.get(name), name
        assert {name: seen.get(name) for name in true} == true
        assert {name: seen.get(name.lower()) for name in kept} == kept
        assert seen["host"] == "Fashion.localhost:443"
        assert "accept-encoding" not in seen, "what the client did not ask for is not asked of the origin"
    # A client may not have the true ones removed by calling them hop-by-hop.
    _, body = ask(mirrored, "a.localhost", headers={"Connection": "close, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host"})
    assert {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"} <= {name.lower() for name, _ in json.loads(body)}


def test_pages_come_through_as_the_origin_made_them(own_server, caddy):
    host = f"fashion.localhost:{own_server.port}"
    for path in ("/", "/collections/all", "/products/harbour-linen-shirt", "/no-such-page", "/robots.txt", "/media/harbour-linen-shirt-1.svg"):
        for coding in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip, deflate, br, zstd"}):
            own_server.get(path, headers=coding)
            time.sleep(0.02)  # the packed forms are made beside the answer
            direct = own_server.get(path, headers=coding)
            answer, body = ask(caddy, host, path, headers=coding, name="fashion.localhost")
            again = own_server.get(path, headers=coding)
            assert (answer.status, body) in [(direct.status, direct.body), (again.status, again.body)], (path, coding)
            for name in ("etag", "content-encoding", "vary", "cache-control", "content-type", "content-security-policy", "content-length"):
                assert answer.headers[name] in (direct.headers[name], again.headers[name]), (path, coding, name)
            assert answer.headers["server"] is None and answer.headers["via"] is None and answer.headers["alt-svc"] is None
    answer, body = ask(caddy, host, name="fashion.localhost", headers={"If-None-Match": own_server.get("/").headers["etag"]})
    assert (answer.status, body) == (304, b"")
    answer, body = ask(caddy, host, method="HEAD", name="fashion.localhost")
    assert (answer.status, body) == (200, b"") and int(answer.headers["content-length"]) > 0
    answer, _ = ask(caddy, host, method="DELETE", name="fashion.localhost")
    assert answer.status == 405 and answer.headers["allow"]


def test_plain_http_leads_to_https_on_the_same_host(caddy):
    def plain(head):
        with socket.create_connection(("127.0.0.1", caddy.http_port), 5) as s:
            s.settimeout(10)
            s.sendall(head)
            answer = http.client.HTTPResponse(s)
            answer.begin()
            return answer

    answer = plain(b"GET /a?b=c HTTP/1.1\r\nHost: Fashion.localhost:80\r\n\r\n")
    assert (answer.status, answer.headers["server"]) == (308, None)
    assert answer.headers["location"] == f"https://Fashion.localhost:{caddy.https_port}/a?b=c"
    for host in (b"a@evil.example", b"evil.example/x", b"a b", b"", b"a\\b", b"a?x", b"a:b", b"[::1]", b'"', b"{env.HOME}"):
        answer = plain(b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert (answer.status, answer.headers["location"]) == (400, None), host


SHOPS = {"platform_domain": "shops.example", "tenants": [
    {"id": "fashion", "name": "Open", "theme": "fashion", "domains": ["open.example", "bücher.example"]},
    {"id": "asleep", "name": "Asleep", "theme": "fashion", "status": "suspended", "domains": ["asleep.example"]},
    {"id": "gone", "name": "Gone", "theme": "fashion", "status": "deleted", "domains": ["gone.example"]},
]}  # fmt: skip


@pytest.fixture
def shops(tmp_path):
    tenants = tmp_path / "tenants.json"
    tenants.write_text(json.dumps(SHOPS))
    server = Server(tmp_path, tenants=tenants)
    caddy = Caddy(tmp_path / "caddy", server.port, server.operations_port)
    yield server, caddy
    caddy.stop()
    assert server.stop() == 0


def test_only_shops_get_a_certificate(shops):
    server, caddy = shops
    for name in ("open.example", "OPEN.example", "xn--bcher-kva.example", "fashion.shops.example", "fashion.localhost"):
        answer, body = ask(caddy, name, name=name.lower())
        if name.lower() in ("open.example", "fashion.localhost"):
            assert answer.status == 200 and b"</html>" in body, name
        else:  # the shop's other names lead to the one it calls its own
            assert answer.status == 301 and answer.headers["location"] == "https://open.example/", name
    answer, body = ask(caddy, "asleep.example")
    assert answer.status == 503 and answer.headers["retry-after"] == "3600", "closed for now, under its own name"
    for name in ("gone.example", "gone.shops.example", "nobody.example", "shops.example", "sub.open.example", "localhost", "open.example.evil.example"):
        with pytest.raises(ssl.SSLError):
            caddy.connect(name)
    # A shop that comes is served without a change of Caddy's, and one that is deleted gets no new certificate.
    tenants = json.loads((server.folder / "tenants.json").read_text())
    tenants["tenants"].append({"id": "new", "name": "New", "theme": "fashion", "domains": ["new.example"]})
    tenants["tenants"][1]["status"] = "deleted"
    new = server.folder / "tenants.new"
    new.write_text(json.dumps(tenants))
    os.rename(new, server.folder / "tenants.json")
    server.wait_for("tenants-reloaded")
    assert ask(caddy, "new.example")[0].status == 503  # it has no catalogue yet, and says so under its own name
    assert ask(caddy, "asleep.example")[0].status == 410
    with pytest.raises(ssl.SSLError):
        caddy.connect("asleep.shops.example")


@pytest.mark.parametrize("query, status", [
    ("domain=open.example", 200), ("domain=OPEN.Example.", 200), ("domain=b%C3%BCcher.example", 200), ("domain=xn--bcher-kva.example", 200),
    ("domain=fashion.shops.example", 200), ("domain=asleep.example", 200), ("domain=gone.example", 403), ("domain=nobody.example", 404),
    ("domain=*.shops.example", 404), ("", 403), ("domain=", 403), ("domain=open.example&domain=open.example", 403),
    ("domain=open.example%00", 403), ("domain=%ff", 403), ("domain=" + "a." * 3000 + "open.example", 404), ("domain=" + "a" * 10_000, 414),
])  # fmt: skip
def test_permission(query, status, permitting):
    answer = permitting.operations("/internal/tls-permission?" + query)
    assert answer.status == status
    if status != 414:
        assert answer.headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def permitting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("permission")
    (folder / "tenants.json").write_text(json.dumps(SHOPS))
    server = Server(folder, tenants=folder / "tenants.json")
    yield server
    assert server.stop() == 0


def test_permission_is_not_for_shoppers(permitting):
    for host in ("open.example", "127.0.0.1", f"127.0.0.1:{permitting.operations_port}"):
        for path in ("/internal/tls-permission?domain=open.example", "/metrics", "/readyz", "/healthz"):
            assert permitting.get(path, host=host).status == 404, (host, path)


CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')


def test_addresses_are_the_shops_own_whatever_the_request_says(shops):
    """Canonical links, robots.txt and sitemaps come from the tenants file; no header and no way in changes them."""
    server, caddy = shops
    for name in ("xn--bcher-kva.example", "fashion.shops.example"):
        for headers in ({}, FOREIGN):
            for path in ("/collections/all?page=2&utm_source=x", "/robots.txt", "/sitemap.xml"):
                answer, body = ask(caddy, name, path, headers=headers)
                assert (answer.status, answer.headers["location"], body) == (301, "https://open.example" + path, b"")
    for name in ("open.example", "fashion.localhost"):
        for headers in ({}, FOREIGN):
            _, body = ask(caddy, name, "/collections/all", headers=headers)
            assert CANONICAL.search(body.decode()).group(1) == "https://open.example/collections/all"
            direct = server.get("/collections/all", host=name, headers={k: v for k, v in headers.items() if k != "Upgrade"})
            assert direct.body == body
            assert b"Sitemap: https://open.example/sitemap.xml" in ask(caddy, name, "/robots.txt", headers=headers)[1]
            assert b"<loc>https://open.example/" in ask(caddy, name, "/sitemap.xml", headers=headers)[1]


def listening(process):
    """Ports of the TCP and UDP sockets on which a process takes something."""
    own = set()
    for entry in pathlib.Path(f"/proc/{process}/fd").iterdir():
        try:
            own.add(os.readlink(entry))
        except OSError:
            pass
    found = set()
    for kind, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in pathlib.Path(f"/proc/{process}/net/{kind}").read_text().split("\n")[1:]:
            words = line.split()
            if words and words[3] == state and f"socket:[{words[9]}]" in own:
                found.add((kind[:3], int(words[1].rpartition(":")[2], 16)))
    return found


def test_nothing_else_listens(caddy):
    ask(caddy, "fashion.localhost")
    assert listening(caddy.process.pid) == {("tcp", caddy.http_port), ("tcp", caddy.https_port)}


def test_connections_to_the_origin_are_kept(mirror, tmp_path):
    with FaultProxy(mirror.port) as proxy:
        caddy = Caddy(tmp_path / "caddy", proxy.port, mirror.port)
        try:
            for _ in range(50):
                assert ask(caddy, "a.localhost")[0].status == 200
            assert proxy.connections <= 2
        finally:
            caddy.stop()


def test_a_get_is_sent_again_and_a_post_is_not(mirror, tmp_path):
    with FaultProxy(mirror.port) as proxy:
        caddy = Caddy(tmp_path / "caddy", proxy.port, mirror.port)
        try:
            for method, statuses in (("GET", {200}), ("HEAD", {200, 503}), ("POST", {503})):
                proxy.set(reset(after=1))
                lifted = threading.Timer(0.4, proxy.set, [PASS])
                lifted.start()
                mirror.requests.clear()
                answer, _ = ask(caddy, "a.localhost", method=method, headers={"Content-Length": "0"} if method == "POST" else ())
                lifted.join()
                assert answer.status in statuses, method
                if method == "POST":
                    assert mirror.requests == [("POST", "/")], "once, whatever became of it"
                    assert answer.headers["retry-after"] and answer.headers["cache-control"] == "no-store"
        finally:
            caddy.stop()


def test_an_origin_that_is_away_is_a_short_break(mirror, tmp_path):
    with FaultProxy(mirror.port) as proxy:
        caddy = Caddy(tmp_path / "caddy", proxy.port, mirror.port)
        try:
            assert ask(caddy, "a.localhost")[0].status == 200
            proxy.set(REFUSE)
            answer, body = ask(caddy, "a.localhost")
            assert (answer.status, answer.headers["retry-after"], answer.headers["server"]) == (503, "5", None)
            assert answer.headers["content-type"] == "text/html; charset=utf-8" and b"short break" in body
            # Not for long: a GET waits for an origin that comes back.
            threading.Timer(0.5, proxy.set, [PASS]).start()
            assert ask(caddy, "a.localhost")[0].status == 200
        finally:
            caddy.stop()


def test_an_origin_that_is_not_ready_gets_no_request(mirror, mirrored):
    def settle(status):
        end = time.monotonic() + 20
        while ask(mirrored, "a.localhost")[0].status != status:
            assert time.monotonic() < end, f"never {status}"

    settle(200)
    mirror.ready = 503
    settle(503)
    count = len(mirror.requests)
    assert ask(mirrored, "a.localhost")[0].status == 503 and len(mirror.requests) == count
    mirror.ready = 200
    settle(200)


def test_limits(mirror, mirrored):
    assert ask(mirrored, "a.localhost", headers={"X-A": "a" * 12_000})[0].status == 200
    answer, _ = ask(mirrored, "a.localhost", headers={"X-A": "a" * 40_000})
    assert answer.status == 431 and answer.headers["server"] is None
    answer, _ = ask(mirrored, "a.localhost", method="POST", headers={"Content-Length": str(1 << 20)}, body=b"a" * (1 << 20))
    assert answer.status == 200
    answer, _ = ask(mirrored, "a.localhost", method="POST", headers={"Content-Length": "1048577"}, body=b"a" * 1_048_577)
    assert (answer.status, answer.headers["server"], answer.headers["retry-after"]) == (413, None, None)
    chunks = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    answer, _ = ask(mirrored, "a.localhost", method="POST", headers={"Transfer-Encoding": "chunked"}, body=chunks * 17 + b"0\r\n\r\n")
    assert answer.status == 413
