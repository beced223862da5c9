"""Requests of our own, for machines without the shared ones, and for what those leave out. (name, bytes)"""
GET = b"GET / HTTP/1.1\r\nHost: shop.example\r\n"
POST = b"POST / HTTP/1.1\r\nHost: shop.example\r\n"
TAIL = b"GET /tail HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def host(value):
    return b"GET / HTTP/1.1\r\nHost: " + value + b"\r\nConnection: close\r\n\r\n"


def target(value, method=b"GET"):
    return method + b" " + value + b" HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"


CASES = [
    ("plain", GET + b"\r\n" + TAIL),
    ("pipelined", (GET + b"\r\n") * 5 + TAIL),
    ("head", b"HEAD / HTTP/1.1\r\nHost: shop.example\r\n\r\n" + TAIL),
    ("fixed body", POST + b"Content-Length: 5\r\n\r\nhello" + TAIL),
    ("chunked body", CHUNKED + b"5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n" + TAIL),
    ("chunk extension", CHUNKED + b"5;a=b\r\nhello\r\n0\r\n\r\n" + TAIL),
    ("chunk size with a space", CHUNKED + b"5 \r\nhello\r\n0\r\n\r\n" + TAIL),
    ("chunk with a bare LF", CHUNKED + b"5\nhello\r\n0\r\n\r\n" + TAIL),
    ("chunk longer than said", CHUNKED + b"4\r\nhello\r\n0\r\n\r\n" + TAIL),
    ("chunk size with a sign", CHUNKED + b"-1\r\nhello\r\n0\r\n\r\n" + TAIL),
    ("trailer that names a host", CHUNKED + b"0\r\nX-A: other.example\r\n\r\n" + TAIL),
    ("folded trailer", CHUNKED + b"0\r\nX-A: 1\r\n 2\r\n\r\n" + TAIL),
    ("both lengths", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + TAIL),
    ("length twice", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + TAIL),
    ("length as a list", POST + b"Content-Length: 5,5\r\n\r\nhello" + TAIL),
    ("length with a zero", POST + b"Content-Length: 05\r\n\r\nhello" + TAIL),
    ("length with a plus", POST + b"Content-Length: +5\r\n\r\nhello" + TAIL),
    ("length in hexadecimal", POST + b"Content-Length: 0x5\r\n\r\nhello" + TAIL),
    ("length over the limit", POST + b"Content-Length: 1048577\r\n\r\n"),
    ("length over 64 bits", POST + b"Content-Length: 18446744073709551621\r\n\r\nhello" + TAIL),
    ("coding xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + TAIL),
    ("coding gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + TAIL),
    ("coding twice", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + TAIL),
    ("coding in HTTP/1.0", b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + TAIL),
    ("coding on a GET", GET + b"Transfer-Encoding: identity\r\n\r\n" + TAIL),
    ("space before the colon", GET + b"X-A : 1\r\n\r\n" + TAIL),
    ("empty name", GET + b": 1\r\n\r\n" + TAIL),
    ("no colon", GET + b"X-A\r\n\r\n" + TAIL),
    ("folded line", GET + b"X-A: 1\r\n 2\r\n\r\n" + TAIL),
    ("folded first line", b"GET / HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n" + TAIL),
    ("NUL in a value", GET + b"X-A: a\0b\r\n\r\n" + TAIL),
    ("bare CR in a value", GET + b"X-A: a\rb\r\n\r\n" + TAIL),
    ("bare LF in a value", GET + b"X-A: a\nX-B: b\r\n\r\n" + TAIL),
    ("vertical tab in a value", GET + b"X-A: a\x0bb\r\n\r\n" + TAIL),
    ("bare LF lines", b"GET / HTTP/1.1\nHost: a\n\n" + TAIL),
    ("head over the limit", GET + b"X-A: " + b"a" * 17000 + b"\r\n\r\n" + TAIL),
    ("many small fields", GET + b"".join(b"X-%d: 1\r\n" % i for i in range(2000)) + b"\r\n" + TAIL),
    ("target over the limit", target(b"/" + b"a" * 9000)),
    ("no host", b"GET / HTTP/1.1\r\n\r\n" + TAIL),
    ("no host in HTTP/1.0", b"GET / HTTP/1.0\r\n\r\n"),
    ("two hosts", GET + b"Host: other.example\r\n\r\n" + TAIL),
    ("two equal hosts", GET + b"Host: shop.example\r\n\r\n" + TAIL),
    *[(f"host {value!r}", host(value)) for value in (
        b"", b"a b", b"a/b", b"a@b", b"a#b", b"a?b", b"a\\b", b"[::1]", b"a:b", b"a:80:80", b"a:999999", b"a_b", b"a,b",
        b"\xc3\xa9.example", b"a%2eb", b"a:80", b"A.EXAMPLE", b"a.example.", b"xn--bcher-kva.example", b"127.0.0.1")],
    *[(f"target {value!r}", target(value)) for value in (
        b"/%2e%2e/etc/passwd", b"/a/../b", b"/a/%2E./b", b"/%00", b"/%ff", b"/%c0%af", b"/%zz", b"/%", b"/a#b", b"/a\\b",
        b'/a"b', b"/<a>", b"/\x7f", b"/\xff", b"a", b"*", b"http://shop.example/a", b"http://other.example/a",
        b"//other.example/a", b"/caf%C3%A9", b"/?a=%00")],
    ("options for the server", target(b"*", b"OPTIONS")),
    ("method known, not served", target(b"/", b"DELETE")),
    ("method unknown", target(b"/", b"BREW")),
    ("method in small letters", target(b"/", b"get")),
    ("version 1.2", b"GET / HTTP/1.2\r\nHost: a\r\n\r\n" + TAIL),
    ("version 2.0", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n" + TAIL),
    ("version 1.10", b"GET / HTTP/1.10\r\nHost: a\r\n\r\n" + TAIL),
    ("no version", b"GET /\r\n\r\n" + TAIL),
    ("two spaces", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n" + TAIL),
    ("space at the end", b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n" + TAIL),
    ("tab between words", b"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n" + TAIL),
    ("HTTP/1.0 kept alive", b"GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n" + TAIL),
    ("HTTP/1.0", b"GET / HTTP/1.0\r\nHost: a\r\n\r\n" + TAIL),
    ("TLS hello", bytes.fromhex("16030100a5010000a10303") + b"\0" * 160),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
]  # fmt: skip
