"""From what an endpoint returns to what is sent."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field, field_serializer
from starlette.background import BackgroundTask
from starlette.background import BackgroundTasks as StarletteTasks
from typing_extensions import TypedDict

from ferroapi import APIRouter, BackgroundTasks, Depends, FastAPI, Response
from ferroapi.exceptions import ResponseValidationError
from ferroapi.responses import (
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
)
from ferroapi.testclient import TestClient
from ferroapi.utils import is_body_allowed_for_status_code


class Item(BaseModel):
    name: str
    price: Annotated[float, Field(alias="Price")] = 1.5
    note: str | None = None


class Secret(Item):
    password: str = "hidden"


class Named(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str


class Computed(BaseModel):
    a: int

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know the combination
    @property
    def double(self) -> int:
        return self.a * 2

    @field_serializer("a")
    def as_text(self, value: int) -> str:
        return f"a{value}"


@dataclasses.dataclass
class Record:
    name: str
    when: datetime | None = None


class Row:
    """What a database gives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.password = "hidden"


class Mapped(TypedDict):
    name: str


class Color(Enum):
    RED = "red"


MOMENT = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def served(value: Any, annotation: Any = None, **options: Any) -> FastAPI:
    """An application whose endpoint returns the value."""

    async def endpoint() -> Any:
        return value() if isinstance(value, Callable) else value  # type: ignore[arg-type]  # it is a class

    if annotation is None:
        del endpoint.__annotations__["return"]
    else:
        endpoint.__annotations__["return"] = annotation
    app = FastAPI()
    app.get("/items/{a}", **options)(endpoint)
    return app


def answer(value: Any, annotation: Any = None, **options: Any) -> Any:
    return TestClient(served(value, annotation, **options)).get("/items/1", follow_redirects=False)


# name: (the value, its annotation, the body)
BODIES: dict[str, tuple[Any, Any, str]] = {
    "dict": ({"a": 1, "b": [None, True, "\u20ac"]}, None, '{"a":1,"b":[null,true,"\u20ac"]}'),
    "none": (None, None, "null"),
    "typed_none": (None, "None", "null"),
    "text": ("text", None, '"text"'),
    "list": ([1.0, 2], None, "[1.0,2]"),
    "set": ({1}, None, "[1]"),
    "model": (Item(name="a"), None, '{"name":"a","Price":1.5,"note":null}'),
    "record": (Record("a"), None, '{"name":"a","when":null}'),
    "enum": (Color.RED, None, '"red"'),
    "uuid": (UUID(int=1), None, '"00000000-0000-0000-0000-000000000001"'),
    "untyped_moment": (MOMENT, None, '"2020-01-02T03:04:05+00:00"'),
    "typed_moment": (MOMENT, datetime, '"2020-01-02T03:04:05Z"'),
    "untyped_span": (timedelta(seconds=90), None, "90.0"),
    "typed_span": (timedelta(seconds=90), timedelta, '"PT1M30S"'),
    "untyped_decimal": (Decimal("1.50"), None, "1.5"),
    "typed_decimal": (Decimal("1.50"), Decimal, '"1.50"'),
    "typed_nan": (float("nan"), float, "null"),
    "any": (MOMENT, Any, '"2020-01-02T03:04:05Z"'),
    "typed_model": (Item(name="a", note="n"), Item, '{"name":"a","Price":1.5,"note":"n"}'),
    "dict_for_model": ({"name": "a"}, Item, '{"name":"a","Price":1.5,"note":null}'),
    "row_for_model": (Row("a"), Named, '{"name":"a"}'),
    "row_for_plain_model": (Row("a"), Mapped | Named, '{"name":"a"}'),
    "subclass": (Secret(name="a"), Item, '{"name":"a","Price":1.5,"note":null}'),
    "subclasses": ([Secret(name="a")], list[Item], '[{"name":"a","Price":1.5,"note":null}]'),
    "union": (Named(name="a"), Named | int, '{"name":"a"}'),
    "optional": (None, Item | None, "null"),
    "computed": (Computed(a=2), Computed, '{"a":"a2","double":4}'),
    "typed_record": (Record("a", MOMENT), Record, '{"name":"a","when":"2020-01-02T03:04:05Z"}'),
    "typed_dict": ({"name": "a", "more": 1}, Mapped, '{"name":"a"}'),
    "coerced": ("1", int, "1"),
}


