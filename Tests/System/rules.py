"""The gate's rules, said again in another language: what the server may answer to a stream of bytes.

It follows the written rules (strict HTTP/1.1 syntax of RFC 9112, and what the gate refuses beyond it), and not what the
server does. Each rule that a request breaks adds the statuses it may be refused with; a request that breaks none must be
accepted. Where the rules leave a choice, ACCEPTED is in the set beside the refusals.
"""
import re

ACCEPTED = 0
HEAD_LIMIT = 16 * 1024
TARGET_LIMIT = 8 * 1024
BODY_LIMIT = 1024 * 1024
TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
SERVED = {b"GET", b"HEAD", b"POST", b"OPTIONS"}
KNOWN = SERVED | {b"PUT", b"DELETE", b"CONNECT", b"TRACE", b"PATCH"}  # RFC 9110 and RFC 5789
# Registered by other protocols, or used by none of them: a server may know them (405) or not (501).
OTHERS = set(
    b"""ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF
    MKWORKSPACE MOVE M-SEARCH NOTIFY ORDERPATCH PRI PROPFIND PROPPATCH PURGE QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND
    UNCHECKOUT UNLINK UNLOCK UNSUBSCRIBE UPDATE UPDATEREDIRECTREF VERSION-CONTROL""".split()
)


class Outcome:
    """What may come back for one request: statuses (ACCEPTED stands for any that is no refusal), and whether the
    connection ends with it."""

    def __init__(self, may, closes, head=False, note=""):
        self.may, self.closes, self.head, self.note = may, closes, head, note

    def __repr__(self):
        return f"<{sorted(self.may)} closes={self.closes} {self.note}>"


WAITING = object()  # the server has not seen a whole request yet


def judge(stream):
    """The outcomes of all requests in the stream, in order; WAITING as the last when it stops inside one."""
    outcomes, rest = [], stream
    while rest:
        outcome, rest = one(rest)
        outcomes.append(outcome)
        if outcome is WAITING or outcome.closes is True:
            break
    return outcomes


def one(data):
    blank = False
    while data.startswith(b"\r\n"):  # a server should skip an empty line before a request, and need not
        blank, data = True, data[2:]
    if not data:
        return (Outcome({400, ACCEPTED}, None, note="blank lines only") if blank else WAITING), b""
    end = data.find(b"\r\n\r\n")
    broken = syntax(data if end < 0 else data[: end + 4])
    if blank:
        broken = broken | {400, ACCEPTED}
    if end < 0:
        # Not whole: it may be refused as soon as what is there is wrong, and is waited for otherwise.
        size = len(data)
        if size > HEAD_LIMIT:
            broken = (broken - {ACCEPTED}) | {431} | ({414} if long_target(data) else set())
        if broken - {ACCEPTED}:
            return Outcome(broken | {WAITING}, None, note="unfinished head"), b""
        return WAITING, b""
    head, rest = data[: end + 4], data[end + 4 :]
    if len(head) > HEAD_LIMIT:
        broken |= {431}
        broken -= {ACCEPTED}
    line, fields = parts(head)
    if broken and ACCEPTED not in broken:
        if line.count(b" ") == 2:  # it may as well be refused for what its words and fields mean
            method, target, version = line.split(b" ")
            broken |= framing(fields, version)[0] | meaning(method, target, version, fields)
        return Outcome(broken - {ACCEPTED}, True, note="head"), b""
    method, target, version = line.split(b" ")
    more, length = framing(fields, version)
    more |= meaning(method, target, version, fields)
    if more and ACCEPTED not in more and more & {400, 413}:
        return Outcome(broken | more, True, note="gate"), b""
    body, rest = take_body(rest, length)
    if body == "waiting":
        expects = values(fields, b"expect")
        return (Outcome(more | {WAITING}, None, note="unfinished body") if more or expects else WAITING), b""
    if body in ("broken", "large"):
        may = {400} if body == "broken" else {400, 413}
        return Outcome(may | more & {405, 501}, True, note="chunks"), b""
    may = broken | more or {ACCEPTED}
    closes = ends(fields, version)
    if may - {ACCEPTED}:
        closes = True if closes else None  # a refusal may close, and need not when the framing is sound
    return Outcome(may, closes, head=method == b"HEAD", note="whole"), rest


def long_target(data):
    words = data.split(b"\r\n")[0].split(b" ")
    return len(words) > 1 and len(words[1]) > TARGET_LIMIT


def syntax(head):
    """Statuses for what is wrong with the bytes of a head, whole or not."""
    broken = set()
    if re.search(rb"(?<!\r)\n", head) or re.search(rb"\r(?!\n)(?!$)", head):
        broken |= {400}
    lines = head.split(b"\r\n")
    whole = head.endswith(b"\r\n\r\n")
    first = lines[0]
    if len(lines) > 1 or whole:
        match = re.fullmatch(rb"(" + TOKEN + rb") ([^ ]+) (\S+)", first, re.S)
        if not match:
            broken |= {400}
            if re.match(TOKEN + rb" ", first):
                broken |= {501, 505}  # an unknown method, or no version at all, may be what it stops at
        else:
            method, target, version = match.groups()
            if method not in KNOWN | OTHERS:
                broken |= {501, 400} if method.upper() != method or not method.isalpha() else {501}
            if version not in (b"HTTP/1.1", b"HTTP/1.0"):
                broken |= {505} if re.fullmatch(rb"HTTP/\d\.\d", version) else {400, 505}
            if len(target) > TARGET_LIMIT:
                broken |= {414}
            elif re.search(rb"[^\x21-\x7e]", target):
                broken |= {400}
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head):
        broken |= {400}
    if len(lines) == 1 and not re.fullmatch(TOKEN + rb"( [^ ]*( (H(T(T(P(/(1(\.([01]\r?)?)?)?)?)?)?)?)?)?)?", first):
        broken |= {400, 501, 505}
    elif len(lines) > 1 and not whole and lines[-1] and not re.match(TOKEN + rb"(:|$)", lines[-1]):
        broken |= {400}
    for line in lines[1:-2] if whole else lines[1:-1]:
        if not re.match(TOKEN + rb":", line):
            broken |= {400}
    return broken


