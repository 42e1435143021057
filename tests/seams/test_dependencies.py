"""Solving what a callable asks for, without a route."""

from __future__ import annotations

from collections import ChainMap, UserDict
from contextlib import AsyncExitStack
from inspect import signature
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData, Headers, QueryParams
from starlette.requests import Request

from ferroapi import (
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    Query,
    Response,
    Security,
    WebSocket,
)
from ferroapi.dependencies.utils import (
    SolvedDependency,
    get_dependant,
    request_body_to_args,
    request_params_to_args,
    solve_dependencies,
)
from ferroapi.fields import Undefined
from ferroapi.requests import HTTPConnection
from ferroapi.security import SecurityScopes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "path_params": {"item_id": "3"},
    "query_string": b"q=1&q=2",
    "headers": [(b"x-key", b"k"), (b"cookie", b"session=s")],
}


ABSENT: Any = None


class Item(BaseModel):
    name: str


def below(q: int) -> int:
    return q + 1


async def awaited() -> str:
    return "awaited"


def parameters(
    item_id: int, q: list[int] = Query(), x_key: str = Header(), session: str = Cookie()
) -> None: ...


def tree(
    below: int = Depends(below), awaited: str = Depends(awaited), other: int = Depends(below)
) -> None: ...


def injected(
    request: Request, connection: HTTPConnection, websocket: WebSocket = ABSENT
) -> None: ...


def scopes(scopes: SecurityScopes) -> list[str]:
    return scopes.scopes


def secured(found: list[str] = Security(scopes, scopes=["read"])) -> None: ...


def solve(call: Callable[..., Any], scope: dict[str, Any] = SCOPE, **options: Any) -> Any:
    """What is solved for a callable that is asked at `/{item_id}`."""

    async def run() -> SolvedDependency:
        async with AsyncExitStack() as stack:
            return await solve_dependencies(
                request=options.pop("request", None) or Request(dict(scope)),
                dependant=get_dependant(path="/{item_id}", call=call),
                async_exit_stack=stack,
                embed_body_fields=options.pop("embed_body_fields", False),
                **options,
            )

    return anyio.run(run)


@pytest.mark.parametrize(
    ("call", "values"),
    [
        pytest.param(
            parameters,
            {"item_id": 3, "q": [1, 2], "x_key": "k", "session": "s"},
            id="parameters",
        ),
        pytest.param(tree, {"below": 3, "awaited": "awaited", "other": 3}, id="dependencies"),
        pytest.param(secured, {"found": ["read"]}, id="scopes"),
    ],
)
def test_values(call: Callable[..., Any], values: dict[str, Any]) -> None:
    solved = solve(call)
    assert (solved.values, solved.errors) == (values, [])


@pytest.mark.parametrize(
    ("body", "embed", "values", "errors"),
    [
        pytest.param({"name": "a"}, False, {"item": Item(name="a")}, [], id="the whole body"),
        pytest.param({"item": {"name": "a"}}, True, {"item": Item(name="a")}, [], id="a member"),
        pytest.param(Undefined, False, {"item": None}, [("body",)], id="nothing"),
        pytest.param({}, False, {"item": None}, [("body", "name")], id="a missing field"),
    ],
)
def test_the_body_is_what_was_decoded(
    body: Any, embed: bool, values: dict[str, Any], errors: list[Any]
) -> None:
    def create(item: Annotated[Item, Body()]) -> None: ...

    solved = solve(create, body=body, embed_body_fields=embed)
    assert solved.values == values
    assert [error["loc"] for error in solved.errors] == errors


def takes_model(item: Annotated[Item, Body()]) -> None: ...


def takes_member(item: Annotated[Item, Body(embed=True)]) -> None: ...


def takes_form_field(name: Annotated[str, Form()]) -> None: ...


def takes_form_model(item: Annotated[Item, Form()]) -> None: ...


def takes_anything(item: Annotated[Any, Body()]) -> None: ...


FORM = FormData([("name", "a"), ("more", "1"), ("more", "2")])


@pytest.mark.parametrize(
    ("call", "body", "values"),
    [
        pytest.param(takes_model, {"name": "a"}, {"item": Item(name="a")}, id="model"),
        pytest.param(takes_member, {"item": {"name": "a"}}, {"item": Item(name="a")}, id="member"),
        pytest.param(takes_form_field, {"name": "a"}, {"name": "a"}, id="form field"),
        pytest.param(takes_form_field, FORM, {"name": "a"}, id="form field of a form"),
        pytest.param(
            takes_form_model, {"item": {"name": "a"}}, {"item": Item(name="a")}, id="form"
        ),
        pytest.param(takes_form_model, FORM, {"item": Item(name="a")}, id="form model of a form"),
        pytest.param(takes_model, FORM, {"item": Item(name="a")}, id="model of a form"),
        pytest.param(
            takes_anything, FORM, {"item": {"name": "a", "more": ["1", "2"]}}, id="all of a form"
        ),
    ],
)
def test_what_says_that_it_is_a_member_is_one_where_others_are_the_whole_body(
    call: Callable[..., Any], body: Any, values: dict[str, Any]
) -> None:
    solved = solve(call, body=body)
    assert (solved.values, solved.errors) == (values, [])


class Upper(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key.upper(), default)


class Only:
    def get(self, key: str, default: Any = None) -> Any:
        return {"item": {"name": "a"}}.get(key, default)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(MappingProxyType({"item": {"name": "a"}}), id="a mapping"),
        pytest.param(Upper(ITEM={"name": "a"}), id="a dictionary that looks up in its own way"),
        pytest.param(Only(), id="an object"),
    ],
)
def test_members_are_what_the_body_gives_for_their_names(body: Any) -> None:
    solved = solve(takes_member, body=body)
    assert (solved.values, solved.errors) == ({"item": Item(name="a")}, [])


