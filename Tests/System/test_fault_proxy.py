"""The fault proxy itself: each of its modes in front of a server that sends back what it gets."""
import socket
import socketserver
import threading
import time

import pytest
from faults import BLACK_HOLE, FREEZE, PASS, REFUSE, FaultProxy, delay, garbage, noise, reset, throttle, truncate

HELLO = b"hello, proxy"


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except OSError:
            pass


@pytest.fixture(scope="module")
def echo():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def proxy(echo):
    with FaultProxy(echo) as proxy:
        yield proxy


def connected(proxy):
    s = socket.create_connection(("127.0.0.1", proxy.port), 5)
    s.settimeout(10)
    return s


def exactly(s, count):
    data = b""
    while len(data) < count and (piece := s.recv(count - len(data))):
        data += piece
    return data


def to_the_end(s):
    """What came until the connection ended, and whether it was reset."""
    data = b""
    try:
        while piece := s.recv(65536):
            data += piece
    except ConnectionResetError:
        return data, True
    return data, False


def is_reset_at_once(proxy):
    try:
        with connected(proxy) as s:
            return to_the_end(s) == (b"", True)
    except ConnectionResetError:
        return True  # so soon that connecting sees it


def silent(s):
    s.settimeout(0.2)
    try:
        s.recv(1)
    except TimeoutError:
        return True
    finally:
        s.settimeout(10)
    return False


def works(s):
    s.sendall(HELLO)
    return exactly(s, len(HELLO)) == HELLO


def test_passes_and_counts(proxy):
    data = noise(3_000_000)
    with connected(proxy) as s:
        writer = threading.Thread(target=s.sendall, args=(data,))
        writer.start()
        assert exactly(s, len(data)) == data
        writer.join()
        assert (proxy.connections, proxy.open) == (1, 1)
        s.shutdown(socket.SHUT_WR)
        assert to_the_end(s) == (b"", False)
    with connected(proxy) as s:
        assert works(s)
    assert (proxy.connections, proxy.bytes_up, proxy.bytes_down) == (2, len(data) + len(HELLO), len(data) + len(HELLO))


def test_delay(proxy):
    with connected(proxy) as s:
        assert works(s)
        proxy.set(delay(150))
        began = time.monotonic()
        assert works(s)
        assert time.monotonic() - began >= 0.15
        # Pieces under way are late together, not one after the other; what was sent first comes first.
        for index in range(20):
            s.sendall(b"%02d" % index)
            time.sleep(0.002)
        assert exactly(s, 40) == b"".join(b"%02d" % index for index in range(20))
        proxy.set(PASS)
        assert works(s)


def test_reset_at_once(proxy):
    with connected(proxy) as s:
        assert works(s)
        proxy.set(reset())
        assert to_the_end(s) == (b"", True)
    assert is_reset_at_once(proxy)
    proxy.set(PASS)
    with connected(proxy) as s:
        assert works(s)


def test_reset_and_truncation_after_some_bytes(proxy):
    for fault, is_reset in ((reset(7), True), (truncate(7), False)):
        proxy.set(fault)
        with connected(proxy) as s:
            s.sendall(HELLO)
            # An RST may overtake what the client has not read yet; never more than that comes.
            data, was_reset = to_the_end(s)
            assert was_reset is is_reset and HELLO.startswith(data) and len(data) <= 7
            assert is_reset or len(data) == 7
    assert proxy.bytes_down == 14


def test_counting_begins_when_the_fault_does(proxy):
    with connected(proxy) as s:
        assert works(s)
        proxy.set(truncate(5))
        s.sendall(HELLO)
        assert to_the_end(s) == (HELLO[:5], False)


def test_garbage(proxy):
    with connected(proxy) as s:
        proxy.set(garbage())
        s.sendall(HELLO)
        assert exactly(s, len(HELLO)) == noise(len(HELLO)) != HELLO
        proxy.set(garbage(b"?!"))
        assert to_the_end(s) == (b"", True), "a stream with a hole is not used again"
    with connected(proxy) as s:
        s.sendall(HELLO)
        assert exactly(s, 2) == b"?!"


def test_black_hole(proxy):
    with connected(proxy) as old:
        assert works(old)
        proxy.set(BLACK_HOLE)
        sent = proxy.bytes_up
        old.sendall(HELLO)
        with connected(proxy) as new:
            new.sendall(HELLO)
            assert silent(old) and silent(new)
            assert (proxy.connections, proxy.bytes_up) == (2, sent)
            proxy.set(PASS)
            assert to_the_end(old)[1] and to_the_end(new)[1]
    with connected(proxy) as s:
        assert works(s)


def test_freeze_loses_nothing(proxy):
    with connected(proxy) as s:
        assert works(s)
        proxy.set(FREEZE)
        s.sendall(HELLO)
        assert silent(s)
        proxy.set(PASS)
        assert exactly(s, len(HELLO)) == HELLO and works(s)


def test_refuse(proxy):
    with connected(proxy) as s:
        assert works(s)
        proxy.set(REFUSE, existing=False)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                connected(proxy)
        assert works(s)
        proxy.set(REFUSE)
        assert to_the_end(s) == (b"", True)
    proxy.set(PASS)
    with connected(proxy) as s:
        assert works(s)
    assert proxy.connections == 2


def test_throttle(proxy):
    proxy.set(throttle(20_000))
    with connected(proxy) as s:
        began = time.monotonic()
        s.sendall(noise(4_000))
        assert exactly(s, 4_000) == noise(4_000)
        assert time.monotonic() - began >= 0.15
        proxy.set(PASS)
        assert works(s)


def test_new_connections_only(proxy):
    with connected(proxy) as old:
        assert works(old)
        proxy.set(BLACK_HOLE, existing=False)
        with connected(proxy) as new:
            new.sendall(HELLO)
            assert silent(new) and works(old)


def test_a_server_that_is_away_is_a_reset(proxy):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with FaultProxy(unused.getsockname()[1]) as away:
            assert is_reset_at_once(away)


def test_ends_with_connections_open(echo):
    proxy = FaultProxy(echo)
    for fault in (PASS, BLACK_HOLE, FREEZE, throttle(10)):
        proxy.set(fault)
        s = connected(proxy)
        s.sendall(HELLO)
    proxy.close()
    assert proxy.open == 0
    with pytest.raises(ConnectionRefusedError):
        connected(proxy)
