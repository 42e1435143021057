"""Start-up and shut-down of an application and of the routers in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from ferroapi import APIRouter, Depends, FastAPI, Request, routing
from ferroapi.testclient import TestClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def spanning(name: str, events: list[str], state: dict[str, Any] | None = None) -> Any:
    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[dict[str, Any] | None]:
        events.append(f"start {name}")
        yield state
        events.append(f"stop {name}")

    return lifespan


def noting(name: str, events: list[str]) -> Any:
    async def handler() -> None:
        events.append(name)

    return handler


async def in_the_loop() -> int:
    return 1


def in_a_thread() -> int:
    return 1


async def needing_a_thread(value: int = Depends(in_a_thread)) -> int:
    return value


@pytest.mark.parametrize(
    ("endpoint", "prepared"),
    [
        (in_the_loop, []),
        (in_a_thread, ["threads"]),
        (needing_a_thread, ["threads"]),
    ],
    ids=["coroutine", "function", "dependency"],
)
def test_threads_are_prepared_for_who_uses_them(
    loop: dict[str, Any], monkeypatch: pytest.MonkeyPatch, endpoint: Any, prepared: list[str]
) -> None:
    """With the start of the application, in whatever router they are."""
    events: list[str] = []
    monkeypatch.setattr(
        "ferroapi.routing.threads.current_default_thread_limiter", lambda: events.append("threads")
    )
    app, inner = FastAPI(lifespan=spanning("app", events), openapi_url=None), APIRouter()
    inner.get("/")(endpoint)
    app.include_router(inner, prefix="/inner")
    with TestClient(app, **loop) as client:
        assert events == [*prepared, "start app"]
        assert client.get("/inner/").json() == 1


def test_lifespan_of_the_application(loop: dict[str, Any]) -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("app", events))
    app.get("/")(noting("request", events))
    with TestClient(app, **loop) as client:
        client.get("/")
    assert events == ["start app", "request", "stop app"]


def test_it_only_runs_inside_of_a_with_statement() -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("app", events))
    TestClient(app).get("/")
    assert events == []


def test_bare_generator_functions() -> None:
    """Accepted without a decorator, asynchronous and synchronous."""
    events: list[str] = []

    async def asynchronous(app: FastAPI) -> AsyncIterator[None]:
        events.append("start async")
        yield
        events.append("stop async")

    def synchronous(app: FastAPI) -> Iterator[dict[str, Any]]:
        events.append("start sync")
        yield {"a": 1}
        events.append("stop sync")

    for lifespan in (asynchronous, synchronous):
        with TestClient(FastAPI(lifespan=lifespan)):
            events.append("between")
    assert events == [
        *("start async", "between", "stop async"),
        *("start sync", "between", "stop sync"),
    ]


def test_routers_start_inside_of_the_application(loop: dict[str, Any]) -> None:
    """Depth first, in order of inclusion; they stop in the opposite order."""
    events: list[str] = []
    app = FastAPI(lifespan=spanning("app", events))
    first = APIRouter(lifespan=spanning("first", events))
    first.include_router(APIRouter(lifespan=spanning("inner", events)))
    app.include_router(first)
    app.include_router(APIRouter(lifespan=spanning("second", events)))
    with TestClient(app, **loop):
        pass
    names = ["app", "first", "inner", "second"]
    assert sorted(events[:4]) == sorted(f"start {name}" for name in names)
    assert events[4:] == [event.replace("start", "stop") for event in reversed(events[:4])]
    assert events[0] == "start app"
    assert events.index("start first") < events.index("start inner")


def test_states_are_merged() -> None:
    """The outer value of a name wins."""
    app = FastAPI(lifespan=spanning("app", [], {"a": "app", "b": "app"}))
    app.include_router(APIRouter(lifespan=spanning("r", [], {"b": "router", "c": "router"})))

    @app.get("/state")
    async def state(request: Request) -> dict[str, str]:
        return {name: getattr(request.state, name) for name in "abc"}

    with TestClient(app) as client:
        assert client.get("/state").json() == {"a": "app", "b": "app", "c": "router"}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_handlers_run_once(depth: int) -> None:
    """However deep their router is included, also when it is included twice."""
    events: list[str] = []
    router = APIRouter(on_startup=[noting("start", events)], on_shutdown=[noting("stop", events)])
    for _ in range(depth):
        outer = APIRouter()
        outer.include_router(router)
        outer.include_router(router, prefix="/again")
        router = outer
    app = FastAPI()
    app.include_router(router)
    with TestClient(app):
        assert events == ["start"]
    assert events == ["start", "stop"]


def test_the_lifespan_of_a_router_that_is_included_twice_is_entered_once() -> None:
    events: list[str] = []
    router, app = APIRouter(lifespan=spanning("router", events, {})), FastAPI()
    app.include_router(router)
    app.include_router(router, prefix="/again")
    with TestClient(app):
        pass
    assert events == ["start router", "stop router"]


def test_handlers_of_the_application() -> None:
    events: list[str] = []
    app = FastAPI(on_startup=[noting("given", events)], on_shutdown=[lambda: events.append("bye")])

    @app.on_event("startup")
    def starting() -> None:
        events.append("decorated")

    app.router.add_event_handler("shutdown", noting("stop", events))
    with TestClient(app):
        assert events == ["given", "decorated"]
    assert events == ["given", "decorated", "bye", "stop"]


def test_handlers_are_ignored_beside_a_lifespan() -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("app", events), on_startup=[noting("handler", events)])
    with TestClient(app):
        pass
    assert events == ["start app", "stop app"]


def test_handlers_of_routers_run_beside_a_lifespan_of_the_application() -> None:
    events: list[str] = []
    app = FastAPI(lifespan=spanning("app", events))
    router = APIRouter()
    router.on_event("startup")(noting("router", events))
    app.include_router(router)
    with TestClient(app):
        pass
    assert events == ["start app", "router", "stop app"]


def test_only_two_events_are_known() -> None:
    with pytest.raises(AssertionError):
        APIRouter().add_event_handler("reload", noting("x", []))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("owner", [FastAPI, APIRouter])
def test_on_event_is_deprecated(owner: Any) -> None:
    with pytest.warns(DeprecationWarning, match="on_event is deprecated, use lifespan event"):
        owner().on_event("startup")


def test_a_failing_start_stops_what_was_started() -> None:
    events: list[str] = []

    @asynccontextmanager
    async def outer(app: Any) -> AsyncIterator[None]:
        events.append("start")
        try:
            yield
        finally:
            events.append("stop")

    def failing() -> None:
        raise RuntimeError("no database")

    app = FastAPI(lifespan=outer)
    app.include_router(APIRouter(on_startup=[failing]))
    with pytest.raises(RuntimeError, match="no database"), TestClient(app):
        pass
    assert events == ["start", "stop"]


def test_handlers_stop_after_a_failure() -> None:
    """Shut-down handlers run when what is inside of them fails to stop."""
    events: list[str] = []

    @asynccontextmanager
    async def inner(app: Any) -> AsyncIterator[None]:
        yield
        raise RuntimeError("stuck")

    app = FastAPI(on_shutdown=[noting("stop", events)])
    app.include_router(APIRouter(lifespan=inner))
    with pytest.raises(RuntimeError, match="stuck"), TestClient(app):
        pass
    assert events == ["stop"]


def test_mounted_applications_do_not_start() -> None:
    events: list[str] = []
    app = FastAPI()
    app.mount("/sub", FastAPI(lifespan=spanning("sub", events)))
    with TestClient(app):
        pass
    assert events == []


def test_the_lifespan_of_a_router_that_was_given_none_is_told_by_its_class() -> None:
    assert isinstance(FastAPI().router.lifespan_context, routing._DefaultLifespan)
    given = FastAPI(lifespan=spanning("app", []))
    assert not isinstance(given.router.lifespan_context, routing._DefaultLifespan)


def test_the_default_lifespan_runs_the_handlers_of_its_router() -> None:
    events: list[str] = []
    router = APIRouter(on_startup=[noting("start", events)], on_shutdown=[noting("stop", events)])

    async def enter() -> None:
        async with routing._DefaultLifespan(router):
            assert events == ["start"]

    anyio.run(enter)
    assert events == ["start", "stop"]


def test_two_lifespans_are_one() -> None:
    events: list[str] = []
    app = FastAPI()
    app.router.lifespan_context = routing._merge_lifespan_context(
        spanning("outer", events, {"a": 1, "b": 1}), spanning("inner", events, {"b": 2, "c": 2})
    )

    @app.get("/")
    def state(request: Request) -> list[int]:
        return [request.state.a, request.state.b, request.state.c]

    with TestClient(app) as client:
        assert client.get("/").json() == [1, 1, 2]
    assert events == ["start outer", "start inner", "stop inner", "stop outer"]
