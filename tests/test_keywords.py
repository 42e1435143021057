"""The keywords of what declares routes: handed on with their defaults, and shown in signatures."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse

from ferroapi import APIRouter, FastAPI
from ferroapi.datastructures import Default
from ferroapi.routing import APIRoute
from ferroapi.routing.frontend_files import FrontendFiles
from ferroapi.routing.options import WebSocketOptions
from ferroapi.routing.unique_id import generate_unique_id

OPERATION: dict[str, Any] = {
    "response_model": Default(None),
    "status_code": None,
    "tags": None,
    "dependencies": None,
    "summary": None,
    "description": None,
    "response_description": "Successful Response",
    "responses": None,
    "deprecated": None,
    "operation_id": None,
    "response_model_include": None,
    "response_model_exclude": None,
    "response_model_by_alias": True,
    "response_model_exclude_unset": False,
    "response_model_exclude_defaults": False,
    "response_model_exclude_none": False,
    "include_in_schema": True,
    "response_class": Default(JSONResponse),
    "name": None,
    "callbacks": None,
    "openapi_extra": None,
    "generate_unique_id_function": Default(generate_unique_id),
    "max_body_size": None,
    "form_limits": None,
}
ADDED: dict[str, Any] = {
    "exception_handlers": None,
    "middleware": None,
    "cancel_on_disconnect": None,
    "auto_head": None,
    "validation_errors": None,
    "read_body": None,
}
ADDED_TO_OPERATIONS: dict[str, Any] = {**ADDED, "inline": False}
ROUTE = {**OPERATION, "methods": None}
STRICT = {**ROUTE, "strict_content_type": Default(True)}
INCLUSION: dict[str, Any] = {
    "prefix": "",
    "tags": None,
    "dependencies": None,
    "default_response_class": Default(JSONResponse),
    "responses": None,
    "callbacks": None,
    "deprecated": None,
    "include_in_schema": True,
    "generate_unique_id_function": Default(generate_unique_id),
    "max_body_size": None,
    "form_limits": None,
}

# name: (a function, its positional parameters, its keywords with their defaults)
SIGNATURES: dict[str, tuple[Callable[..., Any], list[str], dict[str, Any]]] = {
    **{
        f"{owner.__name__}.{method}": (getattr(owner, method), ["self", "path"], OPERATION)
        for owner in (FastAPI, APIRouter)
        for method in ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
    },
    "FastAPI.api_route": (FastAPI.api_route, ["self", "path"], ROUTE),
    "APIRouter.api_route": (APIRouter.api_route, ["self", "path"], ROUTE),
    "FastAPI.add_api_route": (
        *(FastAPI.add_api_route, ["self", "path", "endpoint"]),
        {**STRICT, "route_class_override": None},
    ),
    "APIRouter.add_api_route": (
        *(APIRouter.add_api_route, ["self", "path", "endpoint"]),
        {**STRICT, "route_class_override": None},
    ),
    "APIRoute": (
        *(APIRoute.__init__, ["self", "path", "endpoint"]),
        {**STRICT, "dependency_overrides_provider": None},
    ),
    "FastAPI.include_router": (FastAPI.include_router, ["self", "router"], INCLUSION),
    "APIRouter.include_router": (APIRouter.include_router, ["self", "router"], INCLUSION),
    "bound": (APIRouter().api_route, ["path"], ROUTE),
}


@pytest.mark.parametrize(
    ("function", "positional", "keywords"), SIGNATURES.values(), ids=SIGNATURES
)
def test_signature(
    function: Callable[..., Any], positional: list[str], keywords: dict[str, Any]
) -> None:
    """Packages copy and filter options by the names in a signature."""
    parameters = inspect.signature(function).parameters.values()
    by_keyword = [one for one in parameters if one.kind is one.KEYWORD_ONLY]
    assert [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY] == positional
    added = ADDED if function.__name__ == "include_router" else ADDED_TO_OPERATIONS
    assert {one.name: one.default for one in by_keyword} == {**keywords, **added}
    assert [one.name for one in by_keyword][len(keywords) :] == list(added), "FastAPI's come first"


@pytest.mark.parametrize(("function", "_", "keywords"), SIGNATURES.values(), ids=SIGNATURES)
def test_help_says_what_each_keyword_is_for(
    function: Callable[..., Any], _: list[str], keywords: dict[str, Any]
) -> None:
    text = inspect.getdoc(function) or ""
    assert text.count("Args:\n") == 1
    for keyword in keywords:
        assert re.search(rf"^    {keyword}: [A-Z`].+", text, re.MULTILINE), keyword


@pytest.mark.parametrize("name", ["websocket", "add_api_websocket_route"])
@pytest.mark.parametrize("owner", [FastAPI, APIRouter])
def test_keywords_of_websockets_are_shown(owner: type[Any], name: str) -> None:
    function = getattr(owner, name)
    parameters = inspect.signature(function).parameters
    assert set(WebSocketOptions.__annotations__) <= set(parameters)
    assert inspect.Parameter.VAR_KEYWORD not in {one.kind for one in parameters.values()}
    for keyword in WebSocketOptions.__annotations__:
        assert re.search(rf"^    {keyword}: [A-Z`].+", inspect.getdoc(function) or "", re.MULTILINE)


# name: (a function, its keywords with their defaults)
OTHERS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    f"{owner.__name__}.{name}": (getattr(owner, name), keywords)
    for owner in (FastAPI, APIRouter)
    for name, keywords in {
        "frontend": {
            "directory": inspect.Parameter.empty,
            **(inspect.getfullargspec(FrontendFiles).kwonlydefaults or {}),
        },
        "mount": {"lifespan": False, "inherit_overrides": False},
    }.items()
}


@pytest.mark.parametrize(("function", "keywords"), OTHERS.values(), ids=OTHERS)
def test_keywords_of_what_is_no_operation_are_shown(
    function: Callable[..., Any], keywords: dict[str, Any]
) -> None:
    parameters = inspect.signature(function).parameters.values()
    assert {one.name: one.default for one in parameters if one.kind is one.KEYWORD_ONLY} == keywords
    assert not [one for one in parameters if one.kind is one.VAR_KEYWORD]


PUBLIC: dict[str, Callable[..., Any]] = {
    f"{owner.__name__}.{name}": getattr(owner, name)
    for owner in (FastAPI, APIRouter)
    for name in dir(owner)
    if (name == "__init__" or not name.startswith("_")) and inspect.isfunction(getattr(owner, name))
}


@pytest.mark.parametrize("function", PUBLIC.values(), ids=PUBLIC)
def test_help_says_it_where_it_is_read(function: Callable[..., Any]) -> None:
    text = inspect.getdoc(function) or ""
    assert "Options`" not in text, "who reads it would have to look elsewhere"
    if not function.__module__.startswith("ferroapi."):
        return
    explained = {
        name
        for names in re.findall(r"^    (\w+(?:,\s+\w+)*): ", text, re.MULTILINE)
        for name in re.split(r",\s+", names)
    }
    keywords = inspect.signature(function).parameters.values()
    assert {one.name for one in keywords if one.kind is one.KEYWORD_ONLY} <= explained


def recording(base: type[Any], *names: str) -> tuple[type[Any], list[Any]]:
    """A subclass that keeps the names and arguments of calls of some methods, and the list."""
    calls: list[Any] = []

    def overridden(name: str) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            calls.append((name, args, kwargs))
            return getattr(super(made, self), name)(*args, **kwargs)

        return call

    made = type(base.__name__, (base,), {name: overridden(name) for name in names})
    return made, calls


def endpoint() -> None: ...


async def socket(websocket: Any) -> None: ...


SOME_ROUTER = APIRouter()
GET = {**OPERATION, "methods": ["GET"]}

# name: (what declares a route, the calls of the router's overridden methods)
HANDED_ON: dict[str, tuple[Callable[[FastAPI], Any], list[Any]]] = {
    "get": (
        lambda app: app.router.get("/", summary="s")(endpoint),
        [
            ("get", ("/",), {"summary": "s"}),
            ("api_route", (), {**GET, "path": "/", "summary": "s"}),
            ("add_api_route", ("/", endpoint), {**GET, "summary": "s"}),
        ],
    ),
    "get_of_application": (
        lambda app: app.get("/")(endpoint),
        [
            ("get", ("/",), OPERATION),
            ("api_route", (), {**GET, "path": "/"}),
            ("add_api_route", ("/", endpoint), GET),
        ],
    ),
    "get_with_what_fastapi_does_not_have": (
        lambda app: app.get("/", cancel_on_disconnect=True)(endpoint),
        [
            ("get", ("/",), {**OPERATION, "cancel_on_disconnect": True}),
            ("api_route", (), {**GET, "path": "/", "cancel_on_disconnect": True}),
            ("add_api_route", ("/", endpoint), {**GET, "cancel_on_disconnect": True}),
        ],
    ),
    "api_route": (
        lambda app: app.router.api_route("/")(endpoint),
        [("api_route", ("/",), {}), ("add_api_route", ("/", endpoint), ROUTE)],
    ),
    "api_route_of_application": (
        lambda app: app.api_route("/")(endpoint),
        [("add_api_route", ("/", endpoint), ROUTE)],
    ),
    "add_api_route_of_application": (
        lambda app: app.add_api_route("/", endpoint),
        [
            (
                *("add_api_route", ("/",)),
                {**STRICT, "route_class_override": None, "endpoint": endpoint},
            )
        ],
    ),
    "websocket_of_application": (
        lambda app: app.websocket("/")(socket),
        [("add_api_websocket_route", ("/", socket), {"name": None, "dependencies": None})],
    ),
    "include_router_of_application": (
        lambda app: app.include_router(SOME_ROUTER, prefix="/x"),
        [("include_router", (SOME_ROUTER,), {**INCLUSION, "prefix": "/x"})],
    ),
}


@pytest.mark.parametrize(("declare", "wanted"), HANDED_ON.values(), ids=HANDED_ON)
def test_overridden_methods_of_a_router_get_all_keywords(
    declare: Callable[[FastAPI], Any], wanted: list[Any]
) -> None:
    router_class, calls = recording(
        APIRouter, "get", "api_route", "add_api_route", "add_api_websocket_route", "include_router"
    )
    app = FastAPI(openapi_url=None)
    app.router.__class__ = router_class
    declare(app)
    assert calls == wanted


def test_patched_methods_of_an_instance_get_all_keywords() -> None:
    router, calls = APIRouter(), []
    router.add_api_route = lambda *args, **kwargs: calls.append(kwargs)  # type: ignore[method-assign]  # as users do
    router.get("/")(endpoint)
    assert calls == [GET]


@pytest.mark.parametrize(
    "options", [{}, {"form_limits": {"max_files": 1}, "auto_head": True}], ids=["none", "given"]
)
def test_a_route_class_gets_all_keywords(options: dict[str, Any]) -> None:
    """Some only when they are given: a class that lists its keywords need not have them."""
    route_class, calls = recording(APIRoute, "__init__")
    APIRouter(route_class=route_class, prefix="/x").add_api_route("/", endpoint, **options)
    wanted = {**STRICT, "tags": [], "dependencies": [], "callbacks": [], "responses": {}}
    del wanted["form_limits"]
    wanted |= {"endpoint": endpoint, "dependency_overrides_provider": None, **options}
    assert calls == [("__init__", ("/x/",), wanted)]


def test_no_response_model_can_be_told_from_the_one_of_the_annotation() -> None:
    """As Prefect's router does, which gives operations without a response model the status 204."""

    class Router(APIRouter):
        def add_api_route(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
            if kwargs["response_model"] is None and kwargs["status_code"] is None:
                kwargs["status_code"] = 204
            super().add_api_route(path, endpoint, **kwargs)

    def read() -> int:
        return 1

    router = Router()
    router.get("/annotated")(read)
    router.get("/none", response_model=None)(read)
    assert [getattr(route, "status_code", None) for route in router.routes] == [None, 204]
