"""Dependencies of scope `lifespan`: when they are created and ended, and who shares them."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    Header,
    Request,
    Response,
    WebSocket,
    routing,
)
from ferroapi.dependencies import utils as dependency_functions
from ferroapi.exceptions import DependencyScopeError, FastAPIError
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient

Loop = dict[str, Any]


class Pool:
    """Something that an application has one of."""


EVENTS: list[str] = []


@pytest.fixture(autouse=True)
def events() -> list[str]:
    EVENTS.clear()
    return EVENTS


async def async_pool() -> AsyncIterator[Pool]:
    EVENTS.append("open")
    yield Pool()
    EVENTS.append("close")


def pool_in_thread() -> Iterator[Pool]:
    EVENTS.append("open")
    yield Pool()
    EVENTS.append("close")


async def coroutine() -> Pool:
    EVENTS.append("open")
    return Pool()


def function() -> Pool:
    EVENTS.append("open")
    return Pool()


# a dependency: what happens while the application runs
KINDS: dict[Callable[..., Any], list[str]] = {
    async_pool: ["open", "close"],
    pool_in_thread: ["open", "close"],
    coroutine: ["open"],
    function: ["open"],
    Pool: [],
}


def identity(pool: Any) -> Callable[..., Any]:
    """An endpoint that tells which object it got."""

    async def endpoint(value: Annotated[Any, Depends(pool, scope="lifespan")]) -> int:
        EVENTS.append("request")
        return id(value)

    return endpoint


@pytest.mark.parametrize("pool", KINDS)
def test_it_is_created_at_the_start_and_shared(pool: Any, loop: Loop) -> None:
    app = FastAPI()
    app.get("/one")(identity(pool))
    router = APIRouter(prefix="/router")
    router.get("/two")(identity(pool))
    app.include_router(router)
    for _ in range(2):
        EVENTS.clear()
        with TestClient(app, **loop) as client:
            assert [*EVENTS] == KINDS[pool][:1]
            answers = {client.get(path).json() for path in ("/one", "/router/two", "/one")}
            assert len(answers) == 1
        assert [event for event in EVENTS if event != "request"] == KINDS[pool]


def test_it_is_created_after_and_ended_before_the_lifespan_of_the_application(loop: Loop) -> None:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        EVENTS.append("start")
        yield
        EVENTS.append("stop")

    app = FastAPI(lifespan=lifespan)
    app.get("/")(identity(async_pool))
    with TestClient(app, **loop):
        pass
    assert EVENTS == ["start", "open", "close", "stop"]


async def above(pool: Annotated[Pool, Depends(async_pool)]) -> AsyncIterator[list[Pool]]:
    EVENTS.append("open above")
    yield [pool]
    EVENTS.append("close above")


def test_what_it_depends_on_is_as_old_and_shared(loop: Loop) -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(
        pools: Annotated[list[Pool], Depends(above, scope="lifespan")],
        pool: Annotated[Pool, Depends(async_pool, scope="lifespan")],
        own: Annotated[Pool, Depends(async_pool)],
    ) -> list[bool]:
        return [pools == [pool], own is pool]

    with TestClient(app, **loop) as client:
        assert EVENTS == ["open", "open above"]
        # One of another scope is another object.
        assert client.get("/").json() == [True, False]
    assert [*("open", "open above"), *("open", "close"), *("close above", "close")] == EVENTS


def on_list(app: FastAPI) -> None:
    async def endpoint() -> None: ...

    app.get("/", dependencies=[Depends(async_pool, scope="lifespan")])(endpoint)


def on_inclusion(app: FastAPI) -> None:
    router = APIRouter()
    on_list_of_nothing(router)
    app.include_router(router, dependencies=[Depends(async_pool, scope="lifespan")])


def on_list_of_nothing(router: APIRouter) -> None:
    async def endpoint() -> None: ...

    router.get("/")(endpoint)


def below_of_a_request(app: FastAPI) -> None:
    async def session(pool: Annotated[Pool, Depends(async_pool, scope="lifespan")]) -> None: ...

    async def endpoint(_session: Annotated[None, Depends(session)]) -> None: ...

    app.get("/")(endpoint)


def on_a_websocket(app: FastAPI) -> None:
    async def endpoint(
        websocket: WebSocket, _pool: Annotated[Pool, Depends(async_pool, scope="lifespan")]
    ) -> None:
        await websocket.accept()

    app.websocket("/")(endpoint)


def on_a_front_end(app: FastAPI) -> None:
    router = APIRouter(dependencies=[Depends(async_pool, scope="lifespan")])
    router.frontend("/", directory=Path(__file__).parent, fallback=None)

    # What is not found there has passed the dependencies.
    @router.exception_handler(404)
    async def found(_request: Request, _error: Exception) -> Response:
        return Response()

    app.include_router(router)


def below_of_a_replacement(app: FastAPI) -> None:
    async def session() -> None: ...

    async def endpoint(_session: Annotated[None, Depends(session)]) -> None: ...

    async def fake(_pool: Annotated[Pool, Depends(async_pool, scope="lifespan")]) -> None: ...

    app.get("/")(endpoint)
    app.dependency_overrides[session] = fake


PLACES = (
    *(on_list, on_inclusion, below_of_a_request, on_a_websocket),
    *(on_a_front_end, below_of_a_replacement),
)


@pytest.mark.parametrize("declare", PLACES)
def test_it_may_be_declared_anywhere(declare: Callable[[FastAPI], None], loop: Loop) -> None:
    app = FastAPI()
    declare(app)
    with TestClient(app, **loop) as client:
        if declare is on_a_websocket:
            with client.websocket_connect("/"):
                pass
        else:
            assert client.get("/").status_code == 200
    assert EVENTS == ["open", "close"]


def test_a_route_handler_gets_it(loop: Loop) -> None:
    class Handled(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Response:
                return await handler(request)

            return handle

    app = FastAPI()
    app.router.route_class = Handled
    app.get("/")(identity(async_pool))
    with TestClient(app, **loop) as client:
        assert client.get("/").json() == client.get("/").json()
    assert EVENTS == ["open", "request", "request", "close"]


def test_the_general_way_gets_it(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    solve = dependency_functions.solve_dependencies

    async def replaced(**options: Any) -> Any:
        return await solve(**options)

    monkeypatch.setattr(routing, "solve_dependencies", replaced)
    app = FastAPI()
    app.get("/")(identity(async_pool))
    with TestClient(app, **loop) as client:
        assert client.get("/").json() == client.get("/").json()
    assert EVENTS == ["open", "request", "request", "close"]
    with pytest.raises(FastAPIError, match="async_pool"):
        TestClient(app, **loop).get("/")


def test_what_replaces_it_is_created_in_its_place(loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))

    async def fake() -> AsyncIterator[int]:
        EVENTS.append("open fake")
        yield 3
        EVENTS.append("close fake")

    app.dependency_overrides[async_pool] = fake
    with TestClient(app, **loop) as client:
        assert client.get("/").json() == client.get("/").json() == id(3)
    assert EVENTS == ["open fake", "request", "request", "close fake"]


@pytest.mark.parametrize("scope", ["request", "lifespan"])
def test_what_is_below_one_that_is_replaced_is_not_created(scope: Any, loop: Loop) -> None:
    async def session(_pool: Annotated[Pool, Depends(async_pool, scope="lifespan")]) -> None: ...

    app = FastAPI()
    app.get("/", dependencies=[Depends(session, scope=scope)])(nothing)
    app.dependency_overrides[session] = nothing
    with TestClient(app, **loop) as client:
        assert client.get("/").status_code == 200
    assert EVENTS == []


def test_a_replacement_may_depend_on_what_it_replaces(loop: Loop) -> None:
    """It is replaced without end, which is an error of the request and not of the start."""

    async def fake(_original: Annotated[None, Depends(nothing)]) -> None: ...

    app = FastAPI()
    app.get("/", dependencies=[Depends(nothing)])(identity(async_pool))
    app.dependency_overrides[nothing] = fake
    with TestClient(app, **loop) as client, pytest.raises(RecursionError):
        client.get("/")


def test_a_replacement_that_cannot_be_meant_is_an_error_of_the_request(loop: Loop) -> None:
    async def fake(_wrong: Annotated[Request, Header()]) -> None: ...

    app = FastAPI()
    app.get("/", dependencies=[Depends(nothing)])(identity(async_pool))
    app.dependency_overrides[nothing] = fake
    with TestClient(app, **loop) as client, pytest.raises(AssertionError, match="annotation"):
        client.get("/")


async def nothing() -> None: ...


def test_what_replaces_it_later_is_called_for_each_request(loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))
    with TestClient(app, **loop) as client:
        first = client.get("/").json()
        app.dependency_overrides[async_pool] = lambda: 3
        assert client.get("/").json() == id(3)
        app.dependency_overrides.clear()
        assert client.get("/").json() == first


def test_a_start_within_another_leaves_that_its_values(loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))
    with TestClient(app, **loop) as client:
        first = client.get("/").json()
        with TestClient(app, **loop) as inner:
            assert inner.get("/").status_code == 200
        assert client.get("/").json() == first
    with pytest.raises(FastAPIError):
        TestClient(app, **loop).get("/")


def test_starts_may_end_in_another_order(loop: Loop) -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))
    first, second = TestClient(app, **loop), TestClient(app, **loop)
    first.__enter__()
    second.__enter__()
    first.__exit__()
    assert second.get("/").status_code == 200
    second.__exit__()
    with pytest.raises(FastAPIError):
        TestClient(app, **loop).get("/")


def test_one_that_fails_fails_the_start(loop: Loop) -> None:
    async def failing(_pool: Annotated[Pool, Depends(async_pool)]) -> None:
        raise LookupError("no database")

    app = FastAPI()
    app.get("/")(identity(failing))
    with pytest.raises(LookupError, match="no database"), TestClient(app, **loop):
        pass
    assert EVENTS == ["open"]


def test_without_a_start_it_says_what_is_missing() -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))
    with pytest.raises(FastAPIError, match=r"async_pool.*with TestClient\(app\)"):
        TestClient(app).get("/")


def test_one_that_was_declared_later_says_so(loop: Loop) -> None:
    app = FastAPI()
    with TestClient(app, **loop) as client:
        app.get("/")(identity(async_pool))
        with pytest.raises(FastAPIError, match="before the dependency was declared"):
            client.get("/")


def test_it_needs_an_application(loop: Loop) -> None:
    router = APIRouter()
    router.get("/")(identity(async_pool))
    with (
        pytest.raises(FastAPIError, match="need a FastAPI application"),
        TestClient(router, **loop),
    ):
        pass


def takes_request(request: Request) -> None: ...


def takes_query(limit: int = 3) -> None: ...


def takes_header(token: Annotated[str, Header()]) -> None: ...


def takes_body(pool: dict[str, int]) -> None: ...


def takes_tasks(tasks: BackgroundTasks) -> None: ...


def below_takes_request(value: Annotated[None, Depends(takes_request)]) -> None: ...


def of_request(value: Annotated[None, Depends(Pool, scope="request")]) -> None: ...


def of_function(value: Annotated[None, Depends(Pool, scope="function")]) -> None: ...


REFUSED = {
    takes_request: "cannot take 'request'",
    takes_query: "cannot take 'limit'",
    takes_header: "cannot take 'token'",
    takes_body: "cannot take 'pool'",
    takes_tasks: "cannot take 'tasks'",
    below_takes_request: "takes_request.* cannot take 'request'",
    of_request: 'cannot depend on dependencies with scope "request"',
    of_function: 'cannot depend on dependencies with scope "function"',
}


@pytest.mark.parametrize("dependency", REFUSED)
def test_what_is_of_a_request_is_refused_where_it_is_declared(dependency: Any) -> None:
    with pytest.raises(DependencyScopeError, match=REFUSED[dependency]) as caught:
        FastAPI().get("/")(identity(dependency))
    notes = "".join(caught.value.__notes__)
    name = "takes_request" if dependency is below_takes_request else dependency.__name__
    assert f"in the declaration of {name}, {__file__}" in notes
    assert "in the declaration of endpoint" in notes


EXCLUDED: dict[str, dict[str, Any]] = {
    "no_cache": {"use_cache": False},
    "limit": {"max_concurrency": 2},
}


@pytest.mark.parametrize("options", EXCLUDED.values(), ids=EXCLUDED)
def test_what_makes_several_of_it_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="neither use_cache=False nor max_concurrency"):
        Depends(async_pool, scope="lifespan", **options)


def test_it_costs_a_request_nothing_but_a_name() -> None:
    app = FastAPI()
    app.get("/")(identity(async_pool))
    with TestClient(app):
        source = app.explain("/")
    assert "value_0 = call_0()" in source
    assert "stack" not in source
