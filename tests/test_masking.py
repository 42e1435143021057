"""Secrets are not in the answers to requests that do not fit, wherever they were sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import anyio
import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Json,
    JsonValue,
    Secret,
    SecretBytes,
    SecretStr,
)
from typing_extensions import TypedDict

from ferroapi import Body, Cookie, FastAPI, File, Form, Header, Path, Query
from ferroapi.masking import MASK, NO_SECRETS, masked, without_input

SENT = "hunter2-hunter2"
"""The secret. It never fits."""

JSON_TYPE = [(b"content-type", b"application/json")]
FORM_TYPE = [(b"content-type", b"application/x-www-form-urlencoded")]


def refuse(value: Any) -> Any:
    raise ValueError(f"{value!r} is not this: {value}")


Refused = AfterValidator(refuse)


class User(BaseModel):
    name: str
    password: str = Field(min_length=99)


class Card(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    name: str
    pin: SecretStr = Field(alias="p", max_length=3)


class Nested(BaseModel):
    users: list[User] = []
    by_name: dict[str, User] = {}
    n: int


class Formatted(BaseModel):
    n: int
    code: str = Field(json_schema_extra={"format": "password"})
    blob: SecretBytes = SecretBytes(b"")
    day: Secret[int] | None = None
    hidden: Annotated[str, Field(json_schema_extra={"writeOnly": True})] = ""


class Typed(TypedDict):
    pin: SecretStr
    n: int


@dataclass
class Record:
    pin: SecretStr
    n: int


class Cat(BaseModel):
    kind: Literal["cat"]
    passphrase: str


class Dog(BaseModel):
    kind: Literal["dog"]


class Holder(BaseModel):
    anything: JsonValue = None
    key: dict[str, list[Secret[int]]] = {}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    n: int


class Mixed(BaseModel):
    password: str = ""
    records: list[Record] = []
    typed: list[Typed] = []
    numbers: list[dict[str, int]] = []
    mappings: list[Mapping[str, int]] = []
    texts: list[Json[dict[str, int]]] = []


async def user(body: User) -> None: ...
async def card(body: Card) -> None: ...
async def nested(body: Nested) -> None: ...
async def formatted(body: Formatted) -> None: ...
async def typed(body: Typed) -> None: ...
async def record(body: Record) -> None: ...
async def strict(body: Strict) -> None: ...
async def holder(body: Holder) -> None: ...
async def untyped_keys(body: dict[str, int]) -> None: ...
async def either(body: int | User) -> None: ...
async def mixed(body: Mixed) -> None: ...
async def several(body: User, other: Card) -> None: ...
async def refused(password: Annotated[str, Body(embed=True), Refused]) -> None: ...
async def whole(body: Annotated[SecretStr, Body(min_length=99)]) -> None: ...
async def secrets(keys: Annotated[list[SecretStr], Body(max_length=1)], n: int = 1) -> None: ...
async def named(passwords: Annotated[list[int], Body()]) -> None: ...
async def uuid(token: Annotated[UUID, Body(embed=True)]) -> None: ...
async def tagged(body: Annotated[Cat | Dog, Field(discriminator="kind")]) -> None: ...
async def query(api_key: Annotated[int, Query()], n: Annotated[int, Query()]) -> None: ...
async def query_model(q: Annotated[Card, Query()]) -> None: ...
async def path(token: Annotated[int, Path()]) -> None: ...
async def header(x_api_key: Annotated[int, Header()]) -> None: ...
async def header_model(h: Annotated[Strict, Header()]) -> None: ...
async def cookie(csrf_token: Annotated[int, Cookie()]) -> None: ...
async def form(password: Annotated[str, Form(min_length=99)]) -> None: ...
async def form_model(form: Annotated[User, Form()]) -> None: ...
async def json_text(data: Annotated[Json[User], Form()]) -> None: ...
async def secret_type(pin: Annotated[SecretStr, Form(max_length=3)]) -> None: ...


TEXT = [(b"content-type", b"text/plain")]

# name: (the endpoint, what is sent, the headers, the query)
ECHOED: dict[str, tuple[Any, Any, Any, bytes]] = {
    "by_name": (user, {"name": "a", "password": SENT}, JSON_TYPE, b""),
    "in_the_whole_body": (user, {"password": SENT}, JSON_TYPE, b""),
    "no_object": (user, [{"password": SENT}], JSON_TYPE, b""),
    "object_as_text": (user, json.dumps({"password": SENT}), JSON_TYPE, b""),
    "object_as_text_in_a_union": (either, json.dumps({"password": SENT}), JSON_TYPE, b""),
    "object_as_text_in_a_list": (
        nested,
        {"users": [json.dumps({"password": SENT})], "by_name": SENT},
        JSON_TYPE,
        b"",
    ),
    "one_of_several_bodies_as_text": (several, {"body": SENT, "other": SENT}, JSON_TYPE, b""),
    **{
        f"{name}_as_text": (mixed, {name: [SENT]}, JSON_TYPE, b"")
        for name in Mixed.model_fields
        if name != "password"
    },
    "body_of_another_type": (user, {"password": SENT}, TEXT, b""),
    "by_type": (card, {"p": SENT}, JSON_TYPE, b""),
    "by_type_and_python_name": (card, {"pin": SENT}, JSON_TYPE, b""),
    "deep": (
        nested,
        {"users": [{"password": SENT}], "by_name": {"a": {"password": [SENT]}}},
        JSON_TYPE,
        b"",
    ),
    "by_format": (
        formatted,
        {"code": SENT, "blob": SENT, "day": SENT, "hidden": SENT},
        JSON_TYPE,
        b"",
    ),
    "typed_dict": (typed, {"pin": SENT}, JSON_TYPE, b""),
    "dataclass": (record, {"pin": SENT}, JSON_TYPE, b""),
    "in_containers": (holder, {"key": {"a": [SENT]}}, JSON_TYPE, b""),
    "not_declared": (strict, {"n": 1, "newPassword": SENT}, JSON_TYPE, b""),
    "keys_of_a_dictionary": (untyped_keys, {"client-secret": SENT}, JSON_TYPE, b""),
    "several_bodies": (several, {"body": {"password": SENT}, "other": {"p": SENT}}, JSON_TYPE, b""),
    "message_of_the_users": (refused, {"password": SENT}, JSON_TYPE, b""),
    "message_with_a_short_one": (refused, {"password": "é1"}, JSON_TYPE, b""),
    "whole_body": (whole, SENT, JSON_TYPE, b""),
    "list_of_secrets": (secrets, [SENT, SENT], JSON_TYPE, b"n=x"),
    "whole_body_by_the_name_of_its_parameter": (named, [SENT], JSON_TYPE, b""),
    "message_of_the_parser": (uuid, {"token": SENT}, JSON_TYPE, b""),
    "no_such_tag": (tagged, {"kind": "cow", "passphrase": SENT}, JSON_TYPE, b""),
    "query": (query, None, (), b"n=x&api_key=" + SENT.encode()),
    "model_of_query": (query_model, None, (), b"p=" + SENT.encode()),
    "header": (header, None, [(b"x-api-key", SENT.encode())], b""),
    "model_of_headers": (header_model, None, [(b"authorization", SENT.encode())], b""),
    "cookie": (cookie, None, [(b"cookie", b"csrf_token=" + SENT.encode())], b""),
    "form": (form, b"password=" + SENT.encode(), FORM_TYPE, b""),
    "model_of_a_form": (form_model, b"password=" + SENT.encode(), FORM_TYPE, b""),
    "json_in_a_form": (json_text, b"data={%22password%22:%22hunter2-hunter2%22}", FORM_TYPE, b""),
    "type_in_a_form": (secret_type, b"pin=" + SENT.encode(), FORM_TYPE, b""),
}


def answer(ask: Any, row: tuple[Any, Any, Any, bytes], **options: Any) -> bytes:
    endpoint, sent, headers, asked = row
    app = FastAPI(**options)
    app.post("/")(endpoint)
    body = sent if isinstance(sent, bytes) else b"" if sent is None else json.dumps(sent).encode()
    found = anyio.run(partial(ask, app, "POST", query=asked, headers=headers, body=body))
    assert found.status == 422, found.body
    content: bytes = found.body
    return content


@pytest.mark.parametrize("row", ECHOED.values(), ids=ECHOED)
def test_no_secret_is_echoed(ask: Any, row: Any) -> None:
    secret = b"\xc3\xa91" if row[1] == {"password": "é1"} else SENT.encode()
    assert secret in answer(ask, row, error_input="all")
    shown = answer(ask, row)
    assert secret not in shown
    assert MASK.encode() in shown
    hidden = answer(ask, row, error_input=False)
    assert secret not in hidden
    assert all("input" not in error for error in json.loads(hidden)["detail"])


def test_a_secret_in_a_query_hides_nothing_of_a_body(ask: Any) -> None:
    async def read(body: Strict, pin: Annotated[SecretStr, Query()]) -> None: ...

    shown = answer(ask, (read, {"n": "shown"}, JSON_TYPE, b"pin=1"))
    assert json.loads(shown)["detail"][0]["input"] == "shown"


def test_a_secret_in_a_path(ask: Any) -> None:
    app = FastAPI()
    app.get("/{token}")(path)
    found = anyio.run(partial(ask, app, "GET", f"/{SENT}"))
    assert json.loads(found.body)["detail"][0]["input"] == MASK


class Upload(BaseModel):
    n: int


async def upload(
    file: Annotated[bytes, File(max_length=1)], password: Annotated[str, Form(min_length=99)]
) -> None: ...


def test_multipart_forms(ask: Any) -> None:
    parts = {"password": SENT, 'file"; filename="f': "content of a file"}
    body = "".join(
        f'--b\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    shown = answer(ask, (upload, (body + "--b--\r\n").encode(), headers, b""))
    assert SENT.encode() not in shown
    assert b"content of a file" in shown


# name: (an error, what is shown of it, what is shown without input)
SHOWN: dict[str, tuple[Any, Any, Any]] = {
    "nothing_secret": (
        {"type": "t", "loc": ("body", "a"), "msg": "m", "input": {"b": [1]}},
        {"type": "t", "loc": ("body", "a"), "msg": "m", "input": {"b": [1]}},
        {"type": "t", "loc": ("body", "a"), "msg": "m"},
    ),
    "missing": (
        {"type": "missing", "loc": ("body", "token"), "msg": "m", "input": {"a": 1, "token": None}},
        {"type": "missing", "loc": ("body", "token"), "msg": "m", "input": {"a": 1, "token": None}},
        {"type": "missing", "loc": ("body", "token"), "msg": "m"},
    ),
    "container_under_the_name": (
        {"type": "t", "loc": ("body",), "msg": "m", "input": {"tokens_token": {"a": 1}}},
        {"type": "t", "loc": ("body",), "msg": "m", "input": {"tokens_token": MASK}},
        {"type": "t", "loc": ("body",), "msg": "m"},
    ),
    "names_that_only_look_like_it": (
        {"type": "t", "loc": ("body", "max_tokens"), "msg": "m", "input": {"cookies": 1}},
        {"type": "t", "loc": ("body", "max_tokens"), "msg": "m", "input": {"cookies": 1}},
        {"type": "t", "loc": ("body", "max_tokens"), "msg": "m"},
    ),
    "words_of_the_declaration": (
        {
            "type": "string_too_short",
            "loc": ("body", "password"),
            "msg": "String should have at least 8 characters",
            "input": "8",
            "ctx": {"min_length": 8},
        },
        {
            "type": "string_too_short",
            "loc": ("body", "password"),
            "msg": "String should have at least 8 characters",
            "input": MASK,
            "ctx": {"min_length": 8},
        },
        {
            "type": "string_too_short",
            "loc": ("body", "password"),
            "msg": "String should have at least 8 characters",
            "ctx": {"min_length": 8},
        },
    ),
    "short_text_is_no_part_of_words": (
        {"type": "mine", "loc": ("body", "password"), "msg": "a as in bat", "input": "a"},
        {
            "type": "mine",
            "loc": ("body", "password"),
            "msg": f"{MASK} as in bat",
            "input": MASK,
        },
        {"type": "mine", "loc": ("body", "password"), "msg": f"{MASK} as in bat"},
    ),
    "escaped": (
        {"type": "mine", "loc": ("body", "password"), "msg": "got 'a\\nbcd'", "input": "a\nbcd"},
        {"type": "mine", "loc": ("body", "password"), "msg": f"got '{MASK}'", "input": MASK},
        {"type": "mine", "loc": ("body", "password"), "msg": f"got '{MASK}'"},
    ),
    "no_input": (
        {"type": "t", "loc": ("body", "password"), "msg": "m"},
        {"type": "t", "loc": ("body", "password"), "msg": "m"},
        {"type": "t", "loc": ("body", "password"), "msg": "m"},
    ),
    "a_model": (
        {"type": "t", "loc": ("body",), "msg": "m", "input": User.model_construct(password="a")},
        {"type": "t", "loc": ("body",), "msg": "m", "input": {"password": MASK}},
        {"type": "t", "loc": ("body",), "msg": "m"},
    ),
    "a_tuple": (
        {"type": "t", "loc": ("body",), "msg": "m", "input": ({"secret": 1}, 2)},
        {"type": "t", "loc": ("body",), "msg": "m", "input": [{"secret": MASK}, 2]},
        {"type": "t", "loc": ("body",), "msg": "m"},
    ),
}


@pytest.mark.parametrize(("error", "shown", "hidden"), SHOWN.values(), ids=SHOWN)
def test_what_is_shown(error: Any, shown: Any, hidden: Any) -> None:
    before = dict(error)
    assert masked([error], NO_SECRETS) == [shown]
    assert without_input([error]) == [hidden]
    assert error == before


def test_the_exception_of_a_context_says_nothing_either() -> None:
    error = {"type": "value_error", "loc": ("body", "token"), "msg": "Value error, no abcd"}
    error |= {"input": "abcd", "ctx": {"error": ValueError("no abcd")}}
    (shown,) = masked([error], NO_SECRETS)
    assert (shown["msg"], str(shown["ctx"]["error"])) == (f"Value error, no {MASK}", f"no {MASK}")


def test_what_has_no_secret_is_the_same_object_however_deep() -> None:
    deep: Any = []
    for _ in range(5_000):
        deep = [deep, {"a": deep}]
    deep.append(deep)
    error = {"type": "t", "loc": ("body",), "msg": "m", "input": deep}
    assert masked([error], NO_SECRETS)[0] is error


async def own_schema(
    a: Annotated[Any, BeforeValidator(refuse), Field(json_schema_extra=lambda schema: 1 / 0)],
) -> None: ...


def test_a_schema_that_cannot_be_made_leaves_the_names(ask: Any) -> None:
    shown = answer(ask, (own_schema, {"password": SENT}, JSON_TYPE, b"a=1"))
    assert b"value_error" in shown
