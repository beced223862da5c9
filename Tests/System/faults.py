"""A TCP proxy that does to connections what networks and dying servers do. It stands in front of Redis, the core API or
Caddy's origin; what it does can be changed at any time, for connections to come or also for those that are there.

    proxy = FaultProxy(redis.port)
    proxy.set(delay(200))                     # from now on, all connections
    proxy.set(BLACK_HOLE, existing=False)     # new connections only
    proxy.connections, proxy.bytes_down       # what came through so far

A connection that lost bytes (black hole, garbage) is of no use to anyone: it is reset when its fault is lifted.
"""
import asyncio
import dataclasses
import socket
import struct
import threading


@dataclasses.dataclass(frozen=True)
class Fault:
    kind: str
    seconds: float = 0
    after: int = 0
    data: bytes = b""
    rate: int = 0


PASS = Fault("pass")
# The port is closed; connections that are there are reset, unless only new ones are asked for.
REFUSE = Fault("refuse")
# Accepted, read, never answered; nothing of it reaches the server.
BLACK_HOLE = Fault("black hole")
# Nothing moves in either direction, nothing is lost; lifting it lets everything through.
FREEZE = Fault("freeze")


def delay(milliseconds):
    """Each piece of an answer comes so much later."""
    return Fault("delay", seconds=milliseconds / 1000)


def reset(after=0):
    """RST, at once or when so many bytes of answers have come through."""
    return Fault("reset", after=after)


def truncate(after):
    """The connection ends in good order when so many bytes of answers have come through."""
    return Fault("truncate", after=after)


def garbage(data=b""):
    """Each piece of an answer is replaced: by `data`, or by as many bytes that mean nothing."""
    return Fault("garbage", data=data)


def throttle(bytes_a_second):
    return Fault("throttle", rate=bytes_a_second)


def noise(count):
    """Bytes that begin no reply of any protocol in use here, the same in every run."""
    return bytes((index * 73 + 146) % 251 for index in range(count))


class FaultProxy:
    def __init__(self, port, host="127.0.0.1"):
        self.upstream, self.fault = (host, port), PASS
        self.connections, self.bytes_up, self.bytes_down = 0, 0, 0
        self.links, self.server, self.held = set(), None, None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = None
        self.port = self.call(self.listen())

    def set(self, fault, existing=True):
        self.call(self.change(fault, existing))

    @property
    def open(self):
        return len(self.links)

    def close(self):
        self.call(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # On the loop's thread.

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def bound(self):
        """The port is kept by a socket that does not listen: a connection to it is refused, and nobody else gets it."""
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", self.port or 0))
        return s

    async def listen(self):
        listener, self.held = self.held or self.bound(), None
        self.server = await asyncio.start_server(self.accept, sock=listener, backlog=1024)
        return listener.getsockname()[1]

    async def shut(self):
        self.server.close()
        self.server = None
        self.held = self.bound()

    async def change(self, fault, existing):
        self.fault = fault
        if fault.kind == "refuse" and self.server:
            await self.shut()
        elif fault.kind != "refuse" and not self.server:
            await self.listen()
        if existing:
            for link in list(self.links):
                link.take(fault)

    async def end(self):
        if self.server:
            self.server.close()
        if self.held:
            self.held.close()
        while self.links:
            for link in list(self.links):
                link.reset()
            await asyncio.sleep(0.005)

    async def accept(self, reader, writer):
        self.connections += 1
        link = Link(self, reader, writer)
        self.links.add(link)
        try:
            await link.run()
        finally:
            self.links.discard(link)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.up_reader = self.up_writer = None
        self.moves, self.lost, self.ended = asyncio.Event(), False, False
        # What was read from the server and when it may go on.
        self.answers = asyncio.Queue(maxsize=64)
        self.tasks = []
        self.take(proxy.fault)

    def take(self, fault):
        self.fault, self.answered = fault, 0
        if fault.kind == "freeze":
            self.moves.clear()
        else:
            self.moves.set()
        if fault.kind == "refuse" or fault.kind == "reset" and not fault.after or self.lost and fault.kind != "black hole":
            self.reset()

    async def run(self):
        try:
            if self.ended:
                return
            if self.fault.kind == "black hole":
                self.lost = True
                while await self.reader.read(65536):
                    pass
                return
            self.up_reader, self.up_writer = await asyncio.open_connection(*self.proxy.upstream)
            if self.ended:  # meanwhile
                return self.reset()
            self.tasks = [asyncio.ensure_future(pump) for pump in (self.ask(), self.fetch(), self.answer())]
            done, _ = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_EXCEPTION)
            if any(task.exception() for task in done if not task.cancelled()):
                self.reset()
        except OSError:
            self.reset()
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            for writer in (self.writer, self.up_writer):
                if writer:
                    writer.close()

    def reset(self):
        """Both ends see an RST."""
        self.ended = True
        for writer in (self.writer, self.up_writer):
            if writer and (s := writer.get_extra_info("socket")) and s.fileno() >= 0:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
        for task in self.tasks:
            task.cancel()

    async def ask(self):
        while data := await self.reader.read(65536):
            await self.moves.wait()
            if self.fault.kind == "black hole":
                self.lost = True
                continue
            self.proxy.bytes_up += len(data)
            await self.put(self.up_writer, data)
        self.up_writer.write_eof()

    async def fetch(self):
        while data := await self.up_reader.read(65536):
            await self.answers.put((self.proxy.loop.time() + self.fault.seconds, data))
        await self.answers.put((0, b""))

    async def answer(self):
        while True:
            due, data = await self.answers.get()
            if not data:
                break
            if (wait := due - self.proxy.loop.time()) > 0:
                await asyncio.sleep(wait)
            await self.moves.wait()
            kind = self.fault.kind
            if kind == "black hole":
                self.lost = True
            elif kind == "garbage":
                self.lost = True
                await self.deliver(self.fault.data or noise(len(data)))
            elif kind in ("reset", "truncate"):
                left = self.fault.after - self.answered
                await self.deliver(data[:left])
                if len(data) >= left:
                    if kind == "reset":
                        self.reset()
                    break
            else:
                await self.deliver(data)
        self.writer.write_eof()
        if self.fault.kind == "truncate":
            for task in self.tasks:
                task.cancel()

    async def deliver(self, data):
        self.answered += len(data)
        self.proxy.bytes_down += len(data)
        await self.put(self.writer, data)

    async def put(self, writer, data):
        while data and self.fault.kind == "throttle":
            piece = max(1, self.fault.rate // 20)
            writer.write(data[:piece])
            await writer.drain()
            await asyncio.sleep(min(len(data), piece) / self.fault.rate)
            data = data[piece:]
        writer.write(data)
        await writer.drain()
