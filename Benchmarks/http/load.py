"""Load on a subject, and what it took: requests as fast as they are answered (wrk), or so many a second whatever happens
(open-loop)."""
import json
import pathlib
import re
import resource
import subprocess

from processes import LOADING, pin

HERE = pathlib.Path(__file__).resolve().parent
UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Failed(Exception):
    """The load saw what it should not have seen."""


def own_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def closed(subject, seconds, connections):
    """wrk: each connection sends its next request when the last is answered."""
    words = ["--latency", "--timeout", "30s", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", f"Host: {subject.host}"]
    for name, value in subject.headers.items():
        words += ["-H", f"{name}: {value}"]
    words.append(f"http://127.0.0.1:{subject.port}{subject.path}")
    before = subject.cpu_seconds()
    done = subprocess.run(["wrk", *words], capture_output=True, text=True, preexec_fn=pin(LOADING))
    used = subject.cpu_seconds() - before
    # wrk calls a 304 no success.
    wrong = "Socket errors" in done.stdout or ("Non-2xx" in done.stdout and subject.status == 200)
    if done.returncode != 0 or wrong:
        raise Failed(f"{subject.name}: wrk saw errors\n{done.stdout}{done.stderr}")
    requests = int(re.search(r"(\d+) requests in", done.stdout).group(1))
    return sample(requests, seconds, used, percentile(done.stdout, 50), percentile(done.stdout, 99))


def percentile(output, percent):
    number, unit = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m) *$", output, re.M).groups()
    return float(number) * UNITS[unit]


def opened(subject, seconds, rate, paths):
    """`rate` requests a second at random moments; latency counts from the moment a request was due."""
    plan = {"port": subject.port, "host": subject.host, "rate": rate, "seconds": seconds, "paths": paths, "status": subject.status}
    before = subject.cpu_seconds()
    done = subprocess.run(
        [str(HERE / "open-loop"), json.dumps(plan)], capture_output=True, text=True, preexec_fn=pin(LOADING))  # fmt: skip
    used = subject.cpu_seconds() - before
    if done.returncode != 0:
        raise Failed(f"{subject.name}: {done.stderr or done.stdout}")
    found = json.loads(done.stdout)
    result = sample(found["requests"], seconds, used, found["p50_ms"], found["p99_ms"])
    return {**result, "late_p99_ms": found["late_p99_ms"], "generator_busy": found["busy"]}


def sample(requests, seconds, used, p50, p99):
    return {
        "requests": requests, "per_second": requests / seconds, "cpu_seconds": round(used, 3),
        "cpu_us": used / requests * 1e6, "p50_ms": p50, "p99_ms": p99,
    }  # fmt: skip
