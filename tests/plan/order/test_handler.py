"""What a route handler may put on exit stacks: nothing, where it keeps its request to itself."""

from collections.abc import Callable
from typing import Any

import pytest

from ferroapi import FastAPI, Request
from ferroapi.plan.order.handler import may_open
from ferroapi.plan.order.steps import compile_steps
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Handler = Callable[..., Any]


def give(request: Any) -> Any:
    """Somebody else who is handed a request."""
    return request


class Kept:
    """What handlers may look for later."""

    request: Any


def reading(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        response = await handle(request)
        response.headers["x-id"] = request.headers["x-id"]
        return response

    return handler


def reading_body(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        try:
            return await handle(request)
        except ValueError:
            print(request.method, request.url.path, await request.body())
            raise

    return handler


def reading_twice(handle: Handler) -> Handler:
    return reading(reading_body(handle))


def reading_scope(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        request.scope["fastapi_inner_astack"].callback(print)
        return await handle(request)

    return handler


def reading_item(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        request["fastapi_inner_astack"].callback(print)
        return await handle(request)

    return handler


def giving(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        give(request)
        return await handle(request)

    return handler


def giving_with_more(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        print(request, handle)
        return await handle(request)

    return handler


def keeping(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        Kept.request = request
        return await handle(request)

    return handler


def renaming(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        same = request
        return await handle(same)

    return handler


def replacing(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        request = give(request)
        return await handle(request)

    return handler


def enclosing(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        give(lambda: request)
        return await handle(request)

    return handler


def reflecting(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        give(locals())
        return await handle(request)

    return handler


def taking_any(handle: Handler) -> Handler:
    async def handler(*arguments: Any) -> Any:
        return await handle(*arguments)

    return handler


def of_a_method(handle: Handler) -> Handler:
    class Object:
        async def handler(self, request: Request) -> Any:
            return await handle(request)

    return Object().handler


def giving_to_one_that_gives(handle: Handler) -> Handler:
    return reading(giving(handle))


def answering_alone(handle: Handler) -> Handler:
    async def handler(request: Request) -> Any:
        return request.method

    return handler


# handler: whether it may put something on an exit stack
HANDLERS: dict[Callable[[Handler], Handler], bool] = {
    reading: False,
    reading_body: False,
    reading_twice: False,
    answering_alone: False,
    reading_scope: True,
    reading_item: True,
    giving: True,
    giving_with_more: True,
    keeping: True,
    renaming: True,
    replacing: True,
    enclosing: True,
    reflecting: True,
    taking_any: True,
    of_a_method: True,
    giving_to_one_that_gives: True,
}


async def endpoint() -> str:
    return "x"


async def with_request(request: Request) -> str:
    return request.method


def route_of(call: Any) -> APIRoute:
    return APIRoute("/", call)


@pytest.mark.parametrize("wrap", HANDLERS, ids=lambda wrap: wrap.__name__)
def test_what_keeps_its_request_opens_nothing(wrap: Callable[[Handler], Handler]) -> None:
    route = route_of(endpoint)
    steps = compile_steps(route.dependant, {})

    assert may_open(wrap(route.get_route_handler()), steps) is HANDLERS[wrap]


def test_a_step_that_is_handed_the_request_may_open_something() -> None:
    route = route_of(with_request)

    assert may_open(route.get_route_handler(), compile_steps(route.dependant, {}))


def test_the_handler_of_another_endpoint_may_open_something() -> None:
    other = route_of(endpoint).get_route_handler()

    assert may_open(reading(other), compile_steps(route_of(endpoint).dependant, {}))


@pytest.mark.parametrize("wrap", [reading, reading_twice, reading_scope], ids=lambda w: w.__name__)
def test_they_answer_alike(wrap: Callable[[Handler], Handler]) -> None:
    class Wrapped(APIRoute):
        def get_route_handler(self) -> Any:
            return wrap(super().get_route_handler())

    app = FastAPI()
    app.router.route_class = Wrapped
    app.get("/")(endpoint)

    response = TestClient(app).get("/", headers={"x-id": "7"})

    assert (response.status_code, response.json()) == (200, "x")
    assert response.headers["content-length"] == "3"
    assert response.headers["content-type"] == "application/json"