@pytest.mark.parametrize(("value", "annotation", "body"), BODIES.values(), ids=BODIES)
def test_body(value: Any, annotation: Any, body: str) -> None:
    response = answer(value, annotation)
    assert (response.status_code, response.text) == (200, body)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(response.content))


# name: (options with Item(name="a", price...), the body)
OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "include": ({"response_model_include": {"name"}}, '{"name":"a"}'),
    "include_list": ({"response_model_include": ["name", "note"]}, '{"name":"a","note":null}'),
    "exclude": ({"response_model_exclude": {"note"}}, '{"name":"a","Price":1.5}'),
    "exclude_tuple": ({"response_model_exclude": ("note", "price")}, '{"name":"a"}'),
    "by_name": (
        {"response_model_by_alias": False},
        '{"name":"a","price":1.5,"note":null}',
    ),
    "unset": ({"response_model_exclude_unset": True}, '{"name":"a","note":null}'),
    "defaults": ({"response_model_exclude_defaults": True}, '{"name":"a"}'),
    "no_none": ({"response_model_exclude_none": True}, '{"name":"a","Price":1.5}'),
}


@pytest.mark.parametrize("response_class", [{}, {"response_class": JSONResponse}])
@pytest.mark.parametrize(("options", "body"), OPTIONS.values(), ids=OPTIONS)
def test_options(options: dict[str, Any], body: str, response_class: dict[str, Any]) -> None:
    """The same by either way of serializing."""
    value = Item.model_validate({"name": "a", "note": None})
    assert answer(value, response_model=Item, **options, **response_class).text == body


def test_response_model_wins_over_the_annotation() -> None:
    assert answer(Secret(name="a"), Secret, response_model=Named).text == '{"name":"a"}'
    assert answer({"other": 1}, Named, response_model=None).text == '{"other":1}'


# name: (the status, the value, the body, the content length)
STATUSES: dict[str, tuple[int, Any, bytes, str | None]] = {
    "ok": (200, 1, b"1", "1"),
    "created": (201, 1, b"1", "1"),
    "no_content": (204, None, b"", None),
    "no_content_for_a_value": (204, {"a": 1}, b"", None),
    "reset_content": (205, {"a": 1}, b"", "0"),
    "not_modified": (304, {"a": 1}, b"", None),
}


@pytest.mark.parametrize("inject", [False, True])
@pytest.mark.parametrize(("status", "value", "body", "length"), STATUSES.values(), ids=STATUSES)
def test_status(status: int, value: Any, body: bytes, length: str | None, inject: bool) -> None:
    """Declared, or set on the injected response. (FastAPI gives 205 the length of the value.)"""

    async def declared() -> Any:
        return value

    async def injected(response: Response) -> Any:
        response.status_code = status
        return value

    app = FastAPI()
    if inject:
        app.get("/", response_model=None)(injected)
    else:
        app.get("/", status_code=status, response_model=None)(declared)
    response = TestClient(app).get("/")
    assert (response.status_code, response.content) == (status, body)
    assert response.headers.get("content-length") == length


# name: (value, annotation, the errors told)
MISMATCHES: dict[str, tuple[Any, Any, list[tuple[str, tuple[Any, ...]]]]] = {
    "type": ("x", int, [("int_parsing", ("response",))]),
    "none": (None, Named, [("model_attributes_type", ("response",))]),
    "missing": ({}, Named, [("missing", ("response", "name"))]),
    "list": ([{"name": "a"}, {}], list[Named], [("missing", ("response", 1, "name"))]),
    "row": (Row(1), Named, [("string_type", ("response", "name"))]),  # type: ignore[arg-type]  # wrong on purpose
}


