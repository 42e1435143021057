"""Mounted applications that start with the one around them, or have its overrides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from ferroapi import APIRouter, Depends, FastAPI, Request
from ferroapi.testclient import TestClient

Loop = dict[str, Any]


def spanning(name: str, events: list[str]) -> Any:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, str]]:
        events.append(f"start {name}")
        yield {"name": name, name: name}
        events.append(f"stop {name}")

    return lifespan


async def state(request: Request) -> JSONResponse:
    return JSONResponse(sorted(request.scope.get("state", {}).items()))


def starlette(events: list[str]) -> Any:
    return Starlette(routes=[Route("/", state)], lifespan=spanning("inner", events))


def fastapi(events: list[str]) -> Any:
    app = FastAPI(lifespan=spanning("inner", events))
    app.get("/", response_model=None)(state)
    return app


def router(events: list[str]) -> Any:
    router = APIRouter(lifespan=spanning("inner", events))
    router.get("/", response_model=None)(state)
    return router


@pytest.mark.parametrize("make", [starlette, fastapi, router])
def test_a_mounted_application_starts_and_stops_with_the_outer_one(make: Any, loop: Loop) -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("outer", events))
    app.get("/", response_model=None)(state)
    app.mount("/inner", make(events), lifespan=True)
    with TestClient(app, **loop) as client:
        assert events == ["start outer", "start inner"]
        assert client.get("/").json() == [["name", "outer"], ["outer", "outer"]]
        assert client.get("/inner/").json() == [
            *(["inner", "inner"], ["name", "inner"], ["outer", "outer"])
        ]
    assert events == ["start outer", "start inner", "stop inner", "stop outer"]


def test_without_it_only_the_outer_one_starts(loop: Loop) -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("outer", events))
    app.mount("/inner", fastapi(events), "name")
    with TestClient(app, **loop) as client:
        assert client.get("/inner/").json() == [["name", "outer"], ["outer", "outer"]]
    assert events == ["start outer", "stop outer"]
    assert app.url_path_for("name", path="/") == "/inner/"


def test_a_router_mounts_for_the_application_that_includes_it(loop: Loop) -> None:
    events: list[str] = []
    outer = APIRouter()
    outer.mount("/inner", fastapi(events), lifespan=True)
    app = FastAPI()
    app.include_router(outer, prefix="/outer")
    with TestClient(app, **loop) as client:
        assert client.get("/outer/inner/").status_code == 200
    assert events == ["start inner", "stop inner"]


def test_dependencies_of_a_mounted_application_are_created(loop: Loop) -> None:
    events: list[str] = []

    async def pool() -> AsyncIterator[int]:
        events.append("open")
        yield 3
        events.append("close")

    inner, app = FastAPI(), FastAPI()

    @inner.get("/")
    async def read(value: Annotated[int, Depends(pool, scope="lifespan")]) -> int:
        return value

    app.mount("/inner", inner, lifespan=True)
    with TestClient(app, **loop) as client:
        assert client.get("/inner/").json() == 3
    assert events == ["open", "close"]


def test_what_has_no_lifespan_is_refused() -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None: ...

    with pytest.raises(TypeError, match=r"lifespan=True.*'function' is none"):
        FastAPI().mount("/plain", plain, lifespan=True)


async def real() -> str:
    return "real"


async def fake() -> str:
    return "fake"


async def faker() -> str:
    return "faker"


def nested(*, asked: bool) -> tuple[FastAPI, FastAPI]:
    app, inner = FastAPI(), FastAPI()

    @inner.get("/")
    async def read(value: Annotated[str, Depends(real)]) -> str:
        return value

    app.mount("/inner", inner, inherit_overrides=asked)
    return app, inner


def test_overrides_reach_a_mounted_application_if_asked() -> None:
    app, inner = nested(asked=True)
    client = TestClient(app)
    assert client.get("/inner/").json() == "real"
    app.dependency_overrides[real] = fake
    assert client.get("/inner/").json() == "fake"
    inner.dependency_overrides[real] = faker
    assert client.get("/inner/").json() == "faker"
    del inner.dependency_overrides[real]
    app.dependency_overrides = {}
    assert client.get("/inner/").json() == "real"
    # This one does not tell when it changes.
    app.dependency_overrides[real] = faker
    assert client.get("/inner/").json() == "faker"


def test_overrides_do_not_reach_a_mounted_application_unasked() -> None:
    app, _ = nested(asked=False)
    app.dependency_overrides[real] = fake
    assert TestClient(app).get("/inner/").json() == "real"


def test_overrides_of_two_applications_are_refused() -> None:
    app, inner = nested(asked=True)
    app.mount("/again", inner, inherit_overrides=True)
    with pytest.raises(ValueError, match="of another one already"):
        FastAPI().mount("/inner", inner, inherit_overrides=True)


NO_APPLICATIONS = {
    "inner": lambda: FastAPI().mount("/", Starlette(), inherit_overrides=True),
    "outer": lambda: APIRouter().mount("/", FastAPI(), inherit_overrides=True),
}


@pytest.mark.parametrize("mount", NO_APPLICATIONS.values(), ids=NO_APPLICATIONS)
def test_who_has_no_overrides_is_refused(mount: Any) -> None:
    with pytest.raises(TypeError, match="for a FastAPI application in another one"):
        mount()


def test_a_mount_is_a_mount_of_starlettes() -> None:
    app, inner = nested(asked=True)
    [mount] = (route for route in app.routes if isinstance(route, Mount))
    assert mount.app is inner
