"""Generators among dependencies that are ended before their request is."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import pytest

from ferroapi import Depends, FastAPI, Release, WebSocket, routing
from ferroapi.dependencies import utils as dependency_functions
from ferroapi.exceptions import DependencyScopeError, FastAPIError
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Loop = dict[str, Any]
EVENTS: list[str] = []


@pytest.fixture(autouse=True)
def events() -> list[str]:
    EVENTS.clear()
    return EVENTS


async def asynchronous() -> AsyncIterator[str]:
    EVENTS.append("open")
    yield "session"
    await anyio.lowlevel.checkpoint()
    EVENTS.append("close")


def synchronous() -> Iterator[str]:
    EVENTS.append("open")
    yield "session"
    EVENTS.append("close")


DEPENDENCIES: dict[str, Any] = {
    "async": Depends(asynchronous),
    "sync": Depends(synchronous),
    "inline": Depends(synchronous, inline=True),
    "function": Depends(asynchronous, scope="function"),
    "sync_function": Depends(synchronous, scope="function"),
    "limited": Depends(asynchronous, max_concurrency=1),
    "sync_limited": Depends(synchronous, max_concurrency=1),
}
ENDED = ["open", "used", "close", "after"]


def coroutine(depends: Any) -> Any:
    async def endpoint(release: Release, session: str = depends) -> str:
        EVENTS.append("used")
        await release(depends.dependency)
        EVENTS.append("after")
        await release(depends.dependency)
        return session

    return endpoint


def function(depends: Any) -> Any:
    def endpoint(release: Release, session: str = depends) -> str:
        EVENTS.append("used")
        anyio.from_thread.run(release, depends.dependency)
        EVENTS.append("after")
        return session

    return endpoint


def async_stream(depends: Any) -> Any:
    async def endpoint(release: Release, session: str = depends) -> AsyncIterator[str]:
        EVENTS.append("used")
        yield session
        await release(depends.dependency)
        EVENTS.append("after")
        await anyio.lowlevel.checkpoint()
        yield session

    return endpoint


def sync_stream(depends: Any) -> Any:
    def endpoint(release: Release, session: str = depends) -> Iterator[str]:
        EVENTS.append("used")
        yield session
        anyio.from_thread.run(release, depends.dependency)
        EVENTS.append("after")
        yield session

    return endpoint


@pytest.mark.parametrize("endpoint", [coroutine, function, async_stream, sync_stream])
@pytest.mark.parametrize("depends", DEPENDENCIES.values(), ids=DEPENDENCIES)
def test_a_dependency_is_ended_once_where_it_is_released(
    endpoint: Any, depends: Any, loop: Loop
) -> None:
    app = FastAPI()
    app.get("/")(endpoint(depends))
    response = TestClient(app, **loop).get("/")
    assert response.status_code == 200
    if depends.scope == "function" and endpoint in (async_stream, sync_stream):
        # It had ended before the stream began.
        assert EVENTS == ["open", "close", "used", "after"]
    else:
        assert EVENTS == ENDED


@pytest.mark.parametrize("depends", DEPENDENCIES.values(), ids=DEPENDENCIES)
def test_without_a_release_it_ends_as_ever(depends: Any, loop: Loop) -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(_release: Release, session: str = depends) -> str:
        EVENTS.append("used")
        return session

    assert TestClient(app, **loop).get("/").json() == "session"
    assert EVENTS == ["open", "used", "close"]


def test_what_is_raised_afterwards_is_not_its(loop: Loop) -> None:
    app = FastAPI()

    async def outer() -> AsyncIterator[None]:
        try:
            yield
        except LookupError:
            EVENTS.append("outer sees it")
            raise

    async def inner(_outer: Annotated[None, Depends(outer)]) -> AsyncIterator[None]:
        try:
            yield
        except LookupError:
            EVENTS.append("inner sees it")
            raise

    @app.get("/")
    async def endpoint(_inner: Annotated[None, Depends(inner)], release: Release) -> None:
        await release(inner)
        raise LookupError

    assert TestClient(app, raise_server_exceptions=False, **loop).get("/").status_code == 500
    assert EVENTS == ["outer sees it"]


def test_a_dependency_releases_as_well(loop: Loop) -> None:
    app = FastAPI()

    async def load(session: Annotated[str, Depends(asynchronous)], release: Release) -> str:
        await release(asynchronous)
        return session

    @app.get("/")
    async def endpoint(loaded: Annotated[str, Depends(load)]) -> str:
        EVENTS.append("used")
        return loaded

    assert TestClient(app, **loop).get("/").json() == "session"
    assert EVENTS == ["open", "close", "used"]


def test_what_replaces_it_is_released_by_its_name(loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(coroutine(Depends(synchronous)))
    app.dependency_overrides[synchronous] = asynchronous
    TestClient(app, **loop).get("/")
    assert EVENTS == ENDED


def plain() -> str:
    return "plain"


async def plain_coroutine() -> str:
    return "plain"


@pytest.mark.parametrize("fake", [plain, plain_coroutine])
def test_what_replaces_it_need_not_have_an_end(fake: Any, loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(coroutine(Depends(asynchronous)))
    app.dependency_overrides[asynchronous] = fake
    assert TestClient(app, **loop).get("/").status_code == 200
    assert EVENTS == ["used", "after"]


def test_a_websocket_releases(loop: Loop) -> None:
    app = FastAPI()

    @app.websocket("/")
    async def endpoint(
        websocket: WebSocket, release: Release, session: Annotated[str, Depends(asynchronous)]
    ) -> None:
        await websocket.accept()
        EVENTS.append("used")
        await release(asynchronous)
        EVENTS.append("after")

    with TestClient(app, **loop).websocket_connect("/"):
        pass
    assert EVENTS == ENDED


def test_what_is_not_open_is_an_error(loop: Loop) -> None:
    app = FastAPI()

    async def plain() -> None: ...

    @app.get("/")
    async def endpoint(_plain: Annotated[None, Depends(plain)], release: Release) -> None:
        await release(plain)

    with pytest.raises(LookupError, match="No generator 'plain' is open"):
        TestClient(app, **loop).get("/")


def test_what_its_end_raises_is_seen_where_it_is_released(loop: Loop) -> None:
    app = FastAPI()

    async def failing() -> AsyncIterator[None]:
        yield
        raise LookupError("commit")

    @app.get("/")
    async def endpoint(_failing: Annotated[None, Depends(failing)], release: Release) -> str:
        try:
            await release(failing)
        except LookupError as error:
            return str(error)
        return ""

    assert TestClient(app, **loop).get("/").json() == "commit"


def test_it_is_of_a_request() -> None:
    async def load(release: Release) -> None: ...

    async def endpoint(_loaded: Annotated[None, Depends(load, scope="lifespan")]) -> None: ...

    with pytest.raises(DependencyScopeError, match="cannot take 'release'"):
        FastAPI().get("/")(endpoint)


def test_the_general_way_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    solve = dependency_functions.solve_dependencies

    async def replaced(**options: Any) -> Any:
        return await solve(**options)

    monkeypatch.setattr(routing, "solve_dependencies", replaced)
    app = FastAPI()
    app.get("/")(coroutine(Depends(asynchronous)))
    with pytest.raises(FastAPIError, match="operations that are compiled"):
        TestClient(app).get("/")


def test_it_is_not_documented() -> None:
    app = FastAPI()
    app.get("/")(coroutine(Depends(asynchronous)))
    assert "parameters" not in app.openapi()["paths"]["/"]["get"]


def test_nobody_else_pays() -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(session: Annotated[str, Depends(asynchronous)]) -> str:
        return session

    assert "exchange.request_stack.start(" in app.explain("/")
    [route] = (route for route in app.routes if isinstance(route, APIRoute))
    assert route.dependant.injected == {}
