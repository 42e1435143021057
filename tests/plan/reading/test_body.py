"""Reading and decoding bodies: what is JSON, what is wrong with it, and what is no JSON."""

import dataclasses
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from ferroapi import Body, Depends, FastAPI, Header, Request
from ferroapi.exceptions import RequestValidationError
from ferroapi.plan.reading.body import decode_json
from ferroapi.responses import JSONResponse
from ferroapi.testclient import TestClient


class Item(BaseModel):
    name: str
    price: float = 1.0


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


@dataclasses.dataclass
class Record:
    a: int


def serving(annotation: Any, default: Any = ...) -> TestClient:
    """A client of an endpoint with the body parameter `p`, which it gives back."""

    async def required(p):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    async def optional(p=default):  # type: ignore[no-untyped-def]  # annotated below
        return {"p": repr(p)}

    chosen: Any = required if default is ... else optional
    chosen.__annotations__["p"] = annotation
    app = FastAPI()
    app.post("/")(chosen)
    return TestClient(app)


B = Body()

# name: (annotation, default, the JSON, what the endpoint gets or the type and place of the error)
VALUES: dict[str, tuple[Any, Any, str, Any]] = {
    "model": (Item, ..., '{"name":"a"}', Item(name="a")),
    "unknown_members": (Item, ..., '{"name":"a","b":1}', Item(name="a")),
    "missing_member": (Item, ..., "{}", ("missing", ["body", "name"])),
    "wrong_member": (Item, ..., '{"name":1}', ("string_type", ["body", "name"])),
    "no_object": (Item, ..., "[]", ("model_attributes_type", ["body"])),
    "absent": (Item, ..., "", ("missing", ["body"])),
    "null": (Item, ..., "null", ("model_attributes_type", ["body"])),
    "default": (Item, Item(name="d"), "", Item(name="d")),
    "null_is_no_default": (Item, Item(name="d"), "null", ("model_attributes_type", ["body"])),
    "optional_null": (Item | None, None, "null", None),
    "optional_absent": (Item | None, None, "", None),
    "list": (list[int], ..., "[1,2]", [1, 2]),
    "wrong_item": (list[int], ..., '[1,"x"]', ("int_parsing", ["body", 1])),
    "dict": (dict[int, float], ..., '{"1":2}', {1: 2.0}),
    "wrong_key": (dict[int, float], ..., '{"a":2}', ("int_parsing", ["body", "a", "[key]"])),
    "int": (int, B, "3", 3),
    "text": (str, B, '"a"', "a"),
    "any": (Any, B, '{"a":[1]}', {"a": [1]}),
    "tuple": (tuple[int, str], ..., '[1,"a"]', (1, "a")),
    "set": (set[int], ..., "[1,1]", {1}),
    "record": (Record, ..., '{"a":1}', Record(1)),
    "union": (Cat | Dog, ..., '{"kind":"dog","name":"a"}', Dog(kind="dog", name="a")),
    "discriminated": (
        *(Annotated[Cat | Dog, Field(discriminator="kind")], ..., '{"kind":"cat","lives":9}'),
        Cat(kind="cat", lives=9),
    ),
    "wrong_discriminated": (
        *(Annotated[Cat | Dog, Field(discriminator="kind")], ..., '{"kind":"cat"}'),
        ("missing", ["body", "cat", "lives"]),
    ),
    "embedded": (Item, Body(embed=True), '{"p":{"name":"a"}}', Item(name="a")),
    "embedded_missing": (Item, Body(embed=True), '{"name":"a"}', ("missing", ["body", "p"])),
    "embedded_alias": (int, Body(embed=True, alias="q"), '{"q":3}', 3),
    "embedded_default": (int, Body(embed=True, default=5), "{}", 5),
    "embedded_null": (int | None, Body(embed=True, default=5), '{"p":null}', None),
    "embedded_absent": (int, Body(embed=True, default=5), "", 5),
    "embedded_no_object": (int, Body(embed=True, default=5), "[]", ("missing", ["body", "p"])),
    "constraint": (int, Body(gt=3), "3", ("greater_than", ["body"])),
    "duplicate_keys": (Item, ..., '{"name":"a","name":"b"}', Item(name="b")),
    "white_space": (Item, ..., ' \n\t\r{"name" : "a"} ', Item(name="a")),
}