@pytest.mark.parametrize("response_class", [{}, {"response_class": JSONResponse}])
@pytest.mark.parametrize(("value", "annotation", "errors"), MISMATCHES.values(), ids=MISMATCHES)
def test_mismatch(value: Any, annotation: Any, errors: Any, response_class: dict[str, Any]) -> None:
    """The server is told where and what was returned; the client learns nothing of it."""
    app = served(value, annotation, **response_class)
    with pytest.raises(ResponseValidationError) as caught:
        TestClient(app).get("/items/1")
    found = caught.value
    assert [(error["type"], error["loc"]) for error in found.errors()] == errors
    assert found.body is value
    assert found.endpoint_function == "endpoint"
    assert found.endpoint_path == "GET /items/{a}"
    assert found.endpoint_file == __file__
    count = f"{len(errors)} validation error{'s' if len(errors) > 1 else ''}:"
    text = str(found)
    assert text.startswith(count)
    assert f'File "{__file__}", line {found.endpoint_line}, in endpoint' in text
    assert "GET /items/{a}" in text
    response = TestClient(app, raise_server_exceptions=False).get("/items/1")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


def test_mismatch_below_a_prefix_and_a_mount() -> None:
    router = APIRouter()

    @router.get("/x")
    def read() -> int:
        return "x"  # type: ignore[return-value]  # that is the point

    inner, outer = FastAPI(), FastAPI()
    inner.include_router(router, prefix="/r")
    outer.mount("/m", inner)
    with pytest.raises(ResponseValidationError) as caught:
        TestClient(outer).get("/m/r/x")
    assert caught.value.endpoint_path == "GET /m/r/x"


# name: (response class, value, content type, body)
CLASSES: dict[str, tuple[type[Response], Any, str | None, bytes]] = {
    "json": (JSONResponse, {"a": 1}, "application/json", b'{"a":1}'),
    "html": (HTMLResponse, "<p>", "text/html; charset=utf-8", b"<p>"),
    "text": (PlainTextResponse, "text", "text/plain; charset=utf-8", b"text"),
    "plain": (Response, "text", None, b"text"),
    "redirect": (RedirectResponse, "/x", None, b""),
    "file": (FileResponse, __file__, "text/x-python; charset=utf-8", None),  # type: ignore[dict-item]  # read below
}


@pytest.mark.parametrize(
    ("response_class", "value", "content_type", "body"), CLASSES.values(), ids=CLASSES
)
def test_class(response_class: Any, value: Any, content_type: str | None, body: Any) -> None:
    response = answer(value, response_class=response_class)
    assert response.headers.get("content-type") == content_type
    if body is None:
        with open(__file__, "rb") as file:
            body = file.read()
    assert response.content == body
    assert response.status_code == (307 if response_class is RedirectResponse else 200)


def test_a_class_gets_the_encoded_value() -> None:
    """Filtered by the model, too; what it cannot render is the application's fault."""

    class Shouting(JSONResponse):
        media_type = "application/x-shouting"

        def render(self, content: Any) -> bytes:
            return repr(content).upper().encode()

    response = answer(Secret(name="a"), Named, response_class=Shouting)
    assert response.content == b"{'NAME': 'A'}"
    app = served({"a": 1}, response_class=PlainTextResponse)
    assert TestClient(app, raise_server_exceptions=False).get("/items/1").status_code == 500


# name: (what is returned, and what it is annotated with)
RETURNED: dict[str, tuple[Any, Any]] = {
    "untyped": (lambda: PlainTextResponse("own", 418), None),
    "typed": (lambda: PlainTextResponse("own", 418), Named),
    "annotated": (lambda: PlainTextResponse("own", 418), Response),
}


@pytest.mark.parametrize(("make", "annotation"), RETURNED.values(), ids=RETURNED)
def test_a_returned_response_is_sent_as_it_is(make: Any, annotation: Any) -> None:
    response = answer(make, annotation, status_code=201)
    assert (response.status_code, response.text) == (418, "own")