def test_a_body_of_members_is_whatever_has_them() -> None:
    """FastAPI asks it for each by `get`, be it a `dict` or not."""

    def two(a: Annotated[int, Body()], b: Annotated[int, Body()] = 2) -> None: ...

    fields = get_dependant(path="/", call=two).body_params
    for body in (MappingProxyType({"a": "1"}), ChainMap({"a": "1"}), UserDict(a="1")):
        assert anyio.run(request_body_to_args, fields, body, True) == ({"a": 1, "b": 2}, [])
    assert anyio.run(request_body_to_args, fields, ["a"], True)[1][0]["type"] == "missing"


def test_a_form_is_read_by_its_fields() -> None:
    def create(name: Annotated[str, Form()], more: Annotated[list[int], Form()]) -> None: ...

    form = FormData([("name", "a"), ("more", "1"), ("more", "2")])
    solved = solve(create, body=form, embed_body_fields=True)
    assert solved.values == {"name": "a", "more": [1, 2]}


def test_errors_are_those_of_the_whole_tree_and_nothing_above_them_is_called() -> None:
    called: list[str] = []

    def failing(missing: int) -> None:
        called.append("failing")

    def above(below: None = Depends(failing)) -> None:
        called.append("above")

    def endpoint(also: int, above: None = Depends(above)) -> None: ...

    solved = solve(endpoint)
    assert [error["loc"] for error in solved.errors] == [("query", "missing"), ("query", "also")]
    assert called == []


def test_connections_are_the_object_that_was_given() -> None:
    request = Request(dict(SCOPE))
    assert solve(injected, request=request).values == {"request": request, "connection": request}


def test_responses_and_tasks_are_made_once_or_taken() -> None:
    def below(response: Response, tasks: BackgroundTasks) -> tuple[Any, Any]:
        return response, tasks

    def endpoint(
        response: Response, tasks: BackgroundTasks, pair: tuple[Any, Any] = Depends(below)
    ) -> None: ...

    solved = solve(endpoint)
    assert solved.values["response"] is solved.values["pair"][0] is solved.response
    assert solved.values["tasks"] is solved.values["pair"][1] is solved.background_tasks
    given = Response(), BackgroundTasks()
    solved = solve(endpoint, response=given[0], background_tasks=given[1])
    assert solved.values["pair"] == given


def test_a_cache_is_shared_by_calls() -> None:
    calls: list[int] = []

    def counted() -> int:
        calls.append(1)
        return len(calls)

    def endpoint(
        first: int = Depends(counted), fresh: int = Depends(counted, use_cache=False)
    ) -> None: ...

    cache: dict[Any, Any] = {("other", (), ""): 0}
    assert solve(endpoint, dependency_cache=cache).values == {"first": 1, "fresh": 2}
    assert cache[counted, (), ""] == 1
    assert solve(endpoint, dependency_cache=cache).values == {"first": 1, "fresh": 3}


def test_overrides_of_the_provider_count() -> None:
    app = FastAPI()
    app.dependency_overrides[below] = lambda: 10
    assert solve(tree, dependency_overrides_provider=app).values["below"] == 10


@pytest.mark.parametrize("in_scope", [False, True])
def test_generators_are_left_with_the_stacks_of_the_scope(in_scope: bool) -> None:
    order: list[str] = []

    async def of_request() -> AsyncIterator[str]:
        yield "request"
        order.append("request")

    def of_function() -> Iterator[str]:
        yield "function"
        order.append("function")

    def endpoint(
        first: str = Depends(of_request), second: str = Depends(of_function, scope="function")
    ) -> None: ...

    async def run() -> None:
        scope: dict[str, Any] = dict(SCOPE)
        async with AsyncExitStack() as given, AsyncExitStack() as inner, AsyncExitStack() as outer:
            if in_scope:
                scope["fastapi_inner_astack"] = outer
                scope["fastapi_function_astack"] = inner
            solved = await solve_dependencies(
                request=Request(scope),
                dependant=get_dependant(path="/", call=endpoint),
                async_exit_stack=given,
                embed_body_fields=False,
            )
            assert solved.values == {"first": "request", "second": "function"}
            await outer.aclose()
            assert order == (["request"] if in_scope else [])

    anyio.run(run)
    assert sorted(order) == ["function", "request"]


def test_parameters_are_read_from_the_object() -> None:
    class Shouting(Request):
        query_params = QueryParams("q=7&q=8")  # type: ignore[assignment]  # in the place of a property
        headers = Headers({"x-key": "K"})  # type: ignore[assignment]  # in the place of a property
        cookies = {"session": "S"}  # type: ignore[assignment]  # noqa: RUF012

    values = solve(parameters, request=Shouting(dict(SCOPE))).values
    assert values == {"item_id": 3, "q": [7, 8], "x_key": "K", "session": "S"}


def test_signatures_are_those_that_packages_look_for() -> None:
    found = signature(solve_dependencies).parameters
    assert list(found) == [
        "request",
        "dependant",
        "body",
        "background_tasks",
        "response",
        "dependency_overrides_provider",
        "dependency_cache",
        "async_exit_stack",
        "embed_body_fields",
    ]
    assert found["body"].default is Undefined
    assert list(signature(request_params_to_args).parameters) == ["fields", "received_params"]
    assert list(signature(request_body_to_args).parameters) == [
        "body_fields",
        "received_body",
        "embed_body_fields",
    ]
