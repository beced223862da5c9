"""Servers of a run: how they start, what they use, how they end."""
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
# What serves on one core, what loads it on another.
SERVING, LOADING = 0, 1 % os.cpu_count()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pin(core):
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """A process and what it started, on the core that serves."""

    def __init__(self, name, words, folder, environment=None, core=SERVING):
        self.name = name
        self.output, self.errors = folder / f"{name}.out", folder / f"{name}.err"
        # For appending: the file can be cut while it is written.
        self.process = subprocess.Popen(
            list(map(str, words)), stdin=subprocess.DEVNULL, stdout=open(self.output, "ab"), stderr=open(self.errors, "ab"),
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}, preexec_fn=pin(core),
        )  # fmt: skip

    def processes(self):
        found, to_see = [], [self.process.pid]
        while to_see:
            process = to_see.pop()
            try:
                tasks = list(pathlib.Path(f"/proc/{process}/task").iterdir())
                for task in tasks:
                    to_see += [int(word) for word in (task / "children").read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
            found.append(process)
        return found

    def cpu_seconds(self):
        total = 0
        for process in self.processes():
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def private_dirty(self):
        """MiB of the biggest of its processes: the one that answers."""
        texts = [pathlib.Path(f"/proc/{process}/smaps_rollup").read_text() for process in self.processes()]
        return max(int(re.search(r"^Private_Dirty: +(\d+) kB", text, re.M).group(1)) for text in texts) / 1024

    def wait(self, port, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        said = (self.output.read_text() + self.errors.read_text())[-2000:]
        raise SystemExit(f"bench: {self.name} does not answer on port {port}\n{said}")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)


def fetch(port, host, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": host, **(headers or {})})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def header_bytes(response):
    return sum(len(name) + len(value) + 4 for name, value in response.getheaders())


def busy_seconds():
    """CPU seconds that the whole machine has spent, and those that its host took from it."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, interrupts, soft, stolen = fields[:8]
    return (user + nice + system + interrupts + soft) / TICKS, stolen / TICKS
