"""Requests that are as much work as a client can ask for by 64 KiB of head and 1 MB of body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from harness.case import JSON_BODY, Request
from harness.load import wire

HEAD = 60_000
SEGMENT = 30_000
"""Bytes of a request target, of which servers take 32 KiB."""

FORM = ((b"content-type", b"application/x-www-form-urlencoded"),)
MULTIPART = ((b"content-type", b"multipart/form-data; boundary=b"),)
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
PRIME = 2**61 - 1
"""Of integers that are multiples of it, CPython has the same hash."""

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]


def _filled(size: int, first: bytes, item: bytes, last: bytes) -> bytes:
    return first + item * max((size - len(first + last)) // len(item), 1) + last


def _post(path: str, body: bytes, headers: Headers = JSON_BODY) -> bytes:
    return wire(Request(path, method="POST", headers=headers, body=body))


def _get(path: str, query: bytes = b"", *headers: tuple[bytes, bytes]) -> bytes:
    return wire(Request(path, query, headers=headers))


def _array(size: int, path: str, item: bytes, last: bytes) -> bytes:
    return _post(path, _filled(size, b"[", item + b",", last + b"]"))


def tree(depth: int, leaf: object) -> bytes:
    """A value of the recursive union, so deep."""
    value: object = leaf
    for _ in range(depth):
        value = {"child": value}
    return json.dumps(value).encode()


def colliding(count: int) -> bytes:
    """An array of integers that all have the same hash."""
    return json.dumps([number * PRIME for number in range(1, count)]).encode()


def _keys(count: int) -> bytes:
    return json.dumps({str(number * PRIME): 1 for number in range(1, count)}).encode()


def part(content: bytes, headers: bytes = b"") -> bytes:
    """A form with one file."""
    return FILE + headers + b"\r\n" + content + b"\r\n--b--\r\n"


def _of_size(path: str, headers: Headers, first: bytes, last: bytes, size: int) -> bytes:
    body = first + b"x" * (size - len(first + last)) + last
    return _post(path, body, headers)


def post_file(size: int) -> bytes:
    """A form with one file, so large as a whole."""
    return _of_size("/limited/file", MULTIPART, FILE + b"\r\n", b"\r\n--b--\r\n", size)


def post_raw(size: int) -> bytes:
    """A body of no type."""
    return _of_size("/limited/raw", (), b"", b"", size)


def post_text(size: int) -> bytes:
    """JSON that is one text."""
    return _of_size("/limited/text", JSON_BODY, b'"', b'"', size)


_ITEM = b'{"name":"a","price":1,"tags":[]}'


def _named(count: int) -> bytes:
    return json.dumps({str(number): {} for number in range(count)}).encode()


def _fields(count: int) -> bytes:
    field = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n'
    return field * count + b"--b--\r\n"


def _chunked(size: int) -> bytes:
    head = b"POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"1\r\nx\r\n" * size + b"0\r\n\r\n"


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "integers that are none": lambda size: _array(size, "/integers", b'"x"', b'"x"'),
    "integers": lambda size: _array(size, "/integers", b"12345678", b"1"),
    "empty models": lambda size: _array(size, "/items", b"{}", b"{}"),
    "models with a wrong field": lambda size: _array(
        size, "/items", b'{"name":"a","price":"x","tags":[1]}', b"{}"
    ),
    "models, half of them empty": lambda size: _post(
        "/items",
        _filled(size // 2, b"[", _ITEM + b",", b"") + _filled(size // 2, b"", b"{},", b"{}]"),
    ),
    "models by name": lambda size: _post("/named", _named(size // 14)),
    "lists in a list": lambda size: _array(size, "/lists", b"[1],[]", b'["x"]'),
    "a list of one list": lambda size: _post("/lists", _filled(size, b"[[", b'"x",', b'"x"]]')),
    "one long text": lambda size: _post("/untyped", b'"' + b"x" * size + b'"'),
    "escapes": lambda size: _post("/untyped", _filled(size, b'"', b"\\u20ac", b'"')),
    "lone surrogates": lambda size: _post("/untyped", _filled(size, b'"', b"\\ud800", b'"')),
    "not a number, often": lambda size: _array(size, "/integers", b"NaN", b"NaN"),
    "too large a number, often": lambda size: _array(size, "/untyped", b"1e999", b"1"),
    "one long integer": lambda size: _post("/integers", b"[" + b"9" * size + b"]"),
    "integers of 4,300 digits": lambda size: _array(size, "/untyped", b"9" * 4300, b"1"),
    "deep arrays": lambda size: _post("/untyped", b"[" * size),
    "deep closed arrays": lambda size: _post("/untyped", b"[" * (size // 2) + b"]" * (size // 2)),
    "deep objects": lambda size: _post("/untyped", b'{"a":' * (size // 5)),
    "one key again and again": lambda size: _post(
        "/untyped", _filled(size, b"{", b'"a":1,', b'"b":1}')
    ),
    "many keys": lambda size: _post(
        "/untyped", json.dumps({str(number): 1 for number in range(size // 14)}).encode()
    ),
    "space": lambda size: _post("/untyped", _filled(size, b"1", b" ", b" ")),
    "a tree that is wrong at its end": lambda size: _post("/tree", tree(14, {"value": "x"})),
    "a tree": lambda size: _post("/tree", tree(16, {"value": 1})),
    "a set of colliding integers": lambda size: _post("/set", colliding(size // 62)),
    "colliding integers as keys": lambda size: _post("/keys", _keys(size // 62)),
    "separators of a form": lambda size: _post("/form", b"&" * size, FORM),
    "fields of a form": lambda size: _post("/form", _filled(size, b"name=a", b"&a=1", b""), FORM),
    "one long field": lambda size: _post("/form", b"name=" + b"x" * size, FORM),
    "percent signs": lambda size: _post("/form", _filled(size, b"name=", b"%e2", b""), FORM),
    "1,001 parts": lambda size: _post("/form", _fields(1001), MULTIPART),
    "many parts": lambda size: _post("/form", _fields(size // 55), MULTIPART),
    "near boundaries": lambda size: _post("/upload", part(b"\r\n--a" * (size // 6)), MULTIPART),
    "line ends in a file": lambda size: _post("/upload", part(b"\r\n" * (size // 3)), MULTIPART),
    "junk before the first part": lambda size: _post("/upload", b"\r\n" * (size // 3), MULTIPART),
    "junk behind the last part": lambda size: _post("/upload", part(b"") + b"x" * size, MULTIPART),
    "headers of a part": lambda size: _post(
        "/upload", part(b"", b"A: b\r\n" * (size // 7)), MULTIPART
    ),
    "one header of a part": lambda size: _post(
        "/upload", part(b"", b"A: " + b"b" * size), MULTIPART
    ),
    "three parameters in a segment": lambda size: _get("/parts/" + "-" * SEGMENT),
    "five parameters in a segment": lambda size: _get("/more/" + "a-" * (SEGMENT // 2)),
    "slashes": lambda size: _get("/files/" + "/end" * (SEGMENT // 4) + "x"),
    "escapes in a path": lambda size: _get("/files/" + "%2f" * (SEGMENT // 3)),
    "parameters of a query": lambda size: _get("/query", b"q=x&" * (SEGMENT // 4)),
    "separators of a query": lambda size: _get("/query", b"&" * SEGMENT),
    "escapes in a query": lambda size: _get("/query", b"text=" + b"%e2%82%ac" * (SEGMENT // 9)),
    "quoted cookies": lambda size: _get(
        "/head", b"", (b"cookie", b'session="' + b"\\0" * (HEAD // 2))
    ),
    "many cookies": lambda size: _get("/head", b"", (b"cookie", b"a=b; " * (HEAD // 5))),
    "a content type with parameters": lambda size: _post(
        "/upload", b"", ((b"content-type", b"multipart/form-data" + b'; a=";"' * (HEAD // 7)),)
    ),
    "headers": lambda size: _get("/head", b"", *[(b"x-a", b"b" * 400)] * 110),
    "credentials": lambda size: _get("/secret", b"", (b"authorization", b"Basic " + b"A" * HEAD)),
    "ranges": lambda size: _get(
        "/file", b"", (b"range", b"bytes=" + b"0-1," * (HEAD // 4) + b"2-3")
    ),
    "tags": lambda size: _get("/file", b"", (b"if-none-match", b'"a",' * (HEAD // 4))),
    "chunks of one byte": lambda size: _chunked(size // 7),
}
"""By what they are full of, with a body of so many bytes where they have one."""
