"""One meaning, three speeds: one function, a plan with a short cut, and the exact order."""

import dataclasses
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Annotated, Any, Literal
from unittest.mock import patch
from urllib.parse import quote_from_bytes
from uuid import UUID

import anyio
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    RootModel,
    field_validator,
    model_validator,
)
from tests.properties import examples
from typing_extensions import TypedDict

from ferroapi import Body, Cookie, Depends, FastAPI, Form, Header, HTTPException, Path, Query
from ferroapi.exceptions import RequestValidationError
from ferroapi.responses import Response
from ferroapi.testclient import TestClient

Draw = Callable[..., Any]
SHORTCUT = "ferroapi.plan.reading.shortcut.Shortcut.compile"
DIRECT = "ferroapi.routing.target.written"


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    a: int
    b: float = 1.5


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    inner: Inner
    items: list[Inner] = []
    text: Annotated[str, Field(alias="Text", max_length=3)] = "t"


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    a: bool | None = None


class Checked(BaseModel):
    a: date | str
    b: dict[str, int] = {}

    @field_validator("b")
    @classmethod
    def small(cls, value: dict[str, int]) -> dict[str, int]:
        if sum(value.values()) > 100:
            raise ValueError("too large")
        return value


@dataclasses.dataclass
class Record:
    a: int
    b: str = "b"


class Mapped(TypedDict):
    a: float


seen: list[list[str]] = [[]]
"""The calls of the request that is being answered."""


def told(value: str) -> str:
    """A function of the user's that sees which dependencies have run."""
    return f"{value} after {sum(call.startswith('dependency') for call in seen[0])}"


# name: (annotation, a default, texts of which some are valid)
SCALARS: dict[str, tuple[Any, Any, list[str]]] = {
    "int": (int, 7, ["1", "-0", "1.0", "9" * 30, "x", " 2 "]),
    "constrained": (Annotated[int, Field(ge=0, multiple_of=3)], 3, ["3", "4", "-3"]),
    "float": (float, 0.5, ["1", "1e5", "nan", "-inf", "1e999", "x"]),
    "finite": (Annotated[float, Field(allow_inf_nan=False)], 0.5, ["1", "nan", "inf"]),
    "bool": (bool, True, ["true", "off", "1", "2", ""]),
    "str": (str, "d", ["a", "", "\u20ac", "a b"]),
    "short": (Annotated[str, Field(min_length=1, pattern="^a")], "d", ["a", "", "ab", "b"]),
    "bytes": (bytes, b"d", ["a", "\u20ac"]),
    "date": (date, date(2000, 1, 1), ["2020-02-29", "2021-02-29", "0"]),
    "decimal": (Decimal, Decimal("1.0"), ["1.50", "NaN", "x"]),
    "uuid": (UUID, None, [str(UUID(int=5)), "x"]),
    "literal": (Literal["a", "b"], "a", ["a", "b", "c"]),
    "enum": (Color, Color.RED, ["red", "green"]),
    "optional": (int | None, None, ["1", "", "null", "x"]),
    "union": (int | str, 1, ["1", "x", ""]),
    "json": (Json[list[int]], [], ["[1]", "[1", '["x"]', ""]),
    "any": (Any, None, ["a", ""]),
    "told": (Annotated[str, AfterValidator(told)], "d", ["a", ""]),
}
LISTS: dict[str, tuple[Any, Any, list[str]]] = {
    "list": (list[int], [1], ["1", "2", "x"]),
    "set": (set[str], {"a"}, ["a", "b", ""]),
    "tuple": (tuple[int, str], (1, "a"), ["1", "a"]),
    "optional_list": (list[str] | None, None, ["a", ""]),
    "bounded_list": (Annotated[list[int], Field(max_length=2)], [], ["1", "2"]),
    "list_or_text": (list[str] | str, "d", ["a", ""]),
}
# name: (annotation, a default, JSON texts of which some are valid)
BODIES: dict[str, tuple[Any, Any, list[str]]] = {
    "int": (int, 1, ["1", "1.0", '"1"', "true", "1" * 4400]),
    "float": (float, 1.0, ["1", "1e400", "NaN", "1" + "0" * 400, "-0"]),
    "str": (str, "d", ['"a"', '"\\ud800"', '"\\ud83d\\ude00"', "1"]),
    "bool": (bool, True, ["true", "1", '"yes"']),
    "bytes": (bytes, b"d", ['"a"']),
    "any": (Any, None, ["1", "null", "[NaN]"]),
    "list": (list[int], [], ["[1,2]", "[1.5]", '["1"]']),
    "floats": (dict[str, float], {}, ['{"a":1,"a":2}', '{"b":1e999}', '{"":-Infinity}']),
    "inner": (Inner, Inner(a=1), ['{"a":1}', '{"a":"1","b":1e3}', '{"b":2,"b":3}']),
    "optional": (Inner | None, None, ["null", '{"a":1}']),
    "outer": (
        Outer,
        Outer(inner=Inner(a=1)),
        [
            '{"inner":{"a":1},"items":[{"a":2,"b":-0}],"Text":"abc"}',
            '{"inner":{"a":1},"text":"abc"}',
            '{"inner":{"a":1},"inner":{"a":2,"a":3},"Text":"abcd"}',
            '{"inner":[],"items":{}}',
        ],
    ),
    "open": (Open, Open(), ["{}", '{"x":1,"a":null,"x":2}', '{"a":"maybe"}']),
    "checked": (Checked, None, ['{"a":"2020-01-01"}', '{"a":"x","b":{"c":99,"d":99}}']),
    "record": (Record, None, ['{"a":1}', '{"a":1,"b":null}']),
    "mapped": (Mapped, None, ['{"a":1}', "{}"]),
    "color": (Color, Color.RED, ['"red"', '"green"']),
    "told": (Annotated[str, AfterValidator(told)], "d", ['"a"', "1"]),
}