def test_a_returned_response_takes_no_injected_headers() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(response: Response) -> Response:
        response.headers["x-injected"] = "1"
        response.status_code = 201
        return PlainTextResponse("own")

    found = TestClient(app).get("/")
    assert (found.status_code, found.headers.get("x-injected")) == (200, None)


def test_background_of_a_returned_response() -> None:
    """Injected tasks run first, then those of its own, of this request and no other."""
    calls: list[str] = []
    app = FastAPI()

    shared = {
        "none": PlainTextResponse("x"),
        "own": PlainTextResponse("x", background=BackgroundTask(calls.append, "own")),
    }

    @app.get("/{name}/{number}")
    async def read(name: str, number: str, tasks: BackgroundTasks) -> Response:
        tasks.add_task(calls.append, number)
        return shared[name]

    client = TestClient(app)
    for path in ("none/1", "none/2", "own/3", "own/4"):
        assert client.get(path).text == "x"
    assert calls == ["1", "2", "3", "own", "4", "own"]


# name: (the background of the response, made of the injected tasks; what runs)
BACKGROUNDS: dict[str, tuple[Callable[[BackgroundTasks], BackgroundTask], list[str]]] = {
    "themselves": (lambda tasks: tasks, ["injected"]),
    "one that runs them": (BackgroundTask, ["injected"]),
    "several with them": (lambda tasks: StarletteTasks([tasks]), ["injected"]),
    "others and them": (
        lambda tasks: StarletteTasks([BackgroundTask(RAN.append, "own"), tasks]),
        ["injected", "own"],
    ),
}
RAN: list[str] = []


@pytest.mark.parametrize(
    "options", [{}, {"response_class": EventSourceResponse}], ids=["json", "sse"]
)
@pytest.mark.parametrize(("make", "ran"), BACKGROUNDS.values(), ids=BACKGROUNDS)
def test_injected_tasks_given_back_run_once(
    make: Callable[[BackgroundTasks], BackgroundTask], ran: list[str], options: dict[str, Any]
) -> None:
    """The injected tasks may be the background of the response, or be in it."""
    app = FastAPI()

    @app.get("/", **options)
    async def read(tasks: BackgroundTasks) -> Response:
        tasks.add_task(RAN.append, "injected")
        return PlainTextResponse("x", background=make(tasks))

    for _ in range(2):
        RAN.clear()
        assert TestClient(app).get("/").text == "x"
        assert ran == RAN


def test_a_response_that_is_returned_again_keeps_its_background() -> None:
    """Also if that is what was injected for the request it was made for: it is the user's wish."""
    calls: list[str] = []
    kept: list[Response] = []
    app = FastAPI()

    @app.get("/{number}")
    async def read(number: str, tasks: BackgroundTasks) -> Response:
        tasks.add_task(calls.append, number)
        kept.append(kept[0] if kept else PlainTextResponse("x", background=tasks))
        return kept[0]

    client = TestClient(app)
    for number in "123":
        client.get(f"/{number}")
    assert calls == ["1", "2", "1", "3", "1"]


# name: makes a level of what is in it
LEVELS: dict[str, Callable[[Any], Any]] = {
    "list": lambda value: [value],
    "tuple": lambda value: (value,),
    "dict": lambda value: {"a": value},
}
# name: (the innermost value, its JSON)
INNERMOST = {
    "number": (1, b"1"),
    "date": (datetime(2020, 1, 1, tzinfo=UTC), b'"2020-01-01T00:00:00+00:00"'),
    "nan": (float("nan"), b"null"),
    "large": (10**20, b"1" + b"0" * 20),
}


