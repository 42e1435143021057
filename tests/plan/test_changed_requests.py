"""What a dependency or a route's handler has changed of a request is what comes after it gets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette import requests
from starlette.datastructures import Headers, QueryParams

from ferroapi import APIRouter, Body, Cookie, Depends, FastAPI, Header, Request
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
