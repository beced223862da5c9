"""Private services for tests: each on free ports, with its files in a temporary folder, ended by its own id."""
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest
import redis
from conftest import BINARY, ROOT, free_port

# X509_V_ERR_CERT_NOT_YET_VALID of OpenSSL.
NOT_YET_VALID = 9


class Service:
    """A process that is of use as soon as `answers()` is true."""

    def __init__(self, folder, line, environment=None):
        self.folder, self.line, self.environment = pathlib.Path(folder), list(map(str, line)), environment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log"
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.line, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        end = time.monotonic() + 30
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, f"{self.line[0]}:\n{self.log.read_text()}"
            time.sleep(0.02)

    def answers(self):
        raise NotImplementedError

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Redis(Service):
    """Keeps nothing on disk. `client` is a connection for the test's own questions."""

    def __init__(self, folder, *settings):
        self.port = free_port()
        self.client = redis.Redis(port=self.port)
        super().__init__(folder, [
            shutil.which("redis-server"), "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder,
            *settings])  # fmt: skip

    def answers(self):
        try:
            return self.client.ping()
        except redis.exceptions.ConnectionError:
            return False

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def stop(self):
        self.client.close()
        super().stop()


class Caddy(Service):
    """Debian's Caddy with the project's own file, as `storefront caddyfile` writes it, and an authority of its own."""

    def __init__(self, folder, origin, operations):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.http_port, self.https_port, self.file = free_port(), free_port(), folder / "Caddyfile"
        written = subprocess.run(
            [BINARY, "caddyfile", "--internal-ca", "--origin", f"127.0.0.1:{origin}",
             "--ask", f"http://127.0.0.1:{operations}/internal/tls-permission", "--http-port", str(self.http_port),
             "--https-port", str(self.https_port), "--output", self.file],
            cwd=ROOT, capture_output=True, text=True)  # fmt: skip
        assert written.returncode == 0, written.stderr
        here = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
        super().__init__(folder, [shutil.which("caddy"), "run", "--adapter", "caddyfile", "--config", self.file], here)

    @property
    def authority(self):
        return self.folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.https_port), 1).close()
        except OSError:
            return False
        return self.authority.exists()

    def trust(self, protocols=("http/1.1",)):
        context = ssl.create_default_context(cafile=self.authority)
        context.set_alpn_protocols(list(protocols))
        return context

    def connect(self, name, timeout=20, context=None):
        """A TLS connection whose certificate was checked against the name."""
        for attempt in range(21):
            plain = socket.create_connection(("127.0.0.1", self.https_port), timeout)
            try:
                return (context or self.trust()).wrap_socket(plain, server_hostname=name)
            except ssl.SSLCertVerificationError as error:
                plain.close()
                # An authority made in this second is valid from the next on.
                if error.verify_code != NOT_YET_VALID or attempt == 20:
                    raise
                time.sleep(0.1)
            except BaseException:
                plain.close()
                raise


@pytest.fixture
def redis_server(tmp_path):
    server = Redis(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
def caddy(own_server, tmp_path):
    """In front of `own_server`."""
    caddy = Caddy(tmp_path / "caddy", own_server.port, own_server.operations_port)
    yield caddy
    caddy.stop()