@pytest.mark.parametrize("in_thread", [False, True], ids=["async def", "def"])
@pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize(("innermost", "text"), INNERMOST.values(), ids=INNERMOST)
def test_a_deep_reply(
    innermost: Any, text: bytes, level: Callable[[Any], Any], in_thread: bool
) -> None:
    """At 900 levels it is written; what is too deep for Python is a 500, not the end of it."""
    app = FastAPI()

    def nested(levels: int) -> Any:
        value = innermost
        for _ in range(levels):
            value = level(value)
        return value

    if in_thread:
        app.get("/{levels}")(lambda levels: nested(int(levels)))
    else:

        @app.get("/{levels}", response_model=None)
        async def read(levels: int) -> Any:
            return nested(levels)

    found = TestClient(app).get("/900").content
    assert found.replace(b'{"a":', b"[").replace(b"}", b"]") == b"[" * 900 + text + b"]" * 900
    for levels in (5_000, 50_000):
        with pytest.raises(RecursionError):
            TestClient(app).get(f"/{levels}")


@pytest.mark.parametrize("response_class", [{}, {"response_class": HTMLResponse}])
def test_injected_response(response_class: dict[str, Any], loop: dict[str, Any]) -> None:
    """Headers, cookies and status of dependencies and endpoint are merged, the last one wins."""

    async def dependency(response: Response) -> None:
        response.headers["x-a"] = "dependency"
        response.headers["x-b"] = "dependency"
        response.set_cookie("one", "1")
        response.status_code = 202

    app = FastAPI()

    @app.get("/", status_code=201, dependencies=[Depends(dependency)], **response_class)
    def read(response: Response, change: bool = False) -> str:
        response.headers["x-b"] = "endpoint"
        response.set_cookie("two", "2")
        if change:
            response.status_code = 203
        return "x"

    client = TestClient(app, **loop)
    found = client.get("/")
    assert found.status_code == 202
    assert (found.headers["x-a"], found.headers["x-b"]) == ("dependency", "endpoint")
    assert [cookie.split(";")[0] for cookie in found.headers.get_list("set-cookie")] == [
        *("one=1", "two=2")
    ]
    assert client.get("/?change=1").status_code == 203


def test_an_injected_response_without_changes() -> None:
    app = FastAPI()

    @app.get("/", status_code=201)
    async def read(response: Response) -> dict[str, int]:
        return {"a": 1}

    found = TestClient(app).get("/")
    assert (found.status_code, found.json()) == (201, {"a": 1})
    assert dict(found.headers) == {"content-length": "7", "content-type": "application/json"}


class Unsayable:
    __slots__ = ()


def test_what_json_cannot_say() -> None:
    """Untyped, it is the application's fault."""
    with pytest.raises(ValueError, match=r"vars\(\)"):
        answer(Unsayable())


@pytest.mark.parametrize(
    ("value", "body"),
    [(float("nan"), b"null"), ({"a": [float("inf"), 1.5]}, b'{"a":[null,1.5]}')],
)
def test_numbers_that_are_none_are_null(value: Any, body: bytes) -> None:
    """Clients can send them as parameters, and must not get a server error for it."""
    assert answer(value).content == body


def test_sync_endpoints_are_serialized_the_same(loop: dict[str, Any]) -> None:
    app = FastAPI()

    @app.get("/typed")
    def typed() -> Item:
        return Secret(name="a")

    @app.get("/untyped")
    def untyped() -> Any:
        return {"a": 1}

    @app.get("/wrong")
    def wrong() -> int:
        return "x"  # type: ignore[return-value]  # that is the point

    client = TestClient(app, raise_server_exceptions=False, **loop)
    assert client.get("/typed").json() == {"name": "a", "Price": 1.5, "note": None}
    assert client.get("/untyped").json() == {"a": 1}
    assert client.get("/wrong").status_code == 500


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (None, True),
        (200, True),
        ("404", True),
        ("4XX", True),
        ("default", True),
        (199, False),
        (204, False),
        ("204", False),
        ("304", False),
    ],
)
def test_statuses_with_content(status: Any, allowed: bool) -> None:
    assert is_body_allowed_for_status_code(status) is allowed


def test_a_status_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="invalid literal for int"):
        is_body_allowed_for_status_code("4xy")
