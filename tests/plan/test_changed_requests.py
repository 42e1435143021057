"""What a dependency or a route's handler has changed of a request is what comes after it gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette import requests
from starlette.datastructures import Headers, QueryParams

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
)
from ferroapi.exceptions import RequestValidationError
from ferroapi.responses import PlainTextResponse
from ferroapi.routing import APIRoute
from ferroapi.security import APIKeyCookie
from ferroapi.testclient import TestClient

Change = Callable[[Request], Awaitable[None]]
Endpoint = Callable[..., Any]


class Model(BaseModel):
    a: int = 0
    admin: int = 0


class Cookies(BaseModel):
    session: str | None = None


async def whole(body: dict[str, Any]) -> Any:
    return body


async def model(body: Model) -> Any:
    return body.model_dump(exclude_unset=True)


async def embedded(a: Annotated[int, Body()], admin: Annotated[int, Body()] = 0) -> Any:
    return {"a": a} | ({"admin": admin} if admin else {})


def in_thread(body: Model) -> Any:
    return body.model_dump(exclude_unset=True)


async def without_admin(request: Request) -> None:
    (await request.json()).pop("admin", None)


async def wrong(request: Request) -> None:
    (await request.json())["a"] = "wrong"


async def not_changed(request: Request) -> None:
    assert await request.json() is await request.json()


def by_dependency(change: Change, endpoint: Endpoint) -> FastAPI:
    app = FastAPI()
    app.post("/", dependencies=[Depends(change)])(endpoint)
    return app


def by_router(change: Change, endpoint: Endpoint) -> FastAPI:
    router, app = APIRouter(dependencies=[Depends(change)]), FastAPI()
    router.post("/")(endpoint)
    app.include_router(router)
    return app


def by_generator(change: Change, endpoint: Endpoint) -> FastAPI:
    async def changed(request: Request) -> AsyncIterator[None]:
        await change(request)
        yield

    app = FastAPI()
    app.post("/", dependencies=[Depends(changed)])(endpoint)
    return app


def by_handler(change: Change, endpoint: Endpoint) -> FastAPI:
    class Changing(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def changed(request: Request) -> Any:
                await change(request)
                return await handler(request)

            return changed

    app = FastAPI()
    app.router.route_class = Changing
    app.post("/")(endpoint)
    return app


PLACES = {place.__name__: place for place in (by_dependency, by_router, by_generator, by_handler)}
ENDPOINTS = {endpoint.__name__: endpoint for endpoint in (whole, model, embedded, in_thread)}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_a_changed_body(endpoint: Endpoint, place: Callable[[Change, Endpoint], FastAPI]) -> None:
    sent = {"a": 1, "admin": 1}
    answers = [
        TestClient(place(change, endpoint)).post("/", json=sent)
        for change in (not_changed, without_admin, wrong)
    ]
    assert answers[0].json() == sent
    assert answers[1].json() == {"a": 1}
    if endpoint is whole:
        assert answers[2].json() == {**sent, "a": "wrong"}
    else:
        assert [error["loc"] for error in answers[2].json()["detail"]] == [["body", "a"]]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_body_of_an_error_is_that_of_the_request(
    place: Callable[[Change, Endpoint], FastAPI],
) -> None:
    app = place(wrong, model)
    seen: list[bool] = []

    @app.exception_handler(RequestValidationError)
    async def handle(request: Request, error: RequestValidationError) -> Any:
        seen.append(error.body is await request.json())
        return PlainTextResponse("")

    TestClient(app).post("/", json={"a": 1})
    assert seen == [True]


async def one(session: Annotated[str | None, Cookie()] = None) -> Any:
    return session


async def several(cookies: Annotated[Cookies, Cookie()]) -> Any:
    return cookies.session


async def key(session: Annotated[str | None, Depends(APIKeyCookie(name="session"))]) -> Any:
    return session


COOKIES = {endpoint.__name__: endpoint for endpoint in (one, several, key)}


async def change_cookies(request: Request) -> None:
    if request.cookies.get("session") == "forged":
        request.cookies["session"] = "nobody"


class Reversing(Request):
    """Reads cookies in a way of its own."""

    @property
    def cookies(self) -> dict[str, str]:
        return {name: value[::-1] for name, value in super().cookies.items()}


async def both(
    one: Annotated[str | None, Cookie(alias="session")] = None,
    other: Annotated[str | None, Depends(APIKeyCookie(name="session"))] = None,
) -> Any:
    return [one, other]


def test_a_request_class_that_reads_cookies_in_its_own_way() -> None:
    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()
            return lambda request: handler(Reversing(request.scope, request.receive))

    app = FastAPI()
    app.router.route_class = Route
    app.post("/")(both)
    assert TestClient(app, cookies={"session": "abc"}).post("/").json() == ["cba", "cba"]


async def set_cookies(request: Request) -> None:
    request._cookies = {"session": "nobody"}


@pytest.mark.parametrize("change", [change_cookies, set_cookies])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("endpoint", COOKIES.values(), ids=COOKIES)
def test_changed_cookies(
    endpoint: Endpoint, place: Callable[[Change, Endpoint], FastAPI], change: Change
) -> None:
    client = TestClient(place(change, endpoint), cookies={"session": "forged"})
    assert client.post("/").json() == "nobody"


def test_a_body_that_a_handler_has_put_into_the_place_of_another() -> None:
    async def replace(request: Request) -> None:
        request._json = {"a": 2}

    assert TestClient(by_handler(replace, model)).post("/", json={"a": 1}).json() == {"a": 2}


async def sent(x: str = "", key: Annotated[str, Header()] = "") -> Any:
    return [x, key]


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_what_a_request_keeps_for_itself_is_not_looked_at(
    place: Callable[[Change, Endpoint], FastAPI],
) -> None:
    """See docs/differences.md."""

    async def forget(request: Request) -> None:
        request._headers, request._query_params = Headers({}), QueryParams("")

    client = TestClient(place(forget, sent))
    assert client.post("/?x=1", headers={"key": "2"}).json() == ["1", "2"]


def test_methods_of_starlettes_classes_are_for_who_has_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """See docs/differences.md."""

    async def other(self: Request) -> Any:
        return {"a": 2}

    async def seen(request: Request, body: Model) -> Any:
        return [body.a, await request.json()]

    monkeypatch.setattr(requests.Request, "json", other)
    app = FastAPI()
    app.post("/")(seen)
    assert TestClient(app).post("/", json={"a": 1}).json() == [1, {"a": 2}]


Handler = Callable[[Request], Awaitable[Any]]


def handled_by(asking: Callable[[Handler, Request], Awaitable[Any]]) -> FastAPI:
    """An application of `everything`, whose route answers by `asking` its handler."""

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()
            return lambda request: asking(handler, request)

    app = FastAPI()
    app.router.route_class = Route
    for path in ("/items/{name}", "/in-thread/{name}"):
        app.post(path)(everything if path.startswith("/items") else everything_in_thread)
    return app


def everything_in_thread(
    request: Request,
    name: str,
    body: Model,
    *,
    user: Annotated[str, Header()] = "",
    q: str = "",
    session: Annotated[str, Cookie()] = "",
) -> Any:
    return [name, q, user, session, body.a, request.headers.get("user", "")]


@wraps(everything_in_thread)
async def everything(**given: Any) -> Any:
    return everything_in_thread(**given)


def without_user(request: Request) -> dict[str, Any]:
    kept = [(name, value) for name, value in request.scope["headers"] if name != b"user"]
    return {**request.scope, "headers": kept}


async def ask_without_user(handler: Handler, request: Request) -> Any:
    return await handler(Request(without_user(request), request.receive))


async def ask_with_scope_put_in(handler: Handler, request: Request) -> Any:
    request.scope = without_user(request)
    return await handler(request)


async def ask_for_other_values(handler: Handler, request: Request) -> Any:
    scope = {
        **without_user(request),
        "path_params": {"name": "other"},
        "query_string": b"q=other",
        "headers": [(b"content-type", b"application/json"), (b"cookie", b"session=other")],
    }
    return await handler(Request(scope, request.receive))


async def ask_for_text(handler: Handler, request: Request) -> Any:
    scope = {**request.scope, "headers": [(b"content-type", b"text/plain")]}
    return await handler(Request(scope, request.receive))


async def ask_by_class(handler: Handler, request: Request) -> Any:
    class AsText(Request):
        @property
        def headers(self) -> Headers:
            return Headers({"content-type": "text/plain"})

    return await handler(AsText(request.scope, request.receive))


# name: (how the handler asks, the answer, or where the error is)
ASKING: dict[str, tuple[Any, Any]] = {
    "a scope without a header": (ask_without_user, ["sent", "sent", "", "sent", 1, ""]),
    "another scope in the request": (ask_with_scope_put_in, ["sent", "sent", "", "sent", 1, ""]),
    "other values": (ask_for_other_values, ["other", "other", "", "other", 1, ""]),
    "another content type": (ask_for_text, ["body"]),
    "a class with another content type": (ask_by_class, ["body"]),
}


@pytest.mark.parametrize("path", ["/items/sent", "/in-thread/sent"])
@pytest.mark.parametrize(("asking", "expected"), ASKING.values(), ids=ASKING)
def test_a_handler_asks_with_a_scope_of_its_own(asking: Any, expected: Any, path: str) -> None:
    client = TestClient(handled_by(asking), cookies={"session": "sent"})
    answer = client.post(f"{path}?q=sent", json={"a": 1}, headers={"user": "admin"}).json()
    assert (answer if isinstance(answer, list) else answer["detail"][0]["loc"]) == expected


@pytest.mark.parametrize("path", ["/items/sent", "/in-thread/sent"])
def test_a_handler_asks_for_several_answers_at_once(path: str) -> None:
    async def ask_each(handler: Handler, request: Request) -> Any:
        async def ask(index: int) -> bytes:
            async def receive() -> Any:
                await asyncio.sleep(0.01 * (3 - index))
                return {"type": "http.request", "body": b'{"a": %d}' % index}

            scope = request.scope if index == 1 else {**request.scope}
            scope = scope if index == 0 else {**scope, "query_string": b"q=%d" % index}
            response: Response = await handler(Request(scope, receive))
            return bytes(response.body)

        return Response(b"\n".join(await asyncio.gather(*map(ask, range(3)))))

    answers = TestClient(handled_by(ask_each)).post(f"{path}?q=first", json={"a": 9}).text
    found = [(q, a) for _, q, _, _, a, _ in map(json.loads, answers.splitlines())]
    assert found == [("first", 0), ("1", 1), ("2", 2)]


def test_what_a_first_answer_has_set_is_not_in_a_second() -> None:
    async def ask_again(handler: Handler, request: Request) -> Any:
        await handler(request)
        return await handler(request)

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()
            return lambda request: ask_again(handler, request)

    tasks: list[int] = []
    app = FastAPI()
    app.router.route_class = Route

    @app.get("/")
    async def endpoint(response: Response, background: BackgroundTasks) -> Any:
        response.headers.append("x-set", "once")
        background.add_task(tasks.append, 1)
        return []

    assert TestClient(app).get("/").headers["x-set"] == "once"
    assert tasks == [1]


def guard(token: str = "") -> None:
    if token != "valid":  # of a test
        raise HTTPException(401)


@pytest.mark.parametrize("form", [False, True])
def test_a_handler_calls_that_of_another_route(*, form: bool) -> None:
    handlers: dict[str, Handler] = {}

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            own = handlers[self.path] = super().get_route_handler()

            async def handle(request: Request) -> Any:
                return await handlers.get(request.headers.get("other", ""), own)(request)

            return handle

    app = FastAPI()
    app.router.route_class = Route

    async def guarded(x: int, q: int = 0) -> Any:
        return ["guarded", x, q]

    async def public(x: int) -> Any:
        return ["public", x]

    for endpoint in (guarded, public):
        endpoint.__annotations__["x"] = Annotated[int, Form() if form else Body(embed=True)]
    app.post("/guarded", dependencies=[Depends(guard)])(guarded)
    app.post("/public")(public)
    client = TestClient(app)
    sent: Any = {"data" if form else "json": {"x": 1}}

    def post(path: str, other: str = "") -> Any:
        answer = client.post(path, headers={"other": other}, **sent)
        return answer.json() if answer.is_success else answer.status_code

    assert post("/public") == ["public", 1]
    assert post("/guarded") == 401
    assert post("/public", "/guarded") == 401
    assert post("/public?token=valid&q=2", "/guarded") == ["guarded", 1, 2]
    assert post("/guarded", "/public") == ["public", 1]