def check(response: Any, expected: Any) -> None:
    if isinstance(expected, tuple) and len(expected) == 2 and isinstance(expected[1], list):
        (error,) = response.json()["detail"]
        assert (response.status_code, error["type"], error["loc"]) == (422, *expected)
    else:
        assert (response.status_code, response.json()) == (200, {"p": repr(expected)})


@pytest.mark.parametrize(("annotation", "default", "body", "expected"), VALUES.values(), ids=VALUES)
def test_value(annotation: Any, default: Any, body: str, expected: Any) -> None:
    headers = {"content-type": "application/json"}
    check(serving(annotation, default).post("/", content=body, headers=headers), expected)


# name: (the content type, whether it is JSON)
CONTENT_TYPES: dict[str, tuple[str | None, bool]] = {
    "json": ("application/json", True),
    "parameters": ("application/json; charset=utf-8; a=b", True),
    "case": ("Application/JSON", True),
    "suffix": ("application/geo+json", True),
    "problem": ("application/problem+json;a=b", True),
    "text": ("text/plain", False),
    "text_json": ("text/json", False),
    "image_json": ("image/x+json", False),
    "prefix": ("application/jsonl", False),
    "form": ("application/x-www-form-urlencoded", False),
    "empty": ("", False),
    "nonsense": (";;;", False),
    "none": (None, False),
}


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("content_type", "is_json"), CONTENT_TYPES.values(), ids=CONTENT_TYPES)
def test_content_type(content_type: str | None, is_json: bool, strict: bool) -> None:
    """Bytes of another type are given to the parameter as they are."""
    app = FastAPI(strict_content_type=strict)

    @app.post("/")
    async def create(item: Item) -> Item:
        return item

    @app.post("/raw")
    async def raw(data: Annotated[bytes, Body()]) -> int:
        return len(data)

    headers = {} if content_type is None else {"content-type": content_type}
    client = TestClient(app)
    response = client.post("/", content=b'{"name":"a"}', headers=headers)
    if is_json or (not content_type and not strict):
        assert (response.status_code, response.json()) == (200, {"name": "a", "price": 1.0})
    else:
        (error,) = response.json()["detail"]
        assert (error["type"], error["loc"]) == ("model_attributes_type", ["body"])
        assert error["input"] == '{"name":"a"}'
        assert client.post("/raw", content=b'{"name":"a"}', headers=headers).json() == 12


# name: (what is sent as JSON, the position and message of the error)
BROKEN: dict[str, tuple[bytes, int, str]] = {
    "cut_off": (b'{"name": ', 9, "Expecting value"),
    "quotes": (b"{'name': 1}", 1, "Expecting property name enclosed in double quotes"),
    "more": (b'{"name":"a"} x', 13, "Extra data"),
    "word": (b"nope", 0, "Expecting value"),
    "control": (b'"\t"', 1, "Invalid control character at"),
    "escape": (rb'"\x"', 1, "Invalid \\escape"),
    "position_in_characters": ('"\u20ac" x'.encode(), 4, "Extra data"),
    "nan": (b"[NaN]", 1, "Number out of range"),
    "infinity": (b"-Infinity", 0, "Number out of range"),
    "too_large": (b"[1, 1e999]", 4, "Number out of range"),
    "surrogate": ('["\u20ac", "'.encode() + rb'\ud800"]', 7, "Lone surrogate in string"),
}


