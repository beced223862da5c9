"""The wire: what is refused, what is accepted, and the same answer however the bytes arrive.

Expected statuses come from rules.py, a second statement of the gate's rules, and never from the case files.
"""
import asyncio
import json
import re
import runpy

import pytest
from conftest import SHARED
from rules import ACCEPTED, WAITING, judge
from wire_cases import CASES

REFUSALS = {400, 405, 408, 413, 414, 417, 431, 501, 505}
QUIET = 0.4  # silence after which an answer is taken to be whole when the connection stays open
# Lines whose value depends on the moment or on what was asked before, and not on the request.
MOVING = re.compile(rb"^(date|cache-status|age|server-timing|x-request-id):.*\r\n", re.I | re.M)


def malformed():
    path = SHARED / "spikes" / "http" / "malformed.py"
    return runpy.run_path(str(path))["cases"] if path.exists() else []


def llhttp():
    path = SHARED / "conformance" / "llhttp_requests.json"
    return [(case["name"], bytes.fromhex(case["hex"])) for case in json.loads(path.read_text())] if path.exists() else []


SETS = {"own": CASES, "malformed": malformed(), "llhttp": llhttp()}


class Client(asyncio.Protocol):
    """Keeps everything that comes, also what came before the connection broke."""

    def __init__(self):
        self.answer, self.closed, self.moved = b"", False, asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.answer += data
        self.moved.set()

    def connection_lost(self, _):
        self.closed = True
        self.moved.set()


async def exchange(port, parts, pause=0.003):
    """Sends the parts with a pause between them; the bytes that came back and whether the server closed."""
    _, client = await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port)
    for index, part in enumerate(parts):
        if index:
            await asyncio.sleep(pause)
        client.transport.write(part)
    while not client.closed:
        client.moved.clear()
        try:
            await asyncio.wait_for(client.moved.wait(), QUIET)
        except asyncio.TimeoutError:
            break
    closed = client.closed
    client.transport.abort()
    return client.answer, closed


def responses(answer, heads):
    """Splits what came back into (status, bytes); `heads` says which of the requests were HEAD."""
    found, index = [], 0
    while answer:
        match = re.match(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n(.*?\r\n)?\r\n", answer, re.S)
        assert match, f"not a response: {answer[:120]!r}"
        status, fields = int(match.group(1)), (match.group(2) or b"").lower()
        if status == 100:
            answer = answer[match.end() :]
            continue
        length = re.search(rb"^content-length: *(\d+)\r$", fields, re.M)
        assert length or status in (204, 304), f"no length: {match.group(0)!r}"
        size = int(length.group(1)) if length else 0
        if status in (204, 304) or heads[index : index + 1] == [True]:
            size = 0
        end = match.end() + size
        assert len(answer) >= end, f"half a response: {match.group(0)!r}"
        found.append((status, answer[:end]))
        answer, index = answer[end:], index + 1
    return found


# A server that refuses takes what a client goes on sending for a while, and then resets; TCP may lose the answer with it.
LOSABLE = 300_000


def verdict(name, data, answer, closed):
    """None when what came back is what the rules allow, else the sentence of the failure."""
    outcomes = judge(data)
    if len(data) > LOSABLE and (answer, closed) == (b"", True):
        return None
    found = responses(answer, [getattr(outcome, "head", False) for outcome in outcomes])
    for index, outcome in enumerate(outcomes):
        if outcome is WAITING:
            return None if len(found) == index and not closed else f"answered {found[index:]} to half a request"
        if index >= len(found):
            if WAITING in outcome.may or 400 in outcome.may and ACCEPTED in outcome.may and closed:
                return None
            return f"request {index}: no answer, closed={closed}, expected {outcome}"
        status = found[index][0]
        refused = status in REFUSALS
        if refused and status not in outcome.may and not (status == 405 and ACCEPTED in outcome.may):
            return f"request {index}: {status}, expected {outcome}"
        if not refused and ACCEPTED not in outcome.may:
            return f"request {index}: accepted with {status}, expected {outcome}"
        if refused and status in outcome.may and outcome.closes is True:
            return None if closed and len(found) == index + 1 else f"request {index}: {status} and went on"
        if status == 405 and b"\nallow:" not in found[index][1].lower():
            return f"request {index}: 405 without Allow"
        if closed and len(found) == index + 1 and (outcome.closes or refused):
            return None
        if outcome.closes is True:
            return f"request {index}: kept open"
    return None if len(found) == len(outcomes) else f"{len(found)} answers to {len(outcomes)} requests"


def over(port, jobs, limit=150):
    """Runs exchanges side by side and gives their results in order."""

    async def main():
        gate = asyncio.Semaphore(limit)

        async def one(parts):
            async with gate:
                return await exchange(port, parts)

        return await asyncio.gather(*(one(parts) for parts in jobs))

    return asyncio.run(main())


@pytest.mark.parametrize("name", SETS)
def test_every_request_gets_what_the_rules_say(server, name):
    cases = SETS[name]
    if not cases:
        pytest.skip("../shared is not in reach")
    results = over(server.port, [[data] for _, data in cases])
    failures = []
    for (case, data), (answer, closed) in zip(cases, results):
        try:
            problem = verdict(case, data, answer, closed)
        except AssertionError as error:
            problem = str(error)
        if problem:
            failures.append(f"{case}: {problem}")
    assert not failures, f"{len(failures)} of {len(cases)}:\n" + "\n".join(failures)


@pytest.mark.parametrize("name", SETS)
def test_the_answer_does_not_depend_on_the_packets(server, name):
    """Each short request split in two at every byte; long ones at their ends and around the limits."""
    if not SETS[name]:
        pytest.skip("../shared is not in reach")
    jobs, owners = [], []
    for case, data in SETS[name]:
        if len(data) <= 400:
            places = range(1, len(data))
        else:
            places = sorted({*range(1, 40), *range(len(data) - 40, len(data)), 8192, 16383, 16384, 16385} & set(range(1, len(data))))
        whole = len(jobs)
        jobs.append([data])
        owners.append((case, whole, None))
        for place in places:
            jobs.append([data[:place], data[place:]])
            owners.append((case, whole, place))
    results = over(server.port, jobs)
    failures = []
    for (case, whole, place), result in zip(owners, results):
        if place is not None:
            (plain, plain_closed), (split, split_closed) = results[whole], result
            if len(jobs[whole][0]) > LOSABLE and (b"", True) in (results[whole], result):
                continue
            if (MOVING.sub(b"", plain), plain_closed) != (MOVING.sub(b"", split), split_closed):
                failures.append(f"{case} at {place}: {split[:60]!r} closed={split_closed}, whole {plain[:60]!r} closed={plain_closed}")
    assert not failures, f"{len(failures)} of {len(jobs)}:\n" + "\n".join(failures[:40])


def test_one_byte_at_a_time(server):
    jobs = [[data[i : i + 1] for i in range(len(data))] for _, data in CASES if len(data) <= 300]
    whole = over(server.port, [[b"".join(parts)] for parts in jobs])
    dripped = over(server.port, jobs)
    for parts, one, other in zip(jobs, whole, dripped):
        assert MOVING.sub(b"", one[0]) == MOVING.sub(b"", other[0]), b"".join(parts)


def test_expectation_is_met_before_the_body(server):
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    answer, closed = server.raw(head)
    assert answer.startswith(b"HTTP/1.1 100 ") and not closed
    answer, closed = server.raw(head + b"hello")
    assert closed


def test_head_without_an_end_is_cut_off(server):
    answer, closed = server.raw(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ", wait=20)
    assert closed
    assert answer.startswith(b"HTTP/1.1 408 ")
