"""The direct way answers as the application does by ASGI, byte for byte."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import Receive, Scope, Send
from tests.server.serving import LIMIT, sent, serving

from ferroapi import (
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
)
from ferroapi._core import DirectTable
from ferroapi.dependencies.models import Dependant
from ferroapi.dependency_overrides import DependencyOverrides
from ferroapi.exceptions import RequestValidationError
from ferroapi.responses import PlainTextResponse, StreamingResponse

ERRORS: dict[str, Exception] = {
    "text": HTTPException(404, "gone"),
    "data": HTTPException(400, {"a": [1, None]}),
    "phrase": HTTPException(HTTPStatus.CONFLICT),
    "empty": HTTPException(204, headers={"x-a": "b"}),
    "no JSON": HTTPException(400, object()),
    "a header that is none": HTTPException(400, headers={"x-a": "\u20ac"}),
    "no status": HTTPException(1000, "x"),
    "no number for a server": HTTPException(10**6, "x"),
    "a line in a header": HTTPException(400, headers={"x-a": "b\r\nx-c: d"}),
    "does not fit": RequestValidationError([{"type": "mine", "input": b"\xff"}]),
    "errors of no kind": RequestValidationError([object()]),
}
"""Exceptions of endpoints, by what a request asks for."""

DATE = re.compile(rb"\r\ndate: [^\r]*")


class Part(BaseModel):
    name: str = Field(max_length=5)
    count: int = 1


def user(token: Annotated[str | None, Header()] = None) -> str:
    if token == "bad":
        raise HTTPException(403, "not you")
    return token or "nobody"


def choose(response: Response, status: int | None, name: str) -> dict[str, int]:
    if status is not None:
        response.status_code = status
    if name:
        response.headers[name] = "1"
        response.set_cookie("a", "b")
    return {"a": 1}


async def session(name: Annotated[str, Depends(user)], sid: Annotated[str, Cookie()] = "-") -> str:
    return f"{name}/{sid}"


class ValueResponse(PlainTextResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        await super().__call__(scope, receive, send)
        return 1


def application() -> FastAPI:
    # Other tests import OpenTelemetry, with which all requests come by ASGI.
    app = FastAPI(telemetry=False)

    @app.get("/constant")
    async def constant() -> dict[str, str]:
        return {"message": "Hello"}

    @app.get("/items/{item}")
    async def parameters(item: int, q: str = "", many: Annotated[list[int], Query()] = []) -> Any:  # noqa: B006
        return {"item": item, "q": q, "many": many}

    @app.post("/parts")
    async def model(part: Part) -> Part:
        return part

    @app.post("/two")
    async def embedded(part: Annotated[Part, Body()], other: Annotated[Part, Body()]) -> list[Part]:
        return [part, other]

    @app.get("/session")
    async def dependencies(found: Annotated[str, Depends(session)]) -> str:
        return found

    @app.get("/thread/{text}")
    def thread(text: str, found: Annotated[str, Depends(session)]) -> list[str]:
        return [text, found]

    @app.get("/request")
    async def with_request(request: Request, response: Response) -> Any:
        response.headers["x-mine"] = "1"
        response.status_code = 202
        return {
            "path": request.url.path,
            "params": request.path_params,
            "route": request.scope["route"].path,
            "app": request.app is app,
            "router": request.scope["router"] is app.router,
        }

    @app.get("/chosen")
    async def chosen(response: Response, status: int | None = None, name: str = "") -> Any:
        return choose(response, status, name)

    @app.get("/chosen/in_a_thread", response_model=dict[str, int])
    def chosen_in_a_thread(
        response: Response, status: int | None = None, name: str = "", returns: bool = False
    ) -> Any:
        found = choose(response, status, name)
        return PlainTextResponse("own") if returns else found

    @app.get("/chosen/nothing", status_code=204, response_model=None)
    async def chosen_nothing(response: Response, status: int | None = None) -> Any:
        return choose(response, status, "x-a")

    @app.get("/background")
    async def background(tasks: BackgroundTasks) -> str:
        tasks.add_task(lambda: None)
        return "ok"

    @app.get("/text")
    async def text() -> Any:
        return PlainTextResponse("text", 201)

    @app.get("/stream")
    async def stream() -> Any:
        return StreamingResponse(iter([b"a", b"b"]))

    @app.delete("/nothing", status_code=204)
    async def nothing() -> None: ...

    @app.get("/reset", status_code=205)
    async def reset() -> None: ...

    @app.head("/head")
    async def head() -> str:
        return "head"

    @app.get("/wrong", response_model=Part)
    async def wrong() -> Any:
        return {"name": 1}

    @app.get("/raises")
    async def raises(kind: str = "") -> Any:
        if kind == "http":
            raise HTTPException(418, "tea", headers={"x-tea": "green"})
        if kind in ERRORS:
            raise ERRORS[kind]
        raise LookupError(kind)

    @app.post("/body")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/sends")
    async def sends(request: Request) -> str:
        await PlainTextResponse("first")(request.scope, request.receive, request._send)
        return "second"

    @app.get("/value")
    async def value() -> Any:
        return ValueResponse("value")

    @app.get("/status", status_code=1000)
    async def status() -> str:
        return "status"

    @app.exception_handler(LookupError)
    async def handle(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{request.url.path} {error}", 409)

    return app


@asynccontextmanager
async def both(app: FastAPI) -> AsyncIterator[tuple[int, int]]:
    """The ports of the application by itself, and behind another one that only hands on."""

    async def around(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    async with serving(app) as direct, serving(around) as general:
        yield direct, general


async def same_answer(ports: tuple[int, int], request: bytes) -> bytes:
    direct, general = [DATE.sub(b"", await sent(port, request)) for port in ports]
    assert direct == general
    return direct


def request_of(method: str, target: str, fields: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


JSON = {"Content-Type": "application/json"}
PART = b'{"name": "a", "count": 2}'

REQUESTS = {
    "constant": request_of("GET", "/constant", {}, b""),
    "parameters": request_of("GET", "/items/3?q=%C3%A4&many=1&many=2", {}, b""),
    "wrong parameters": request_of("GET", "/items/x?many=y", {}, b""),
    "model": request_of("POST", "/parts", JSON, PART),
    "wrong model": request_of("POST", "/parts", JSON, b'{"name": "too long"}'),
    "broken JSON": request_of("POST", "/parts", JSON, b'{"name'),
    "no content type": request_of("POST", "/parts", {}, PART),
    "no body": request_of("POST", "/parts", JSON, b""),
    "two bodies": request_of("POST", "/two", JSON, b'{"part":%b,"other":%b}' % (PART, PART)),
    "dependencies": request_of("GET", "/session", {"Token": "t", "Cookie": "a=b; sid=4"}, b""),
    "refused by a dependency": request_of("GET", "/session", {"Token": "bad"}, b""),
    "function": request_of("GET", "/thread/a%2fb%20c", {}, b""),
    "request and response": request_of("GET", "/request?x", {}, b""),
    **{
        f"chosen{rest}": request_of("GET", f"/chosen{rest}", {}, b"")
        for rest in (
            *("", "?status=201", "?name=x-a", "?status=204&name=x-a", "?status=205", "?status=999"),
            "?name=content-type",
            *("/in_a_thread", "/in_a_thread?status=404&name=x-a", "/in_a_thread?returns=1&name=b"),
            *("/nothing", "/nothing?status=200", "/nothing?status=304"),
        )
    },
    "background": request_of("GET", "/background", {}, b""),
    "response": request_of("GET", "/text", {}, b""),
    "stream": request_of("GET", "/stream", {}, b""),
    "204": request_of("DELETE", "/nothing", {}, b""),
    "205": request_of("GET", "/reset", {}, b""),
    "HEAD": request_of("HEAD", "/head", {}, b""),
    "handled": request_of("GET", "/raises?kind=mine", {}, b""),
    "HTTPException": request_of("GET", "/raises?kind=http", {}, b""),
    "not found": request_of("GET", "/none", {}, b""),
    "wrong method": request_of("PUT", "/constant", {}, b""),
    "slash": request_of("GET", "/constant/", {}, b""),
    "body by hand": request_of("POST", "/body", {}, b"x" * 100_000),
    "expecting to be told": request_of("POST", "/parts", {**JSON, "Expect": "100-continue"}, PART),
    "two on one connection": request_of("GET", "/value", {}, b"").replace(
        b"Connection: close", b"A: b"
    )
    + request_of("GET", "/constant", {}, b""),
    "HTTP/1.0": b"GET /constant HTTP/1.0\r\n\r\n",
}


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
async def test_a_request_is_answered_as_by_asgi(request_bytes: bytes, anyio_backend: str) -> None:
    app = application()
    async with both(app) as ports:
        assert (await same_answer(ports, request_bytes)).startswith(b"HTTP/1.1 ")
        assert type(app._direct_table) is DirectTable


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_one_request_has_one_response(
    anyio_backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with both(application()) as ports:
        answer = await same_answer(ports, request_of("GET", "/sends", {}, b""))
    assert answer.endswith(b"first")
    errors = [record.exc_info[1] for record in caplog.records if record.exc_info]
    assert [type(error) for error in errors] == [RuntimeError] * 2
    assert len({str(error) for error in errors}) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_error_of_ours_is_answered_as_by_asgi(
    anyio_backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with both(application()) as ports:
        answer = await same_answer(ports, request_of("GET", "/wrong", {}, b""))
        assert answer.startswith(b"HTTP/1.1 500 ")
        await same_answer(ports, request_of("GET", "/status", {}, b""))
    assert [record.message for record in caplog.records] == ["Exception in ASGI application\n"] * 4


field_text = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=12)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("kind", ERRORS)
async def test_an_exception_is_answered_as_by_asgi(kind: str, anyio_backend: str) -> None:
    async with both(application()) as ports:
        await same_answer(ports, request_of("GET", f"/raises?kind={quote(kind)}", {}, b""))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("name", ["content-length", "X-\u00e9", "a\r\nb"])
async def test_a_header_that_cannot_be_sent_is_refused_as_by_asgi(
    name: str, anyio_backend: str
) -> None:
    async with both(application()) as ports:
        answer = await same_answer(ports, request_of("GET", f"/chosen?name={quote(name)}", {}, b""))
    assert b"a=b" not in answer


requests = st.builds(
    request_of,
    st.sampled_from(["GET", "POST", "DELETE", "HEAD", "PUT"]),
    st.sampled_from(
        [request.split()[1].decode() for request in REQUESTS.values() if b"/wrong" not in request]
    )
    | st.from_regex(r"/(items|thread)/[!-\"$->@-~]{0,8}(\?[!-\"$-~]{0,20})?", fullmatch=True),
    st.dictionaries(
        st.sampled_from(["Token", "Cookie", "Content-Type", "X-Other"]),
        field_text | st.sampled_from(["sid=1", "application/json", "bad"]),
        max_size=3,
    ),
    st.sampled_from([b"", PART, b"[]", b'{"name": 1}', b"\xff"]) | st.binary(max_size=30),
)


@settings(deadline=None, max_examples=20)
@given(st.lists(requests, min_size=1, max_size=8))
def test_any_request_is_answered_as_by_asgi(cases: list[bytes]) -> None:
    async def run() -> None:
        app = application()
        async with both(app) as ports:
            for case in cases:
                await same_answer(ports, case)
            assert type(app._direct_table) is DirectTable

    asyncio.run(run())


def guard(request: Request) -> None:
    raise HTTPException(401)


async def middleware(request: Request, call_next: Any) -> Response:
    response: Response = await call_next(request)
    response.headers["x-around"] = "1"
    return response


def other_route() -> Any:
    other = FastAPI()
    other.get("/session")(lambda: "new")
    return other.routes[-1]


CHANGES: dict[str, Any] = {
    "a guard on a route": lambda app: app.routes[-1].dependant.dependencies.append(
        Dependant(call=guard, request_param_name="request")
    ),
    "an override": lambda app: app.dependency_overrides.update({user: lambda: "other"}),
    "an override of one's own": lambda app: setattr(
        app, "dependency_overrides", {user: lambda: "other"}
    ),
    "a route in front": lambda app: app.router.routes.insert(0, other_route()),
    "no routes": lambda app: setattr(app.router, "routes", []),
    "an entry of one's own": lambda app: setattr(app, "middleware_stack", PlainTextResponse("x")),
    "another default": lambda app: setattr(app.router, "default", PlainTextResponse("d")),
    "a handler of an exception": lambda app: app.add_exception_handler(
        StarletteHTTPException, lambda _request, _error: PlainTextResponse("mine")
    ),
    "a handler of a status": lambda app: app.add_exception_handler(
        404, lambda _request, _error: PlainTextResponse("mine")
    ),
    "a handler of what does not fit": lambda app: app.add_exception_handler(
        RequestValidationError, lambda _request, _error: PlainTextResponse("mine")
    ),
    "the root path": lambda app: setattr(app, "root_path", "/root"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_is_declared_later_is_noticed(change: Any, anyio_backend: str) -> None:
    app = FastAPI()

    @app.get("/session")
    async def dependencies(request: Request, found: Annotated[str, Depends(session)]) -> Any:
        return [found, request.scope["root_path"]]

    @app.get("/number/{number}")
    async def numbered(number: int) -> None:
        raise HTTPException(404, "no such number")

    targets = ("/session", "/none", "/number/x", "/number/1")
    cases = [request_of("GET", target, {}, b"") for target in targets]
    async with both(app) as ports:
        before = [await same_answer(ports, case) for case in cases]
        change(app)
        after = [await same_answer(ports, case) for case in cases]
    assert before != after


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_middleware_is_not_gone_around(anyio_backend: str) -> None:
    app = application()
    app.middleware("http")(middleware)
    async with both(app) as ports:
        answer = await same_answer(ports, REQUESTS["constant"])
    assert b"x-around: 1" in answer


class Guard:
    """Refuses all requests, and otherwise looks like the application in it."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("denied", 401)(scope, receive, send)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_hands_on_the_attributes_of_an_application_is_not_gone_around(
    anyio_backend: str,
) -> None:
    async with serving(Guard(application())) as port:
        assert (await sent(port, REQUESTS["constant"])).startswith(b"HTTP/1.1 401 ")


