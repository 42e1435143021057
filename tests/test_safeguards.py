"""The settings of an application against clients: their values, and what is mounted in it."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.convertors import CONVERTOR_TYPES, StringConvertor
from starlette.routing import Host, Mount, compile_path

from ferroapi import APIRouter, FastAPI
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


async def refused(x: list[int]) -> None: ...


def answering(**options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.post("/")(refused)
    return app


def refusal(app: Any, path: str = "/in/") -> tuple[int, bool]:
    """How many errors are listed of five, and whether they show their input."""
    with TestClient(app) as client:
        detail = client.post(path, json=["x"] * 5).json()["detail"]
    return len(detail), "input" in detail[0]


@pytest.mark.parametrize(
    "options",
    [
        {"error_limit": 0},
        {"error_limit": -1},
        {"error_limit": True},
        {"error_limit": "5"},
        {"error_input": None},
        {"error_input": "none"},
        {"error_input": 1},
    ],
)
def test_wrong_settings_are_refused_where_they_are_declared(options: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        FastAPI(**options)


# name: (the settings of the outer application, those of the mounted one, what is seen)
MOUNTED: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[int, bool]]] = {
    "none": ({}, {}, (5, True)),
    "outer": ({"error_limit": 2, "error_input": False}, {}, (3, False)),
    "inner": ({}, {"error_limit": 2, "error_input": False}, (3, False)),
    "one_each": ({"error_limit": 2}, {"error_input": False}, (3, False)),
    "inner_wins": ({"error_limit": 2}, {"error_limit": 3}, (4, True)),
    "no_limit_wins": ({"error_limit": 2}, {"error_limit": None}, (5, True)),
    "default_value_wins": (
        {"error_limit": 2, "error_input": False},
        {"error_limit": 100, "error_input": True},
        (5, True),
    ),
}


@pytest.mark.parametrize(("outer", "inner", "seen"), MOUNTED.values(), ids=MOUNTED)
def test_mounted_applications(outer: Any, inner: Any, seen: Any) -> None:
    app = FastAPI(**outer)
    app.mount("/in", answering(**inner))
    assert refusal(app) == seen


def test_applications_mounted_deeper() -> None:
    """Below a mount of an included router, a host, and an application in between."""
    middle = FastAPI(error_input=False)
    middle.router.routes.append(Host("testserver", answering()))
    router = APIRouter(routes=[Mount("/in", middle)])
    app = FastAPI(error_limit=2)
    app.include_router(router)
    assert refusal(app) == (3, False)


def default(app: FastAPI, inner: FastAPI) -> None:
    app.router.default = inner


def low_priority(app: FastAPI, inner: FastAPI) -> None:
    app.router._low_priority_routes.append(Mount("/in", inner))


def changed(app: FastAPI, inner: FastAPI) -> None:
    mount = Mount("/before", inner)
    app.router.routes.append(mount)
    mount.path_regex, mount.path_format, mount.param_convertors = compile_path("/in/{path:path}")


def own_convertor(app: FastAPI, inner: FastAPI) -> None:
    app.mount("/{name:safeguarded}", inner)


@pytest.mark.parametrize("mount", [default, low_priority, changed, own_convertor])
def test_applications_that_the_core_does_not_find(
    mount: Callable[[FastAPI, FastAPI], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CONVERTOR_TYPES, "safeguarded", type("Own", (StringConvertor,), {})())
    app = FastAPI(error_limit=2, error_input=False)
    inner = answering()
    inner.post("/in/")(refused)
    mount(app, inner)
    assert refusal(app) == (3, False)


def test_an_application_in_one_that_is_not_ours() -> None:
    app = Starlette(routes=[Mount("/in", answering(error_limit=1))])
    assert refusal(app) == (2, True)


def test_an_application_that_is_mounted_and_asked_alone() -> None:
    inner = answering()
    outer = FastAPI(error_limit=2)
    outer.mount("/in", inner)
    assert refusal(outer) == (3, True)
    assert refusal(inner, "/") == (5, True)


def test_routes_without_an_application_have_the_defaults() -> None:
    app = Starlette(routes=[APIRoute("/", refused, methods=["POST"])])
    with TestClient(app) as client, pytest.raises(Exception, match="101 validation errors"):
        client.post("/", json=["x"] * 200)
