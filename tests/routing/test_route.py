"""A path operation: what may be declared, and custom classes of routes."""

import copy
import functools
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from json import JSONDecodeError
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.routing import Mount

from ferroapi import APIRouter, Cookie, FastAPI, Header, HTTPException, Request
from ferroapi.exceptions import FastAPIError, RequestValidationError
from ferroapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from ferroapi.routing import APIRoute
from ferroapi.sse import EventSourceResponse
from ferroapi.testclient import TestClient

Handler = Callable[[Request], Awaitable[Response]]


class NoField:
    """A class pydantic knows nothing about."""


HINT = (
    "Invalid args for response field! Hint: check that {} is a valid Pydantic field type. "
    "If you are using a return type annotation that is not a valid Pydantic field "
    "(e.g. Union[Response, dict, None]) you can disable generating the response model from the "
    "type annotation with the path operation decorator parameter response_model=None. "
    "Read more: https://fastapi.tiangolo.com/tutorial/response-model/"
)


def returns(annotation: Any) -> Any:
    def endpoint() -> Any: ...

    endpoint.__annotations__["return"] = annotation
    return endpoint


# name: (endpoint, options, the error and its text)
WRONG: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "not_callable": ("x", {}, AssertionError, "An endpoint must be a callable"),
    "body_for_204": (
        *(returns(int), {"status_code": 204}),
        *(AssertionError, "Status code 204 must not have a response body"),
    ),
    "model_for_205": (
        *(returns(None), {"status_code": 205, "response_model": int}),
        *(AssertionError, "Status code 205 must not have a response body"),
    ),
    "body_for_304": (
        *(returns(int), {"status_code": 304}),
        *(AssertionError, "Status code 304 must not have a response body"),
    ),
    "additional_body_for_204": (
        *(returns(None), {"responses": {204: {"model": int}}}),
        *(AssertionError, "Status code 204 must not have a response body"),
    ),
    "response_that_is_no_dict": (
        *(returns(None), {"responses": {404: "Not found"}}),
        *(AssertionError, "An additional response must be a dict"),
    ),
    "unusable_model": (
        *(returns(None), {"response_model": NoField}),
        *(FastAPIError, HINT.format(NoField)),
    ),
    "unusable_annotation": (returns(NoField), {}, FastAPIError, HINT.format(NoField)),
    "unusable_list": (returns(list[NoField]), {}, FastAPIError, HINT.format(list[NoField])),
    "union_with_a_response": (
        returns(Response | None),
        *({}, FastAPIError, HINT.format(Response | None)),
    ),
    "unusable_additional_model": (
        *(returns(None), {"responses": {404: {"model": NoField}}}),
        *(FastAPIError, HINT.format(NoField)),
    ),
}


@pytest.mark.parametrize(("endpoint", "options", "kind", "text"), WRONG.values(), ids=WRONG)
def test_wrong(endpoint: Any, options: dict[str, Any], kind: type[Exception], text: str) -> None:
    """Raised at the declaration."""
    with pytest.raises(kind) as caught:
        APIRoute("/", endpoint, **options)
    assert str(caught.value) == text


# name: (endpoint, options): each is fine
RIGHT: dict[str, tuple[Any, dict[str, Any]]] = {
    "none_for_204": (returns(None), {"status_code": 204}),
    "none_as_text_for_204": (returns("None"), {"status_code": 204}),
    "no_model_for_204": (returns(int), {"status_code": 204, "response_model": None}),
    "no_model": (returns(NoField), {"response_model": None}),
    "union_without_model": (returns(Response | None), {"response_model": None}),
    "response": (returns(Response), {}),
    "subclass_of_response": (returns(RedirectResponse), {"status_code": 304}),
    "range_of_statuses": (returns(None), {"responses": {"4XX": {"model": int}, "default": {}}}),
}


