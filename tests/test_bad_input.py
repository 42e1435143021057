"""Nothing a client sends gives a 500, takes more than linear time, or ends the service."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from time import perf_counter
from typing import Annotated, Any
from uuid import UUID

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.properties import examples

from ferroapi import Body, Cookie, FastAPI, File, Form, Header, Query, Request, UploadFile
from ferroapi.security import HTTPBasic, HTTPBearer
from ferroapi.testclient import TestClient


class Leaf(BaseModel):
    number: float = 0.0
    count: int = 0
    text: str = ""
    at: datetime | None = None
    anything: Any = None


class Tree(Leaf):
    children: list["Tree"] = []
    named: dict[str, "Tree"] = {}


@dataclass
class Record:
    number: float


APP = FastAPI()


@APP.get("/items/{number}")
async def read(
    number: int,
    q: Annotated[list[float], Query()] = [],  # noqa: B006  copied for every request
    key: UUID | None = None,
    session: Annotated[str, Cookie(max_length=100)] = "",
    x_list: Annotated[list[int], Header()] = [],  # noqa: B006  copied for every request
) -> Any:
    return [number, q, key, session, x_list]


@APP.post("/tree")
async def tree(tree: Tree) -> Tree:
    return tree


@APP.post("/untyped")
async def untyped(data: Annotated[Any, Body()]) -> Any:
    # What was no JSON is given as it is: bytes, which JSON could not hold.
    return len(data) if isinstance(data, bytes) else {"data": data}


@APP.post("/record")
async def record(record: Record, other: Annotated[dict[str, float], Body()]) -> Any:
    return [record, other]


@APP.post("/bytes")
async def raw(data: Annotated[bytes, Body()]) -> int:
    return len(data)


@APP.post("/form")
async def form(
    text: Annotated[str, Form()],
    number: Annotated[list[float], Form()],
    file: UploadFile | None = None,
) -> Any:
    return [text, number, None if file is None else file.filename]


@APP.post("/file")
async def file(content: Annotated[bytes, File()]) -> int:
    return len(content)


@APP.get("/secret")
async def secret(request: Request) -> Any:
    basic = await HTTPBasic(auto_error=False)(request)
    bearer = await HTTPBearer(auto_error=False)(request)
    return [basic is not None, bearer is not None]


@APP.get("/{a}-{b}-{c}x")
async def segments(a: str, b: str, c: str) -> list[str]:
    return [a, b, c]


@APP.get("/files/{path:path}/end")
async def files(path: str) -> int:
    return len(path)


PATHS = ("/tree", "/untyped", "/record", "/bytes", "/form", "/file")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(APP) as client:
        yield client
        # It goes on after all of this.
        assert client.get("/items/1").json() == [1, [], None, "", []]


JSON = (b"content-type", b"application/json")
VALUES = {
    "nan": b"NaN",
    "infinity": b"Infinity",
    "negative_infinity": b"-Infinity",
    "out_of_range": b"1e999",
    "negative_out_of_range": b"-1e999",
    "surrogate": rb'"\ud800"',
    "low_surrogate": rb'"a\udfffb"',
    "encoded_surrogate": b'"\xed\xa0\x80"',
}
PLACES: dict[str, tuple[str, bytes]] = {
    "untyped": ("/untyped", b"%s"),
    "untyped_list": ("/untyped", b"[[1, %s]]"),
    "untyped_value": ("/untyped", b'{"a": {"b": %s}}'),
    "whole": ("/tree", b"%s"),
    "number": ("/tree", b'{"number": %s}'),
    "count": ("/tree", b'{"count": %s}'),
    "text": ("/tree", b'{"text": %s}'),
    "moment": ("/tree", b'{"at": %s}'),
    "anything": ("/tree", b'{"anything": [%s]}'),
    "ignored": ("/tree", b'{"unknown": %s}'),
    "below": ("/tree", b'{"children": [{"number": %s}]}'),
    "beside_an_error": ("/tree", b'{"count": "x", "anything": %s}'),
    "record": ("/record", b'{"record": {"number": %s}, "other": {}}'),
    "dictionary": ("/record", b'{"record": {"number": 1}, "other": {"a": %s}}'),
}


@pytest.mark.parametrize(("path", "template"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_json_cannot_say(client: TestClient, value: bytes, path: str, template: bytes) -> None:
    """Numbers and text that no other program could read are refused wherever they stand."""
    response = client.post(path, content=template % value, headers=[JSON])
    (error,) = response.json()["detail"]
    assert (response.status_code, error["type"]) == (422, "json_invalid")


@pytest.mark.parametrize("value", [rb'{"\ud800": 1}', rb'[{"a": {"\udc00": {}}}]'])
@pytest.mark.parametrize("path", ["/untyped", "/tree", "/record"])
def test_surrogates_in_keys(client: TestClient, path: str, value: bytes) -> None:
    assert client.post(path, content=value, headers=[JSON]).status_code == 422


# name: bytes as a body of any kind
BODIES: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "nothing_but_space": b" \n",
    "no_utf_8": b'{"text": "\xff\xfe"}',
    "cut_off": b'{"text": "',
    "byte_order_mark": b"\xef\xbb\xbf",
    "utf_16": '{"text": "a"}'.encode("utf-16"),
    "utf_32": '{"text": "a"}'.encode("utf-32"),
    "zeros": b"\0" * 100,
    "odd_zeros": b"\0" * 101,
    "deep_lists": b"[" * 100_000,
    "closed_deep_lists": b"[" * 100_000 + b"]" * 100_000,
    "deep_objects": b'{"children": [' * 100_000,
    "closed_deep_tree": b'{"children": [' * 10_000 + b"]}" * 10_000,
    "two_hundred_levels": b"[" * 199 + b"]" * 199,
    "long_number": b"1" * 100_000,
    "long_fraction": b"0." + b"1" * 100_000,
    "long_exponent": b"1e" + b"1" * 1000,
    "negative_zero": b"-0",
    "duplicate_keys": b"{" + b'"number": 1,' * 1000 + b'"number": 2}',
    "many_keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(10_000)) + b"}",
    "wrong_everywhere": b'{"children": [' + b'{"count": "x"},' * 1000 + b"{}]}",
    "private_keys": b'{"_sa_state": 1, "__class__": "x", "__dict__": {}}',
    "control_characters": b'"\x00\x01\x1f"',
    "form": b"text=a&number=1",
    "broken_form": b"&&&===%%%text=%zz&number=%",
    "multipart": b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--b--\r\n',
    "endless_multipart": b"--b\r\n" * 1000,
    "multipart_without_name": b"--b\r\nContent-Disposition: form-data\r\n\r\na\r\n--b--\r\n",
    "multipart_of_no_text": (
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xff\xfe\r\n--b--\r\n'
    ),
}
CONTENT_TYPES: dict[str, list[tuple[bytes, bytes]]] = {
    "json": [JSON],
    "none": [],
    "text": [(b"content-type", b"text/plain; charset=nothing")],
    "form": [(b"content-type", b"application/x-www-form-urlencoded")],
    "multipart": [(b"content-type", b"multipart/form-data; boundary=b")],
    "odd_charset": [(b"content-type", b"multipart/form-data; boundary=b; charset=nothing")],
    "no_boundary": [(b"content-type", b"multipart/form-data")],
    "no_text": [(b"content-type", b"\xff\xfe\x00application/json")],
    "two": [JSON, (b"content-type", b"text/plain")],
}
LONG_CONTENT_TYPES: dict[str, list[tuple[bytes, bytes]]] = {
    "long": [(b"content-type", b"application/" + b"a+json" * 10_000)],
    "many_parameters": [(b"content-type", b"application/json" + b"; a=b" * 12_000)],
    "quotes": [(b"content-type", b'application/json; a="' + b'\\"' * 30_000)],
}
LIMIT = 5.0
"""Seconds that nothing may take; quadratic work on these inputs takes minutes."""


@pytest.mark.parametrize("headers", CONTENT_TYPES.values(), ids=CONTENT_TYPES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_body(ask: Any, body: bytes, headers: Any) -> None:
    """Every body under every content type at every operation."""

    async def all_paths() -> list[int]:
        return [(await ask(APP, "POST", path, headers=headers, body=body)).status for path in PATHS]

    started = perf_counter()
    statuses = anyio.run(all_paths)
    assert max(statuses) < 500
    assert perf_counter() - started < LIMIT


# path: (content type, status, body)
COMPRESSED: dict[str, tuple[bytes, int, bytes]] = {
    "/untyped": (b"text/plain", 200, b"%d"),
    "/bytes": (b"application/octet-stream", 200, b"%d"),
    "/form": (b"application/x-www-form-urlencoded", 422, b"missing"),
    "/tree": (b"application/json", 400, b"error parsing the body"),
}


@pytest.mark.parametrize("path", COMPRESSED)
def test_compressed_bodies_stay_compressed(client: TestClient, path: str) -> None:
    """A megabyte could stand for a gigabyte: who wants it decompresses it."""
    content_type, status, text = COMPRESSED[path]
    content = gzip.compress(b'{"text": "' + b"a" * 1_000_000 + b'"}')
    headers = [(b"content-type", content_type), (b"content-encoding", b"gzip")]
    response = client.post(path, content=content, headers=headers)
    expected = text.replace(b"%d", b"%d" % len(content))
    assert response.status_code == status
    assert expected in response.content


LONG = b"a" * 60_000
MANY = b"&".join([b"q=1"] * 15_000)

# name: (path, query, headers)
REQUESTS: dict[str, tuple[str, bytes, list[tuple[bytes, bytes]]]] = {
    "long_path": ("/items/" + "1" * 60_000, b"", []),
    "long_segments": ("/" + "-" * 60_000, b"", []),
    "many_dashes": ("/" + "a-" * 30_000 + "x", b"", []),
    "many_slashes": ("/files" + "/" * 60_000 + "end", b"", []),
    "zero_in_path": ("/items/\0", b"", []),
    "surrogate_in_path": ("/items/\udcff", b"", []),
    "dots": ("/files/../../etc/passwd/end", b"", []),
    "other_digits": ("/items/\u0661\u0662", b"", []),
    "long_query": ("/items/1", b"q=" + LONG, []),
    "many_values": ("/items/1", MANY, []),
    "separators": ("/items/1", b"&" * 60_000, []),
    "percent": ("/items/1", b"q=" + b"%" * 60_000, []),
    "escapes": ("/items/1", b"q=" + b"%ff" * 20_000, []),
    "nan": ("/items/1", b"q=nan&q=inf&q=-inf&q=1e999", []),
    "no_ascii": ("/items/1", b"q=\xff\xfe&key=\x00", []),
    "wrong_key": ("/items/1", b"key=" + b"0" * 10_000, []),
    "long_cookie": ("/items/1", b"", [(b"cookie", b"session=" + LONG)]),
    "backslashes_in_cookie": ("/items/1", b"", [(b"cookie", b'session="' + b"\\" * 60_000 + b'"')]),
    "escapes_in_cookie": ("/items/1", b"", [(b"cookie", b'session="' + b"\\377" * 15_000 + b'"')]),
    "many_cookies": ("/items/1", b"", [(b"cookie", b"session=1; " * 6_000)]),
    "nameless_cookies": ("/items/1", b"", [(b"cookie", b"=;" * 30_000)]),
    "no_ascii_cookie": ("/items/1", b"", [(b"cookie", b"session=\xff\x00")]),
    "many_headers": ("/items/1", b"", [(b"x-list", b"1")] * 15_000),
    "long_header": ("/items/1", b"", [(b"x-list", b"1" * 60_000)]),
    "no_basic": ("/secret", b"", [(b"authorization", b"Basic \xff\xff")]),
    "no_base64": ("/secret", b"", [(b"authorization", b"Basic a")]),
    "no_text_in_base64": ("/secret", b"", [(b"authorization", b"Basic //79")]),
    "spaces": ("/secret", b"", [(b"authorization", b" " * 60_000)]),
    "bearer": ("/secret", b"", [(b"authorization", b"Bearer")]),
    "host": ("/items", b"", [(b"host", b"\xff[")]),
    "redirect_host": ("/items/1/", b"", [(b"host", b"a b:c:d")]),
}


@pytest.mark.parametrize(("path", "query", "headers"), REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_request(ask: Any, method: str, path: str, query: bytes, headers: Any) -> None:
    async def once() -> int:
        status: int = (await ask(APP, method, path, query=query, headers=headers)).status
        return status

    started = perf_counter()
    assert anyio.run(once) < 500
    assert perf_counter() - started < LIMIT


class Sets(BaseModel):
    numbers: set[int] = set()
    keys: dict[UUID, int] = {}
    pairs: set[tuple[int, int]] = set()
    decimals: set[Decimal] = set()
    fractions: set[Fraction] = set()


MODULUS = 2**61 - 1
"""Of Python's hashes of numbers: all of its multiples have the hash 0."""
FULLWIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}

