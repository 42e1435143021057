"""What prefixes may be, and what routes get from the routers and inclusions around them."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ferroapi import APIRouter, Depends, FastAPI, Query
from ferroapi.exceptions import FastAPIError
from ferroapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from ferroapi.testclient import TestClient

START = "A path prefix must start with '/'"
END = "A path prefix must not end with '/', as the routes will start with '/'"

# name: (a prefix, the error)
WRONG_PREFIXES = {
    "without_slash": ("items", START),
    "space": (" /items", START),
    "slash_at_end": ("/items/", END),
    "only_slash": ("/", END),
}


@pytest.mark.parametrize(("prefix", "text"), WRONG_PREFIXES.values(), ids=WRONG_PREFIXES)
def test_wrong_prefix(prefix: str, text: str) -> None:
    """Refused by the router and by the inclusion, in the same words."""
    with pytest.raises(AssertionError) as router:
        APIRouter(prefix=prefix)
    with pytest.raises(AssertionError) as inclusion:
        FastAPI().include_router(APIRouter(), prefix=prefix)
    assert str(router.value) == str(inclusion.value) == text


async def wrong(query: dict[str, dict[str, int]] = Query()) -> None: ...


def depending(value: None = Depends(wrong)) -> None: ...


# name: the wrong dependency of some level, and an inclusion that adds it to a route
INCLUDED_WITH: dict[str, Callable[[APIRouter, Any], object]] = {
    "application": lambda router, wrong: FastAPI(dependencies=wrong).include_router(router),
    "inclusion": lambda router, wrong: FastAPI().include_router(router, dependencies=wrong),
    "inclusion with a prefix": lambda router, wrong: FastAPI().include_router(
        router, prefix="/p", dependencies=wrong
    ),
    "router around": lambda router, wrong: APIRouter(dependencies=wrong).include_router(
        router, prefix="/p"
    ),
}


@pytest.mark.parametrize("dependency", [wrong, depending])
@pytest.mark.parametrize("include", INCLUDED_WITH.values(), ids=INCLUDED_WITH)
def test_wrong_dependency_of_an_inclusion(
    include: Callable[[APIRouter, Any], object], dependency: Any
) -> None:
    """It is an error of the inclusion, not of the first request, and names the function."""
    router = APIRouter()

    @router.get("/a")
    def read() -> None: ...

    with pytest.raises(AssertionError, match="'query' must be one of the supported") as caught:
        include(router, [Depends(dependency)])
    line = wrong.__code__.co_firstlineno
    assert caught.value.__notes__[0] == f"in the declaration of wrong, {__file__}, line {line}"


@pytest.mark.parametrize("annotation", ["Later", "module.Later"])
def test_annotation_of_an_included_dependency_is_defined_later(annotation: str) -> None:
    module = SimpleNamespace()
    namespace: dict[str, Any] = {"module": module}
    exec(f"def dependency(value: {annotation!r}) -> None: ...", namespace)
    router, app = APIRouter(), FastAPI()

    @router.get("/a")
    def read() -> str:
        return "read"

    app.include_router(router, prefix="/p", dependencies=[Depends(namespace["dependency"])])
    namespace["Later"] = module.Later = int
    client = TestClient(app)
    assert client.get("/p/a?value=1").json() == "read"
    assert client.get("/p/a?value=x").status_code == 422


def test_an_attribute_that_is_never_there_is_an_error_of_the_request() -> None:
    namespace: dict[str, Any] = {"module": SimpleNamespace()}
    exec("def dependency(value: 'module.Never') -> None: ...", namespace)
    router, app = APIRouter(), FastAPI()
    router.get("/a")(lambda: None)
    app.include_router(router, dependencies=[Depends(namespace["dependency"])])
    with pytest.raises(AttributeError, match="has no attribute 'Never'"):
        TestClient(app).get("/a")


def test_prefix_and_path_both_empty() -> None:
    """A route with an empty path can only be included under a prefix."""
    router = APIRouter()

    @router.get("")
    def nowhere() -> None: ...

    with pytest.raises(FastAPIError) as caught:
        FastAPI().include_router(router)
    assert str(caught.value) == "Prefix and path cannot be both empty (path operation: nowhere)"


@pytest.mark.parametrize("where", ["router", "inclusion"])
def test_empty_path_below_a_prefix(where: str) -> None:
    """The path is then the prefix itself."""
    router = APIRouter(prefix="/items" if where == "router" else "")

    @router.get("")
    def read() -> str:
        return "read"

    app = FastAPI()
    app.include_router(router, prefix="" if where == "router" else "/items")
    client = TestClient(app)
    assert client.get("/items").json() == "read"
    assert client.get("/items/", follow_redirects=False).headers["location"].endswith("/items")


def depends(name: str, calls: list[str]) -> Any:
    def call() -> None:
        calls.append(name)

    return Depends(call)


def nested(
    outer: dict[str, Any], inclusion: dict[str, Any], inner: dict[str, Any], route: dict[str, Any]
) -> FastAPI:
    """A route in a router in a router in an application, each with options of its own."""
    child = APIRouter(prefix="/child", **inner)
    child.add_api_route("/route", lambda: "x", name="f", **route)
    parent = APIRouter(prefix="/parent", **outer)
    parent.include_router(child, prefix="/included", **inclusion)
    app = FastAPI()
    app.include_router(parent)
    return app


PATH = "/parent/included/child/route"


def documented(app: FastAPI) -> dict[str, Any]:
    operation: dict[str, Any] = app.openapi()["paths"][PATH]["get"]
    return operation


def test_prefixes_are_joined_from_the_outside() -> None:
    assert TestClient(nested({}, {}, {}, {})).get(PATH).json() == "x"


def test_tags_from_the_outside() -> None:
    levels = [{"tags": [tag]} for tag in ("parent", "inclusion", "child", "route")]
    assert documented(nested(*levels))["tags"] == ["parent", "inclusion", "child", "route"]


def test_dependencies_run_from_the_outside() -> None:
    calls: list[str] = []
    levels = [{"dependencies": [depends(str(level), calls)]} for level in range(4)]
    assert TestClient(nested(*levels)).get(PATH).status_code == 200
    assert calls == ["0", "1", "2", "3"]


def test_dependencies_of_the_application_run_first() -> None:
    calls: list[str] = []
    router = APIRouter(dependencies=[depends("router", calls)])

    @router.get("/", dependencies=[depends("route", calls)])
    def read(_: None = depends("parameter", calls)) -> None: ...

    app = FastAPI(dependencies=[depends("app", calls)])
    app.include_router(router, dependencies=[depends("inclusion", calls)])
    assert TestClient(app).get("/").status_code == 200
    assert calls == ["app", "inclusion", "router", "route", "parameter"]


def test_responses_of_the_innermost_win() -> None:
    """Statuses are collected from all levels; for the same status the inner description stays."""
    levels = [
        {"responses": {code: {"description": f"level {level}"} for code in codes}}
        for level, codes in enumerate([(1, 2, 3, 4), (2, 3, 4), (3, 4), (4,)])
    ]
    shifted: list[dict[str, Any]] = [
        {"responses": {400 + code: value for code, value in level["responses"].items()}}
        for level in levels
    ]
    responses = documented(nested(*shifted))["responses"]
    assert [responses[f"40{code}"]["description"] for code in (1, 2, 3, 4)] == [
        "level 0",
        "level 1",
        "level 2",
        "level 3",
    ]


@pytest.mark.parametrize("level", [None, 0, 1, 2, 3])
def test_one_deprecation_is_enough(level: int | None) -> None:
    levels: list[dict[str, Any]] = [{}, {}, {}, {}]
    if level is not None:
        levels[level] = {"deprecated": True}
    assert documented(nested(*levels)).get("deprecated") is (None if level is None else True)


@pytest.mark.parametrize("level", [None, 0, 1, 2, 3])
def test_everybody_must_want_it_in_the_schema(level: int | None) -> None:
    levels: list[dict[str, Any]] = [{}, {}, {}, {}]
    if level is not None:
        levels[level] = {"include_in_schema": False}
    app = nested(*levels)
    assert (PATH in app.openapi()["paths"]) is (level is None)
    assert TestClient(app).get(PATH).status_code == 200


RESPONSES: tuple[type[Response], ...] = (JSONResponse, HTMLResponse, PlainTextResponse, Response)


@pytest.mark.parametrize(
    ("chosen", "winner"),
    [
        ((), "application/json"),
        ((0,), "a/0"),
        ((0, 1), "a/1"),
        ((0, 1, 2), "a/2"),
        ((0, 1, 2, 3), "a/3"),
        ((1, 3), "a/3"),
        ((0, 2), "a/2"),
    ],
)
def test_response_class_of_the_innermost(chosen: tuple[int, ...], winner: str) -> None:
    """Route, then child router, then inclusion, then parent."""
    levels: list[dict[str, Any]] = [{}, {}, {}, {}]
    for level in chosen:
        name = "response_class" if level == 3 else "default_response_class"
        levels[level] = {name: type("Own", (Response,), {"media_type": f"a/{level}"})}
    assert TestClient(nested(*levels)).get(PATH).headers["content-type"] == winner


@pytest.mark.parametrize("chosen", [(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3), (1, 3), (0, 2)])
def test_unique_id_function_of_the_innermost(chosen: tuple[int, ...]) -> None:
    """It is given the route as the inclusions make it."""
    levels: list[dict[str, Any]] = [{}, {}, {}, {}]
    for level in chosen:
        levels[level] = {
            "generate_unique_id_function": lambda route, level=level: f"{level} {route.path_format}"
        }
    assert documented(nested(*levels))["operationId"] == f"{max(chosen)} {PATH}"


def test_default_unique_id() -> None:
    assert documented(nested({}, {}, {}, {}))["operationId"] == "f_parent_included_child_route_get"


def test_callbacks_of_all_levels() -> None:
    def callback(name: str) -> list[Any]:
        router = APIRouter()
        router.add_api_route("{$callback_url}", lambda: None, methods=["POST"], name=name)
        return router.routes

    levels = [{"callbacks": callback(f"level_{level}")} for level in range(4)]
    assert list(documented(nested(*levels))["callbacks"]) == [f"level_{n}" for n in range(4)]


# name: (application, router around, router of the route; whether a body without type is JSON)
STRICTNESS: dict[str, tuple[bool | None, bool | None, bool | None, bool]] = {
    "default": (None, None, None, False),
    "app": (False, None, None, True),
    "parent": (None, False, None, True),
    "child": (None, None, False, True),
    "child_is_stricter": (False, False, True, False),
    "parent_is_stricter": (False, True, None, False),
    "child_is_laxer": (True, True, False, True),
}


@pytest.mark.parametrize(("app", "parent", "child", "lax"), STRICTNESS.values(), ids=STRICTNESS)
def test_strict_content_type_of_the_innermost(
    app: bool | None, parent: bool | None, child: bool | None, lax: bool
) -> None:
    def given(strict: bool | None) -> dict[str, Any]:
        return {} if strict is None else {"strict_content_type": strict}

    inner = APIRouter(**given(child))

    @inner.post("/")
    def create(item: dict[str, int]) -> dict[str, int]:
        return item

    outer = APIRouter(**given(parent))
    outer.include_router(inner)
    application = FastAPI(**given(app))
    application.include_router(outer)
    client = TestClient(application)
    assert client.post("/", content=b'{"a":1}').status_code == (200 if lax else 422)
    assert client.post("/", json={"a": 1}).status_code == 200
    plain = client.post("/", content=b'{"a":1}', headers={"content-type": "text/plain"})
    assert plain.status_code == 422
