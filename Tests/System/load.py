"""A bounded load of GETs from a few threads, which counts what failed and when it began, and keeps how long each took."""
import http.client
import threading
import time


class Load:
    """Half of the clients keep their connection, half open one for each request. A kept connection that the server
    closes between two requests is opened again, once, as RFC 9112 §9.3.1 lets a client do for a GET."""

    def __init__(self, server, path="/", clients=8, seconds=60, caddy=None, pause=0):
        self.server, self.path, self.until = server, path, time.monotonic() + seconds
        self.pause = pause  # of each client between two requests
        self.caddy, self.trust = caddy, caddy and caddy.trust()
        self.ok, self.reopened, self.failures, self.took = 0, 0, [], []
        self.lock, self.ending = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.client, args=(i % 2 == 0,), daemon=True) for i in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.past(50)
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join(40)

    def past(self, requests, seconds=30):
        """Waits until so many more requests were answered."""
        goal, end = self.ok + requests, time.monotonic() + seconds
        while self.ok < goal:
            assert time.monotonic() < end, f"no more answers; {self.failures[-3:]}"
            time.sleep(0.005)

    def mark(self):
        """What was answered from here on is what `p99` is about."""
        self.took = []

    def p99(self):
        took = sorted(self.took)
        return took[len(took) * 99 // 100]

    def open(self):
        if not self.caddy:
            return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection = http.client.HTTPConnection("fashion.localhost")
        connection.auto_open = False
        connection.sock = self.caddy.connect("fashion.localhost", 30, self.trust)
        return connection

    def client(self, keeps):
        connection = None
        while not self.ending.is_set() and time.monotonic() < self.until:
            time.sleep(self.pause)
            began, used = time.monotonic(), connection is not None
            try:
                connection = self.once(connection, keeps)
            except (OSError, http.client.HTTPException) as error:
                connection = None
                if used and isinstance(error, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)):
                    try:
                        connection = self.once(None, keeps)
                        with self.lock:
                            self.reopened += 1
                        continue
                    except (OSError, http.client.HTTPException) as second:
                        error = second
                with self.lock:
                    self.failures.append((began, repr(error)))
                time.sleep(0.02)

    def once(self, connection, keeps):
        began = time.monotonic()
        if connection is None:
            connection = self.open()
        try:
            headers = {"Host": f"fashion.localhost:{self.server.port}"} | ({} if keeps else {"Connection": "close"})
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except BaseException:
            connection.close()
            raise
        if answer.status != 200 or not body.rstrip().endswith(b"</html>"):
            with self.lock:
                self.failures.append((time.monotonic(), f"status {answer.status}, {len(body)} bytes"))
        else:
            with self.lock:
                self.ok += 1
                self.took.append(time.monotonic() - began)
        if not keeps or answer.will_close:
            connection.close()
            return None
        return connection