# name: (a body of many members, whether they were chosen to collide)
SETS: dict[str, tuple[Any, bool]] = {
    "colliding": ({"numbers": [n * MODULUS for n in range(2_000)]}, True),
    "colliding_text": ({"numbers": [f"{n * MODULUS}" for n in range(2_000)]}, True),
    "colliding_keys": ({"keys": {str(UUID(int=n * MODULUS)): n for n in range(2_000)}}, True),
    "colliding_pairs": ({"pairs": [[n * MODULUS, 1] for n in range(2_000)]}, True),
    "colliding_lines": ({"numbers": [f"\t{n * MODULUS}\n" for n in range(2_000)]}, True),
    "colliding_spaces": ({"numbers": [f"\u2003{n * MODULUS}\xa0" for n in range(2_000)]}, True),
    "colliding_digits": (
        {"decimals": [str(n * MODULUS).translate(FULLWIDTH) for n in range(2_000)]},
        True,
    ),
    "colliding_fractions": (
        {"fractions": [f"{7 * n + MODULUS}/{n}" for n in range(1, 2_000)]},
        True,
    ),
    "small": ({"numbers": [*range(20_000)]}, False),
    "fractions": ({"fractions": [f"{7**n % MODULUS}/{n}" for n in range(1, 2_000)]}, False),
    "large": ({"numbers": [MODULUS + n * 7919**5 for n in range(20_000)]}, False),
    "random_keys": ({"keys": {str(UUID(int=7919**n % 2**128)): n for n in range(2_000)}}, False),
    "the_same": ({"numbers": [MODULUS] * 20_000}, False),
}