def parts(head):
    lines = head[:-4].split(b"\r\n")
    fields = []
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        fields.append((name.lower(), value.strip(b" \t")))
    return lines[0], fields


def values(fields, name):
    return [value for field, value in fields if field == name]


def framing(fields, version):
    """Statuses for what is wrong with the length of the body, and the length: a number, "chunked" or 0."""
    broken, length = set(), 0
    codings, lengths = values(fields, b"transfer-encoding"), values(fields, b"content-length")
    if codings:
        if codings != [b"chunked"]:
            broken |= {400, ACCEPTED} if [c.lower() for c in codings] == [b"chunked"] else {400}
        if version != b"HTTP/1.1" or lengths:
            broken |= {400}
        length = "chunked"
    elif lengths:
        if len(lengths) > 1 or not re.fullmatch(rb"0|[1-9][0-9]*", lengths[0]):
            broken |= {400}
        elif len(lengths[0]) > 18:
            broken |= {400, 413}
        else:
            length = int(lengths[0])
            if length > BODY_LIMIT:
                broken |= {413}
    return broken, length


def meaning(method, target, version, fields):
    broken = set()
    hosts = values(fields, b"host")
    if len(hosts) != 1 or not re.fullmatch(rb"[A-Za-z0-9.-]+(:[0-9]{0,5})?", hosts[0]):
        return {400}
    if re.search(rb"^[.-]|\.\.|:$", hosts[0]):
        broken |= {400, ACCEPTED}
    if method not in SERVED:
        broken |= {405} if method in KNOWN else {405, 501} if method in OTHERS else {501}
        if method == b"CONNECT":
            return broken | {400, 501}
    if values(fields, b"expect") and values(fields, b"expect")[0].lower() != b"100-continue":
        broken |= {417, 400, ACCEPTED}
    if re.search(rb'[#\\"<>]', target):
        return broken - {ACCEPTED} | {400}
    if re.search(rb"['{}|^`]", target):
        broken |= {400, ACCEPTED}
    if target == b"*":
        return broken | ({ACCEPTED, 400, 404, 405} if method == b"OPTIONS" else {400})
    absolute = re.match(rb"(?i)(https?)://([^/?]*)", target)
    if absolute:
        same = re.sub(rb":\d*$", b"", absolute.group(2)).lower() == re.sub(rb":\d*$", b"", hosts[0]).lower()
        if not same:
            return broken - {ACCEPTED} | {400}
        broken |= set() if absolute.group(2) == hosts[0] and absolute.group(1) == b"http" else {400, ACCEPTED}
        target = target[absolute.end() :] or b"/"
        if target.startswith(b"?"):
            target = b"/" + target
    elif not target.startswith(b"/"):
        return broken - {ACCEPTED} | {400}
    path, _, query = target.partition(b"?")
    if re.search(rb"%(?![0-9A-Fa-f]{2})", path):
        return broken - {ACCEPTED} | {400}
    if re.search(rb"%(?![0-9A-Fa-f]{2})", query):
        broken |= {400, ACCEPTED}
    plain = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), path)
    try:
        plain.decode("utf-8")
    except UnicodeDecodeError:
        return broken - {ACCEPTED} | {400}
    segments = plain.replace(b"\\", b"/").split(b"/")
    if b"\0" in plain or b".." in plain.split(b"/"):
        return broken - {ACCEPTED} | {400}
    if b"." in segments or b".." in segments or re.search(rb"[\x01-\x1f\x7f\\]", plain) or b"//" in plain or b"%2f" in path.lower():
        broken |= {400, ACCEPTED}
    return broken


def ends(fields, version):
    tokens = [token.strip().lower() for value in values(fields, b"connection") for token in value.split(b",")]
    if b"close" in tokens:
        return True
    return version == b"HTTP/1.0" and b"keep-alive" not in tokens


def take_body(rest, length):
    if length != "chunked":
        return (rest[:length], rest[length:]) if len(rest) >= length else ("waiting", b"")
    total = 0
    while True:
        match = re.match(rb"([0-9A-Fa-f]{1,16})\r\n", rest)
        if not match:
            bad = rest and not re.fullmatch(rb"[0-9A-Fa-f]{1,16}\r?", rest)
            if re.match(rb"[0-9A-Fa-f]{17}", rest):
                return "large", b""
            return ("broken" if bad else "waiting"), b""
        size = int(match.group(1), 16)
        total += size
        if total > BODY_LIMIT:
            return "large", b""
        rest = rest[match.end() :]
        if size == 0:
            break
        if len(rest) > size and rest[size : size + 1] != b"\r" or len(rest) > size + 1 and rest[size : size + 2] != b"\r\n":
            return "broken", b""
        if len(rest) < size + 2:
            return "waiting", b""
        rest = rest[size + 2 :]
    if rest.startswith(b"\r\n"):
        return b"", rest[2:]
    end = rest.find(b"\r\n\r\n")
    trailer = rest if end < 0 else rest[: end + 4]
    if syntax(b"GET / HTTP/1.1\r\n" + trailer):
        return "broken", b""
    return ("waiting", b"") if end < 0 else (b"", rest[end + 4 :])