class Flat(BaseModel):
    a: int
    b_c: Annotated[str, Field(max_length=3)] = "d"
    d: list[str] = []


class Closed(Flat):
    model_config = ConfigDict(extra="forbid")

    a: int = 1


class Extended(Flat):
    model_config = ConfigDict(extra="allow")


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    a: int = Field(1, alias="x")
    b_c: list[int] = Field([], validation_alias=AliasChoices("Y-z", "e"))
    e_f: str = "e"


class ClosedAliased(Aliased):
    model_config = ConfigDict(extra="forbid", loc_by_alias=False)


class Unaliased(Aliased):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)


class Inside(BaseModel):
    a: str = Field("a", validation_alias=AliasPath("x", 1))
    d: str = Field("d", validation_alias=AliasChoices("d", AliasPath("e")))


class Seeing(Flat):
    a: int = 1

    @model_validator(mode="before")
    @classmethod
    def see(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {"a": given.get("a", 1), "b_c": f"{sorted(given)}"[:3], "d": [repr(given)]}


class Finishing(Flat):
    @model_validator(mode="after")
    def finish(self) -> "Finishing":
        if self.a > 5:
            raise ValueError("too large")
        self.d = [*self.d, told("finished")]
        return self


class Sequences(BaseModel):
    a: Json[list[int]] = [0]
    b_c: list[str] | str = "d"
    d: set[int] = {1}


class Whole(RootModel[dict[str, Any]]):
    pass


class FlatRecord(BaseModel):
    model_config = ConfigDict(strict=True)

    a: str
    d: tuple[str, ...] | None = None


# name: (annotation, a default)
MODELS: dict[str, tuple[Any, Any]] = {
    **{
        model.__name__: (model, None)
        for model in (Flat, Closed, Extended, Aliased, ClosedAliased, Unaliased, Inside, Seeing)
    },
    **{model.__name__: (model, None) for model in (Finishing, Sequences, Whole, FlatRecord)},
    "Optional": (Flat | None, None),
    "OptionalClosed": (Closed | None, None),
    "OptionalSeeing": (Seeing | None, None),
    "OptionalAliased": (Aliased | None, Aliased(a=3)),
    "Annotated": (Annotated[Flat, AfterValidator(repr)], None),
}
NAMES = ["a", "b_c", "d", "e"]
MEMBERS = ["a", "b_c", "b-c", "d", "d", "x", "Y-z", "e", "e_f", "e-f", "other", "other"]
MEMBER_TEXTS = ["1", "1", "2", "9", "[1]", "abcd", "", "\u20ac"]
MARKERS = {"query": Query, "header": Header, "cookie": Cookie}
ODD_JSON = [
    *("null", "true", "0", "-0", "1.5", "1e999", "-1e999", "NaN", "-Infinity", '"\\udc00"', '""'),
    *("{", "[1,]", "", '"\t"', "\ufeff1", "[" * 1200 + "]" * 1200, "\x00", '{"a":1}x', " 1 "),
]


@dataclasses.dataclass(frozen=True)
class Declared:
    """A declared parameter, and what requests send for it."""

    name: str
    location: str
    sent_as: str
    texts: Sequence[str]
    parameter: inspect.Parameter
    is_model: bool = False


@st.composite
def model_fields(draw: Draw, location: str, name: str) -> Declared:
    """A parameter that is a model."""
    annotation, default = MODELS[draw(st.sampled_from(sorted(MODELS)))]
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        options["default"] = default
    if location == "header" and draw(st.booleans()):
        options["convert_underscores"] = False
    parameter = _parameter(name, annotation, MARKERS[location](**options))
    return Declared(name, location, name, [], parameter, is_model=True)


@st.composite
def fields(draw: Draw, location: str, name: str) -> Declared:
    """A parameter of a simple kind in a location."""
    if location in MARKERS and draw(st.integers(0, 3)) == 0:
        return draw(model_fields(location, name))
    kinds = BODIES if location == "body" else SCALARS
    if location in ("query", "header", "cookie"):
        kinds = SCALARS | LISTS
    elif location == "path":
        kinds = {name: row for name, row in SCALARS.items() if name != "json"}
    annotation, default, texts = kinds[draw(st.sampled_from(sorted(kinds)))]
    options: dict[str, Any] = {}
    if location == "path":
        return Declared(name, location, name, texts, _parameter(name, annotation, Path()))
    if draw(st.booleans()):
        options["alias"] = draw(st.sampled_from(["x", "Y-z"]))
    elif location == "header" and draw(st.booleans()):
        options["convert_underscores"] = False
    if location == "body":
        options["embed"] = draw(st.sampled_from([None, True]))
        marker: Any = Body
    else:
        marker = MARKERS[location]
    if draw(st.booleans()):
        options["default"] = default
        options["validate_default"] = draw(st.sampled_from([None, True]))
    hyphens = location == "header" and options.get("convert_underscores", True)
    sent_as = options.get("alias") or (name.replace("_", "-") if hyphens else name)
    return Declared(name, location, sent_as, texts, _parameter(name, annotation, marker(**options)))


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


@dataclasses.dataclass
class Operation:
    """An endpoint with its dependencies, what may be sent to it, and what it called."""

    path: str
    endpoint: Callable[..., Any]
    fields: list[Declared]
    calls: list[str]

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route(self.path, self.endpoint, methods=["POST"])
        return app


KINDS = ("async", "sync", "generator", "async generator")


def function(
    name: str, kind: str, parameters: list[inspect.Parameter], calls: list[str], *, raises: bool
) -> Callable[..., Any]:
    """A dependency of some kind that writes down how it was called."""

    def called(values: dict[str, Any]) -> str:
        calls.append(f"{name} {sorted(values.items())!r}")
        if raises:
            raise HTTPException(418, name)
        return f"value of {name}"

    async def coroutine(**values: Any) -> str:
        return called(values)

    def plain(**values: Any) -> str:
        return called(values)

    def generator(**values: Any) -> Iterator[str]:
        yield called(values)
        calls.append(f"leave {name}")

    async def async_generator(**values: Any) -> AsyncIterator[str]:
        yield called(values)
        calls.append(f"leave {name}")

    call: Any = dict(zip(KINDS, (coroutine, plain, generator, async_generator), strict=True))[kind]
    call.__signature__ = inspect.Signature(parameters)
    return call  # type: ignore[no-any-return]  # it was Any to take an attribute


@st.composite
def operations(draw: Draw) -> Operation:
    """An endpoint with up to three dependencies, each with parameters of its own."""
    calls: list[str] = []
    all_fields: list[Declared] = []
    dependencies: list[Callable[..., Any]] = []
    path = draw(st.sampled_from(["/o", "/o/{p}"]))

    def parameters() -> list[inspect.Parameter]:
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
        own = [
            draw(fields(draw(st.sampled_from(["query", "header", "cookie", "body"])), name))
            for name in names
        ]
        if "{p}" in path and draw(st.booleans()):
            own.append(draw(fields("path", "p")))
        all_fields.extend(own)
        found = [field.parameter for field in own]
        for number in draw(st.lists(st.integers(0, 9), max_size=2)):
            if dependencies:
                call = dependencies[number % len(dependencies)]
                depends = Depends(call, use_cache=draw(st.sampled_from([True, True, False])))
                found.insert(0, _parameter(f"dependency_{len(found)}", Any, depends))
        return found

    for number in range(draw(st.integers(0, 3))):
        raises = draw(st.integers(0, 5)) == 0
        kind = draw(st.sampled_from(KINDS))
        name = f"dependency {number}"
        dependencies.append(function(name, kind, parameters(), calls, raises=raises))
    signature = inspect.Signature(parameters())
    replies: list[Callable[[str], Any]] = [Response, str, lambda text: {"given": text}]
    reply = draw(st.sampled_from(replies))

    def plain(**given: Any) -> Any:
        calls.append("endpoint")
        return reply(repr(sorted(given.items())))

    async def coroutine(**given: Any) -> Any:
        return plain(**given)

    endpoint: Any = draw(st.sampled_from([plain, coroutine, coroutine]))
    endpoint.__signature__ = signature
    return Operation(path, endpoint, all_fields, calls)


@st.composite
def query_strings(draw: Draw, pairs: list[tuple[str, str]]) -> bytes:
    """The pairs in a query, escaped in one of the ways there are, right and wrong ones."""
    parts = []
    for name, text in pairs:
        raw = text.encode()
        escaped = draw(
            st.sampled_from(
                [
                    quote_from_bytes(raw).encode(),
                    b"".join(b"%%%02x" % byte for byte in raw),
                    quote_from_bytes(raw).encode().replace(b"%20", b"+") + b"%",
                    quote_from_bytes(raw).encode() + b"%zz%ff",
                    quote_from_bytes(raw).encode(),
                ]
            )
        )
        parts.append(quote_from_bytes(name.encode()).encode() + b"=" + escaped)
    separator: bytes = draw(st.sampled_from([b"&", b"&", b"&&", b";"]))
    return separator.join(parts)


def json_texts(operation: Operation) -> st.SearchStrategy[str]:
    """JSON for the body parameters of an operation: alone, as members, or something odd."""
    bodies = [field for field in operation.fields if field.location == "body"]
    texts = [text for field in bodies for text in field.texts]
    names = sorted({field.sent_as for field in bodies} | {"a"})
    value = st.sampled_from([*texts, *texts, *texts, *ODD_JSON]) if texts else st.just("1")
    members = st.lists(st.tuples(st.sampled_from(names), value), max_size=4)
    wrong = members.map(lambda pairs: "{" + ",".join(f'"{k}":{v}' for k, v in pairs) + "}")
    right = st.tuples(*(st.sampled_from(field.texts) for field in bodies)).map(
        lambda row: (
            "{"
            + ",".join(f'"{field.sent_as}":{v}' for field, v in zip(bodies, row, strict=True))
            + "}"
        )
    )
    return st.one_of(value, right, right, wrong)


@st.composite
def requests(draw: Draw, operation: Operation) -> dict[str, Any]:
    """A request for an operation, with each value present, absent, repeated, right or wrong."""
    sent: dict[str, list[tuple[str, str]]] = {
        location: [
            (field.sent_as, text)
            for field in operation.fields
            if field.location == location and not field.is_model
            for text in draw(st.lists(st.sampled_from(field.texts), max_size=2))
        ]
        for location in MARKERS
    }
    members = st.tuples(st.sampled_from(MEMBERS), st.sampled_from(MEMBER_TEXTS))
    for location in {field.location for field in operation.fields if field.is_model}:
        sent[location].extend(draw(st.lists(members, max_size=6)))
    path_texts = [
        text for field in operation.fields if field.location == "path" for text in field.texts
    ]
    path_texts = [text for text in path_texts if text] or ["1"]
    headers = [(name.encode().lower(), text.encode()) for name, text in sent["header"]]
    if sent["cookie"]:
        cookies = "; ".join(f"{name}={text}" for name, text in sent["cookie"])
        headers.append((b"cookie", cookies.encode()))
    content_type = draw(
        st.sampled_from(["application/json"] * 5 + [None, "text/plain", "application/a+json;a=b"])
    )
    if content_type is not None:
        headers.append((b"content-type", content_type.encode()))
    body = draw(json_texts(operation)).encode()
    return {
        "path": operation.path.replace("{p}", draw(st.sampled_from(path_texts))),
        "query": draw(query_strings(sent["query"])),
        "headers": headers,
        "body": draw(st.sampled_from([body, body, body, body, b"", body[:-1], b"\xff" + body])),
    }


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_all_speeds_have_one_meaning(ask: Any, data: st.DataObject) -> None:
    """Same status, headers and body, and the same calls in the same order."""
    operation = data.draw(operations())
    wanted = data.draw(st.lists(requests(operation), min_size=1, max_size=4))
    note(str(inspect.signature(operation.endpoint)))

    async def answers() -> list[Any]:
        app = operation.app()
        found = []
        seen[0] = operation.calls
        for request in wanted:
            operation.calls.clear()
            found.append((await ask(app, "POST", **request), list(operation.calls)))
        return found

    direct = anyio.run(answers)
    with patch(DIRECT, lambda plan: plan):
        planned = anyio.run(answers)
    with patch(SHORTCUT, return_value=None):
        exact = anyio.run(answers)
    assert direct == exact
    assert planned == exact
    assert all(answer.status < 500 for answer, _ in direct)


# name: (a declaration, a query, a Cookie header, a JSON body, what the endpoint gets; None: a 422)
VALUES: dict[str, tuple[Any, bytes, bytes, bytes, Any]] = {
    "query": (Annotated[int, Query()], b"p=1&p=%32", b"", b"", 2),
    "query_list": (Annotated[list[int], Query()], b"p=1&p=2", b"", b"", [1, 2]),
    "empty_query": (Annotated[str, Query()], b"p=", b"", b"", ""),
    "missing": (Annotated[int, Query()], b"q=1", b"", b"", None),
    "cookie": (Annotated[str, Cookie()], b"", b"p=1; p=2", b"", "2"),
    "empty_cookie_is_an_empty_list": (Annotated[list[str] | str, Cookie()], b"", b"p=", b"", None),
    "last_of_duplicate_keys": (Inner, b"", b"", b'{"a":1,"b":2,"a":3}', Inner(a=3, b=2)),
    "first_place_of_duplicate_keys": (
        *(dict[str, int], b"", b""),
        *(b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
    ),
    "whole_float": (Annotated[int, Body()], b"", b"", b"1e2", 100),
    "fraction": (Annotated[int, Body()], b"", b"", b"1.5", None),
    "long_integer": (Annotated[int, Body()], b"", b"", b"9" * 40, int("9" * 40)),
    "integer_out_of_the_range_of_floats": (
        Annotated[Any, Body()],
        b"",
        b"",
        b"9" * 400,
        10**400 - 1,
    ),
    "date_or_text": (Annotated[date | str, Body()], b"", b"", b'"2020-01-01"', "2020-01-01"),
    "byte_order_mark": (Inner, b"", b"", b'\xef\xbb\xbf{"a":1}', Inner(a=1)),
    "utf_16": (Inner, b"", b"", '{"a":1}'.encode("utf-16"), Inner(a=1)),
    "surrogate_pair": (Annotated[str, Body()], b"", b"", rb'"\ud83d\ude00"', "\U0001f600"),
    "null": (Annotated[Inner | None, Body()], b"", b"", b"null", "None"),
    "null_is_no_default": (Annotated[int, Body(default_factory=int)], b"", b"", b"null", None),
}


@pytest.mark.parametrize("speed", ["fast", "exact"])
@pytest.mark.parametrize(
    ("declared", "query", "cookie", "body", "expected"), VALUES.values(), ids=VALUES
)
def test_value(
    ask: Any, declared: Any, query: bytes, cookie: bytes, body: bytes, expected: Any, speed: str
) -> None:
    """What an endpoint gets, at both speeds."""
    app = FastAPI()
    got: list[Any] = []

    @app.post("/")
    async def endpoint(p: declared) -> None:
        got.append("None" if p is None else p)

    headers = [(b"cookie", cookie), (b"content-type", b"application/json")]
    with patch(SHORTCUT, return_value=None) if speed == "exact" else nullcontext():
        answer = anyio.run(partial(ask, app, "POST", query=query, headers=headers, body=body))
    assert (answer.status, got) == ((200, [expected]) if expected is not None else (422, []))
    assert [list(value) for value in got if type(value) is dict] == [
        list(value) for value in [expected] if type(value) is dict
    ]


def test_what_declarations_call_runs_once_for_a_request_that_is_refused() -> None:
    calls: list[str] = []

    def told(name: str, value: int = 0) -> int:
        calls.append(name)
        return value

    app = FastAPI()

    @app.post("/")
    async def endpoint(
        a: Annotated[int, AfterValidator(partial(told, "validator"))],
        b: Annotated[int, Query(default_factory=partial(told, "factory"))],
        c: int = 0,
    ) -> None: ...

    client = TestClient(app)
    assert client.post("/?a=1").status_code == 200
    assert calls == ["validator", "factory"]
    assert client.post("/?a=1&c=x").status_code == 422
    assert calls == ["validator", "factory"] * 2


@pytest.mark.parametrize(("place", "times"), [(Query(), 1), (Form(), 2)], ids=["query", "form"])
def test_what_refuses_may_run_again_where_a_handler_answers_who_is_refused(
    place: Any, times: int
) -> None:
    calls: list[str] = []

    def refusing(value: int) -> int:
        calls.append("refusing")
        raise ValueError

    def accepting(value: int) -> int:
        calls.append("accepting")
        return value

    app = FastAPI()
    app.exception_handler(RequestValidationError)(lambda _request, _error: Response("mine", 422))

    @app.post("/")
    async def endpoint(
        a: Annotated[int, AfterValidator(accepting)],
        b: Annotated[int, AfterValidator(refusing), place],
    ) -> None: ...

    assert TestClient(app).post("/?a=1&b=1", data={"b": "1"}).text == "mine"
    assert calls == ["accepting", *times * ["refusing"]]