class Refreshing(FastAPI):
    """Its overrides change whenever they are looked at."""

    extra: ClassVar[dict[Any, Any]] = {}

    @property
    def dependency_overrides(self) -> Any:
        overrides = vars(self).get("_overrides")
        if overrides is not None:
            overrides.update(self.extra)
        return overrides

    @dependency_overrides.setter
    def dependency_overrides(self, value: Any) -> None:
        vars(self)["_overrides"] = DependencyOverrides(value)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_change_while_the_table_is_made_is_noticed(anyio_backend: str) -> None:
    app = Refreshing()
    app.get("/session")(session_of)
    request = request_of("GET", "/session", {}, b"")
    async with both(app) as ports:
        await same_answer(ports, request)
        app.dependency_overrides[user] = guard
        assert (await same_answer(ports, request)).startswith(b"HTTP/1.1 401 ")
        app.router.routes.clear()
        assert (await same_answer(ports, request)).startswith(b"HTTP/1.1 404 ")


async def session_of(found: Annotated[str, Depends(user)]) -> str:
    return found


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_a_request_declares_is_there_for_the_one_behind_it(anyio_backend: str) -> None:
    app = FastAPI()
    app.get("/session")(session_of)

    async def lock() -> None:
        app.dependency_overrides[user] = guard

    @app.get("/lock")
    async def lock_later(tasks: BackgroundTasks) -> str:
        app.dependency_overrides.clear()
        tasks.add_task(lock)
        return "locked"

    pair = request_of("GET", "/lock", {}, b"").replace(b"Connection: close", b"A: b")
    async with both(app) as ports:
        answer = await same_answer(ports, pair + request_of("GET", "/session", {}, b""))
    assert answer.count(b"HTTP/1.1 401 ") == 1


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_scope_of_a_client_that_has_left_is_whole(anyio_backend: str) -> None:
    app = FastAPI()
    seen: list[Scope] = []
    entered, left, handled = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @app.get("/wait")
    async def wait() -> None:
        entered.set()
        await left.wait()
        raise LookupError

    @app.exception_handler(LookupError)
    async def handle(request: Request, error: Exception) -> Response:
        seen.append(request.scope)
        handled.set()
        return PlainTextResponse("")

    async with serving(app) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_of("GET", "/wait", {}, b""))
        await asyncio.wait_for(entered.wait(), LIMIT)
        writer.close()
        await asyncio.sleep(0.05)
        left.set()
        await asyncio.wait_for(handled.wait(), LIMIT)
    assert {"client", "server", "scheme"} <= seen[0].keys()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_class_that_is_called_in_another_way_is_called(anyio_backend: str) -> None:
    class Application(FastAPI):
        pass

    app = Application()

    @app.get("/constant")
    async def constant() -> str:
        return "here"

    async def call(self: FastAPI, scope: Scope, receive: Receive, send: Send) -> None:
        scope["path"] = "/elsewhere"
        await FastAPI.__call__(self, scope, receive, send)

    async with both(app) as ports:
        assert b"here" in await same_answer(ports, REQUESTS["constant"])
        Application.__call__ = call  # type: ignore[method-assign]  # as tools do
        assert b"Not Found" in await same_answer(ports, REQUESTS["constant"])