@pytest.mark.parametrize(("body", "colliding"), SETS.values(), ids=SETS)
def test_numbers_that_collide(ask: Any, body: Any, colliding: bool) -> None:
    async def endpoint(sets: Sets) -> int:
        return len(sets.numbers) + len(sets.keys)

    app = FastAPI()
    app.post("/")(endpoint)
    sent = json.dumps(body).encode()
    answer = anyio.run(partial(ask, app, "POST", headers=[JSON], body=sent))
    if not colliding:
        assert answer.status == 200
        return
    assert answer.status == 422
    (error,) = json.loads(answer.body)["detail"]
    assert error["ctx"] == {"error": "Numbers that collide in hash tables"}
    assert error["loc"][0] == "body"
    begin = sent[error["loc"][1] :].lstrip(b'"').split(b",")[0][:17]
    assert begin.replace(b"-", b"").replace(b"\\", b"").isalnum()


NAMES = [b"q", b"key", b"session", b"text", b"number", b"other", b"record", b"children"]
TOKENS = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"d800", b"1e999", b"NaN", b"null"),
    *(b"-", b"1", b".", b"e", b"\xff", b"\xed\xa0\x80", b"\x00", b"=", b"&", b"%", b"+", b";"),
    *(b'"count"', b'"number"', b'"text"', b"--b", b"\r\n", b"content-disposition: form-data; "),
    *(b'name="text"', b" ", b"true"),
]


@settings(max_examples=examples(150), deadline=None)
@given(
    path=st.sampled_from([*PATHS, "/items/1", "/items/x", "/secret"]),
    query=st.lists(st.sampled_from([*NAMES, *TOKENS]), max_size=8).map(b"".join),
    headers=st.lists(
        st.tuples(
            st.sampled_from([b"content-type", b"cookie", b"x-list", b"authorization", b"host"]),
            st.one_of(
                st.binary(max_size=20),
                st.sampled_from(
                    [
                        value
                        for rows in (CONTENT_TYPES | LONG_CONTENT_TYPES).values()
                        for _, value in rows
                    ]
                ),
            ),
        ),
        max_size=4,
    ),
    body=st.lists(st.sampled_from([*TOKENS, *VALUES.values()]), max_size=12).map(b"".join),
)
def test_any_bytes(ask: Any, path: str, query: bytes, headers: Any, body: bytes) -> None:
    async def once() -> int:
        method = "POST" if path in PATHS else "GET"
        answer = await ask(APP, method, path, query=query, headers=headers, body=body)
        status: int = answer.status
        return status

    assert anyio.run(once) < 500