@pytest.mark.parametrize(("body", "position", "message"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("annotation", [Item, dict[str, int], Annotated[Any, Body()]])
def test_broken_json(annotation: Any, body: bytes, position: int, message: str) -> None:
    headers = {"content-type": "application/json"}
    response = serving(annotation).post("/", content=body, headers=headers)
    (error,) = response.json()["detail"]
    assert error == {
        "type": "json_invalid",
        "loc": ["body", position],
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": message},
    }


# name: bytes that cannot be decoded at all
UNREADABLE = {
    "no_utf_8": b'"\xff"',
    "cut_off_utf_8": b'"\xe2\x82',
    "long_number": b"1" * 5000,
    "deep": b"[" * 300 + b"]" * 300,
    "very_deep": b"[" * 100_000,
    "deep_objects": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = serving(Any, B).post("/", content=body, headers=headers)
    assert (response.status_code, response.json()) == (
        400,
        {"detail": "There was an error parsing the body"},
    )


def test_a_decoder_in_the_place_of_the_standard_one_may_fail_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_raw: bytes) -> None:
        raise RuntimeError

    client = serving(Item)
    monkeypatch.setattr("json.loads", fail)
    response = client.post("/", json={"price": 1})
    monkeypatch.undo()
    assert (response.status_code, response.json()) == (
        400,
        {"detail": "There was an error parsing the body"},
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings(encoding: str) -> None:
    """As `json.loads` detects them."""
    body = '{"name":"\u20ac\U0001f600"}'.encode(encoding)
    assert decode_json(body) == {"name": "\u20ac\U0001f600"}
    check(
        serving(Item).post("/", content=body, headers={"content-type": "application/json"}),
        Item(name="\u20ac\U0001f600"),
    )


def test_a_second_byte_order_mark_is_no_json() -> None:
    with pytest.raises(RequestValidationError) as caught:
        decode_json(b"\xff\xfe\xff\xfe1\x00")
    assert caught.value.errors()[0]["ctx"] == {"error": "Expecting value"}


def test_a_surrogate_of_another_encoding_is_refused() -> None:
    with pytest.raises(RequestValidationError):
        decode_json(b'"\xed\xa0\x80"')
    with pytest.raises(RequestValidationError):
        decode_json('"\ud800"'.encode("utf-16-le", "surrogatepass"))


def test_body_of_the_error() -> None:
    """Handlers get what was sent: decoded, or the text of what is no JSON."""
    app = FastAPI()
    bodies: list[Any] = []

    @app.exception_handler(RequestValidationError)
    async def keep(request: Request, error: RequestValidationError) -> Any:
        bodies.append(error.body)
        return JSONResponse([error.endpoint_path, error.endpoint_function], 422)

    @app.post("/{a}")
    async def create(item: Item, x_a: Annotated[int, Header()] = 1) -> None: ...

    client = TestClient(app)
    assert client.post("/1", json={"a": [1]}).json() == ["POST /{a}", "create"]
    headers = {"content-type": "application/json"}
    assert client.post("/1", content=b"{", headers=headers).json() == ["POST /{a}", "create"]
    client.post("/1", content=b"text", headers={"content-type": "text/plain"})
    client.post("/1")
    client.post("/1", json={"name": "a"}, headers={"x-a": "x"})
    assert bodies == [{"a": [1]}, "{", b"text", None, {"name": "a"}]


def test_bodies_of_any_method() -> None:
    app = FastAPI()

    async def echo(item: Item) -> Item:
        return item

    methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"]
    app.api_route("/", methods=methods)(echo)
    for method in methods:
        response = TestClient(app).request(method, "/", json={"name": "a"})
        assert response.json() == {"name": "a", "price": 1.0}


def test_the_body_is_read_before_dependencies_run() -> None:
    """JSON that is none is told before anything else."""
    calls: list[str] = []
    app = FastAPI()

    @app.post("/", dependencies=[Depends(lambda: calls.append("called"))])
    async def create(item: Item) -> None: ...

    headers = {"content-type": "application/json"}
    client = TestClient(app)
    assert client.post("/", content=b"{", headers=headers).status_code == 422
    assert calls == []
    assert client.post("/", content=b"{}", headers=headers).status_code == 422
    assert calls == ["called"]


def test_dependencies_may_read_the_body_too() -> None:
    async def signature(request: Request) -> str:
        return (await request.body()).decode()

    async def streamed(request: Request) -> int:
        return sum([len(chunk) async for chunk in request.stream()])

    app = FastAPI()

    @app.post("/")
    async def create(
        item: Item,
        raw: Annotated[str, Depends(signature)],
        length: Annotated[int, Depends(streamed)],
        request: Request,
    ) -> Any:
        return [item.name, raw, length, await request.json()]

    response = TestClient(app).post(
        "/", content=b'{"name":"a"}', headers={"content-type": "application/json"}
    )
    assert response.json() == ["a", '{"name":"a"}', 12, {"name": "a"}]


SCOPE = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}


@pytest.mark.anyio
async def test_chunks() -> None:
    """A body comes in any number of pieces, empty ones too."""
    app = FastAPI()

    @app.post("/")
    async def create(data: Annotated[bytes, Body()]) -> int:
        return len(data)

    chunks = [b"a", b"", b"bc", b""]
    messages = [
        {"type": "http.request", "body": chunk, "more_body": number < 3}
        for number, chunk in enumerate(chunks)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(dict(SCOPE), receive, send)
    assert sent[-1]["body"] == b"3"


@pytest.mark.anyio
@pytest.mark.parametrize("first", [True, False])
async def test_a_client_that_leaves(first: bool) -> None:
    """Before or within its body: nobody hears the 400, and the server learns of no error."""
    app = FastAPI()

    @app.post("/")
    async def create(data: Annotated[bytes, Body()]) -> None: ...

    messages = [{"type": "http.disconnect"}] * 5
    if not first:
        messages.insert(0, {"type": "http.request", "body": b"a", "more_body": True})  # type: ignore[dict-item]  # as ASGI has it
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(dict(SCOPE), receive, send)
    assert sent[0]["status"] == 400


def test_client_disconnect_in_an_endpoint_is_its_own() -> None:
    app = FastAPI()

    @app.post("/")
    async def create(request: Request) -> None:
        raise ClientDisconnect

    with pytest.raises(ClientDisconnect):
        TestClient(app).post("/")


def test_dependencies_may_take_a_member_of_what_the_endpoint_takes_whole() -> None:
    app = FastAPI()

    def member(item: Annotated[dict[str, int], Body(embed=True)]) -> dict[str, int]:
        return item

    @app.post("/")
    def create(item: dict[str, Any], inner: Annotated[Any, Depends(member)]) -> Any:
        return [item, inner]

    client = TestClient(app)
    assert client.post("/", json={"item": {"a": 1}}).json() == [{"item": {"a": 1}}, {"a": 1}]
    errors = client.post("/").json()["detail"]
    assert [error["loc"] for error in errors] == [["body", "item"], ["body"]]


def test_a_member_above_makes_all_of_its_name_members() -> None:
    app = FastAPI()

    def below(item: dict[str, Any]) -> dict[str, Any]:
        return item

    def above(
        item: Annotated[dict[str, int], Body(embed=True)],
        inner: Annotated[dict[str, Any], Depends(below)],
    ) -> Any:
        return [item, inner]

    @app.post("/")
    def create(found: Annotated[Any, Depends(above)]) -> Any:
        return found

    client = TestClient(app)
    assert client.post("/", json={"item": {"a": 1}}).json() == [{"a": 1}, {"a": 1}]
    errors = client.post("/").json()["detail"]
    assert [error["loc"] for error in errors] == [["body", "item"], ["body", "item"]]


def test_each_member_is_missing_where_the_body_is_no_object() -> None:
    app = FastAPI()

    @app.post("/")
    async def post(a: Annotated[int, Body()], b: Annotated[int, Body()]) -> None: ...

    detail = TestClient(app).post("/", json=[1]).json()["detail"]
    assert [(error["type"], error["loc"]) for error in detail] == [
        ("missing", ["body", "a"]),
        ("missing", ["body", "b"]),
    ]
