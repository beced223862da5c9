"""What the system tests share: the release binary, started on free ports in a folder of its own and ended by its id."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest
import xdist
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BINARY = pathlib.Path(os.environ.get("STOREFRONT_BINARY", ROOT / ".build" / "release" / "storefront"))
# Nothing of the person's own who runs the tests.
EMBEDDED = {name: value for name, value in os.environ.items() if not name.startswith(("CORE_", "REDIS_", "SESSION_", "CUSTOMER_"))}
BOOKS = sorted((SHARED / "catalog").glob("*.csv"))
SHOP = "fashion"
# The fixtures `caddy`, `redis_server`; `core`, `own_core` and `core_api`.
pytest_plugins = ["services", "core_api"]
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not in reach")
needs_books = pytest.mark.skipif(not BOOKS, reason="../shared/catalog is not in reach")


def run(*words, **more):
    """One command of the binary, to its end."""
    return subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=ROOT, **more)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")


class Server:
    """A supervisor with its workers. Its log lines are on `events()`, its access log in `folder/access.log`."""

    def __init__(self, folder, *words, command="serve", tenants=None, ports=None, environment=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port, self.operations_port = ports or (free_port(), free_port())
        line = [BINARY, command, "--port", self.port, "--operations-port", self.operations_port, *words]
        if command == "serve":
            line += ["--tenants", tenants or ROOT / "Demo" / "tenants.json", "--data", self.folder / "var", "--data", ROOT / "Demo"]
        self.out, self.err = open(self.folder / "access.log", "ab"), open(self.folder / "events.log", "ab")
        self.process = subprocess.Popen(list(map(str, line)), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.err, env={**EMBEDDED, **(environment or {})})
        self.wait_for("ready")

    def events(self):
        found = []
        for line in (self.folder / "events.log").read_text(errors="replace").split("\n"):
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
        return found

    def wait_for(self, event, times=1, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.events() if line.get("event") == event and "role" not in line]
            if len(found) >= times:
                return found[-1]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError(f"no {event} (exit {self.process.poll()}):\n" + (self.folder / "events.log").read_text(errors="replace"))

    def worker(self):
        """The process that serves now: the last that got ready."""
        return [line["pid"] for line in self.events() if line.get("event") == "ready" and "role" not in line][-1]

    def get(self, path, shop=SHOP, method="GET", headers=(), host=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"{shop}.localhost:{self.port}")
            for name, value in dict(headers).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def operations(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.operations_port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def raw(self, data, wait=0.3):
        """Bytes as they are; what came back until the server closed or was silent for `wait`, and whether it closed."""
        with socket.create_connection(("127.0.0.1", self.port), 5) as s:
            s.settimeout(wait)
            answer = b""
            try:
                s.sendall(data)
                while chunk := s.recv(65536):
                    answer += chunk
                return answer, True
            except TimeoutError:
                return answer, False
            except ConnectionError:
                return answer, True

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.out.close()
        self.err.close()
        return self.process.returncode


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory):
    """A data folder with the books imported, when they are in reach."""
    folder = tmp_path_factory.mktemp("storefront")
    if BOOKS:
        done = run("catalog", "import", *BOOKS, "--tenant", "books", "--name", "The Hacker's Shelf", "--data", folder / "var")
        if done.returncode not in (0, 1):  # 1: a row was left out, and said so
            pytest.fail(f"catalog import: {done.stderr}")
    return folder


@pytest.fixture(scope="session")
def server(data_folder):
    """One server for all tests that only read."""
    server = Server(data_folder)
    yield server
    assert server.stop() == 0


@pytest.fixture
def own_server(tmp_path):
    """A server for one test that stops, kills or reloads it."""
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser():
    """One for all tests of a file. Not longer: while it is open, no test can run an event loop of its own."""
    assert shutil.which("chromium"), "chromium is on packages.txt; run scripts/setup test"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


FIGURES = []


@pytest.fixture
def figures():
    """Sentences with measured numbers, printed at the end of the run."""
    return FIGURES


def pytest_sessionfinish(session):
    if xdist.is_xdist_worker(session):
        session.config.workeroutput["figures"] = FIGURES


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    FIGURES.extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.write_line(line)