@pytest.mark.parametrize(("endpoint", "options"), RIGHT.values(), ids=RIGHT)
def test_right(endpoint: Any, options: dict[str, Any]) -> None:
    route = APIRoute("/", endpoint, **options)
    assert route.response_field is None


class Instance:
    async def __call__(self, name: str) -> str:
        return f"instance {name}"

    async def method(self, name: str) -> str:
        return f"method {name}"


class Made:
    def __init__(self, name: str) -> None:
        self.made = name


def wrapped(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return "wrapped " + function(*args, **kwargs)

    return wrapper


def sync(name: str) -> str:
    return f"sync {name}"


async def coroutine(name: str, more: str = "") -> str:
    return f"coroutine {name}{more}"


# name: (endpoint, what it answers to the name "a", its name)
ENDPOINTS: dict[str, tuple[Any, Any, str]] = {
    "sync": (sync, "sync a", "sync"),
    "coroutine": (coroutine, "coroutine a", "coroutine"),
    "instance": (Instance(), "instance a", "Instance"),
    "method": (Instance().method, "method a", "method"),
    "class": (Made, {"made": "a"}, "Made"),
    "partial": (functools.partial(coroutine, more="!"), "coroutine a!", "partial"),
    "wrapped": (wrapped(sync), "wrapped sync a", "sync"),
    "lambda": (lambda name: name, "a", "<lambda>"),
}


@pytest.mark.parametrize(("endpoint", "answer", "name"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_endpoint(endpoint: Any, answer: Any, name: str, loop: dict[str, Any]) -> None:
    app = FastAPI()
    app.get("/{name}")(endpoint)
    assert TestClient(app, **loop).get("/a").json() == answer
    assert app.router.routes[-1].name == name  # type: ignore[attr-defined]  # it is an APIRoute


class Unzipping(APIRoute):
    """Reads bodies that were compressed, and says so in the response."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        class UnzippingRequest(Request):
            async def body(self) -> bytes:
                if not hasattr(self, "_body"):
                    body = await super().body()
                    if "gzip" in self.headers.getlist("content-encoding"):
                        body = gzip.decompress(body)
                    self._body = body
                return self._body

        async def unzip(request: Request) -> Response:
            try:
                response = await handle(UnzippingRequest(request.scope, request.receive))
            except RequestValidationError as error:
                raise HTTPException(400, [wrong["type"] for wrong in error.errors()]) from None
            response.headers["x-route"] = self.name
            return response

        return unzip


class Item(BaseModel):
    a: int


def unzipping() -> FastAPI:
    router = APIRouter(route_class=Unzipping)

    @router.post("/item")
    async def create(item: Item) -> Item:
        return item

    @router.post("/empty", status_code=204)
    async def empty() -> None: ...

    @router.post("/request")
    async def own(request: Request) -> str:
        return type(request).__name__

    @router.post("/direct")
    async def direct() -> Response:
        return PlainTextResponse("direct")

    app = FastAPI()
    app.include_router(router, prefix="/in")
    return app


def test_a_route_handler_may_change_requests_and_responses(loop: dict[str, Any]) -> None:
    client = TestClient(unzipping(), **loop)
    body = gzip.compress(b'{"a":1}')
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    response = client.post("/in/item", content=body, headers=headers)
    assert (response.status_code, response.json()) == (200, {"a": 1})
    assert response.headers["x-route"] == "create"
    assert client.post("/in/empty").status_code == 204
    assert client.post("/in/request").json() == "UnzippingRequest"
    assert client.post("/in/direct").text == "direct"
    wrong = client.post("/in/item", json={"a": "x"})
    assert (wrong.status_code, wrong.json()) == (400, {"detail": ["int_parsing"]})


def test_handlers_of_routes_are_made_once() -> None:
    """Not at the declaration, not once a request, but again when overrides have changed."""
    made: list[str] = []

    class Counting(APIRoute):
        def get_route_handler(self) -> Handler:
            made.append(self.path)
            return super().get_route_handler()

    router = APIRouter(route_class=Counting)
    router.get("/x")(sync)
    app = FastAPI()
    app.include_router(router, prefix="/a")
    app.include_router(router, prefix="/b")
    client = TestClient(app)
    assert made == []
    after_each = []
    for _ in range(3):
        assert client.get("/a/x?name=1").json() == client.get("/b/x?name=1").json() == "sync 1"
        after_each.append(len(made))
    assert len(set(after_each)) == 1
    app.dependency_overrides[sync] = sync
    client.get("/a/x?name=1")
    assert len(made) == after_each[0] + 1


class TextRequest(Request):
    """Takes `a=1` for JSON, as others take MessagePack for it."""

    async def json(self) -> Any:
        text = (await self.body()).decode()
        if not text.isascii():
            raise HTTPException(418)
        if "=" not in text:
            raise JSONDecodeError("No equals sign", text, len(text))
        name, value = text.split("=")
        return {name: value}


class TextRoute(APIRoute):
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_text(request: Request) -> Response:
            return await handle(TextRequest(request.scope, request.receive))

        return handle_text


# name: (the body, the status, what is answered)
TEXTS: dict[str, tuple[bytes, int, Any]] = {
    "right": (b"a=1", 200, {"a": 1}),
    "wrong": (b"a=x", 422, [["body", "a"], "int_parsing"]),
    "none": (b"text", 422, [["body", 4], "json_invalid"]),
    "empty": (b"", 422, [["body"], "missing"]),
    "refused": (b"\xc3\xa9=1", 418, None),
    "raising": (b"a=1=2", 400, None),
}


@pytest.mark.parametrize(("body", "status", "answer"), TEXTS.values(), ids=TEXTS)
def test_a_request_class_with_json_of_its_own(body: bytes, status: int, answer: Any) -> None:
    app = FastAPI()
    app.router.route_class = TextRoute

    @app.post("/")
    async def create(item: dict[str, int]) -> Any:
        return item

    response = TestClient(app).post("/", content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    if status == 422:
        (error,) = response.json()["detail"]
        assert [error["loc"], error["type"]] == answer
    elif status == 200:
        assert response.json() == answer


@pytest.mark.parametrize(("typed", "expected"), [(False, True), (True, False)])
@pytest.mark.parametrize("injects", [False, True])
def test_the_class_of_responses_that_handlers_see(
    typed: bool, expected: bool, injects: bool
) -> None:
    seen: list[bool] = []

    class Looking(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def look(request: Request) -> Response:
                response = await handle(request)
                seen.append(isinstance(response, JSONResponse))
                return response

            return look

    def read() -> Any:
        return {"a": 1}

    def read_with(response: Response) -> Any:
        return {"a": 1}

    app = FastAPI()
    app.router.route_class = Looking
    app.get("/", response_model=dict[str, int] if typed else None)(read_with if injects else read)
    response = TestClient(app).get("/")
    assert (response.text, response.headers["content-type"]) == ('{"a":1}', "application/json")
    assert seen == [expected]


def test_a_route_class_for_one_route() -> None:
    router = APIRouter()
    router.add_api_route("/x", returns(None), methods=["POST"], route_class_override=Unzipping)
    app = FastAPI()
    app.include_router(router)
    assert TestClient(app).post("/x").headers["x-route"] == "endpoint"


def test_a_route_class_of_the_application() -> None:
    app = FastAPI()
    app.router.route_class = Unzipping
    app.get("/x")(returns(None))
    assert TestClient(app).get("/x").headers["x-route"] == "endpoint"


def test_a_handle_of_its_own() -> None:
    """A class may answer by itself what the router matched."""

    class Answering(APIRoute):
        async def handle(self, scope: Any, receive: Any, send: Any) -> None:
            if dict(scope["headers"]).get(b"x-own"):
                await JSONResponse("own")(scope, receive, send)
            else:
                await super().handle(scope, receive, send)

    router = APIRouter(route_class=Answering)
    router.get("/{name}")(sync)
    app = FastAPI()
    app.include_router(router)
    client = TestClient(app)
    assert client.get("/a").json() == "sync a"
    assert client.get("/a", headers={"x-own": "1"}).json() == "own"


def test_a_route_without_a_router_of_ours() -> None:
    """In Starlette's application, whose handlers answer."""

    async def refuse() -> None:
        raise HTTPException(418, "short and stout")

    app = Starlette(
        routes=[
            APIRoute("/items/{number:int}", returns_number),
            APIRoute("/refused", refuse),
            Mount("/mount", routes=[APIRoute("/{number:int}", returns_number)]),
        ]
    )
    client = TestClient(app)
    assert client.get("/items/3").json() == client.get("/mount/3").json() == 3
    assert client.get("/items/x").status_code == 404
    assert client.post("/items/3").status_code == 405
    assert (client.get("/refused").status_code, client.get("/refused").text) == (
        *(418, "short and stout"),
    )


async def returns_number(number: int) -> int:
    return number


def test_options_are_checked() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'metods'"):
        APIRoute("/", sync, metods=["GET"])  # type: ignore[call-arg]  # that is the point


@pytest.mark.parametrize("methods", [[], set()])
@pytest.mark.parametrize("options", [{}, {"operation_id": "read"}])
def test_no_methods_are_refused(methods: Any, options: dict[str, Any]) -> None:
    app = FastAPI()
    with pytest.raises(AssertionError):
        app.api_route("/", methods=methods, **options)(returns(None))
    app.add_api_route("/", returns(None), methods=None)
    assert app.routes[-1].methods == {"GET"}  # type: ignore[attr-defined]  # it is an APIRoute


class Shouting(Request):
    """A request that says something else than what was sent."""

    query_params = property(lambda _self: QueryParams("q=Q"))  # type: ignore[assignment]  # in the place of a property
    headers = property(lambda _self: Headers({"x-h": "H"}))  # type: ignore[assignment]  # in the place of a property
    cookies = property(lambda _self: {"c": "C"})  # type: ignore[assignment]  # in the place of a property


class ShoutingRoute(APIRoute):
    def get_route_handler(self) -> Any:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Any:
            return await handler(Shouting(request.scope, request.receive))

        return handle


def test_parameters_are_read_from_the_request_of_a_handler() -> None:
    app = FastAPI()
    app.router.route_class = ShoutingRoute

    @app.get("/")
    def root(q: str, x_h: Annotated[str, Header()], c: Annotated[str, Cookie()]) -> list[str]:
        return [q, x_h, c]

    sent = {"x-h": "sent", "cookie": "c=sent"}
    assert TestClient(app).get("/?q=sent", headers=sent).json() == ["Q", "H", "C"]


async def numbers() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("endpoint", "options", "item"),
    [
        (numbers, {}, int),
        (numbers, {"response_class": EventSourceResponse}, int),
        (numbers, {"response_class": JSONResponse}, None),
        (numbers, {"response_model": None}, None),
        (lambda: None, {}, None),
    ],
    ids=["lines", "events", "one response", "model", "no stream"],
)
def test_type_of_what_is_streamed(endpoint: Any, options: dict[str, Any], item: Any) -> None:
    assert APIRoute("/", endpoint, **options).stream_item_type is item


class WithSlots(APIRoute):
    __slots__ = ("mine",)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copy_of_a_route_that_has_answered(copied: Any) -> None:
    route = WithSlots("/", answer_nothing)
    route.mine = 3  # type: ignore[attr-defined]  # mypy does not see slots of a subclass
    app = Starlette(routes=[route])
    with TestClient(app) as client:
        assert client.get("/").json() is None
    one = copied(route)
    assert one.mine == 3
    with TestClient(Starlette(routes=[one])) as client:
        assert client.get("/").json() is None


async def answer_nothing() -> None:
    """Answers null."""
