"""Dependencies: what they may be, how often they run, and in which order."""

import functools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from ferroapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    Header,
    HTTPException,
    Query,
    Request,
    Response,
    Security,
    WebSocket,
    routing,
)
from ferroapi.dependencies.callables import hashable
from ferroapi.security import SecurityScopes
from ferroapi.testclient import TestClient


def sync(q: int = 0) -> str:
    return f"sync {q}"


async def coroutine(q: int = 0) -> str:
    return f"coroutine {q}"


def generator(q: int = 0) -> Iterator[str]:
    yield f"generator {q}"


async def async_generator(q: int = 0) -> AsyncIterator[str]:
    yield f"async generator {q}"


class Made:
    def __init__(self, q: int = 0) -> None:
        self.q = q

    def __str__(self) -> str:
        return f"made {self.q}"

    def method(self, q: int = 0) -> str:
        return f"method {self.q} {q}"


class Instance:
    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, q: int = 0) -> str:
        return f"{self.name} {q}"


class GeneratingInstance:
    def __call__(self, q: int = 0) -> Iterator[str]:
        yield f"generating {q}"


def loud(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def two(a: str, q: int = 0) -> str:
    return f"two {a} {q}"


# name: (the dependency, its value with q=3)
KINDS: dict[str, tuple[Any, str]] = {
    "sync": (sync, "sync 3"),
    "coroutine": (coroutine, "coroutine 3"),
    "generator": (generator, "generator 3"),
    "async_generator": (async_generator, "async generator 3"),
    "class": (Made, "made 3"),
    "method": (Made(1).method, "method 1 3"),
    "instance": (Instance("instance"), "instance 3"),
    "generating_instance": (GeneratingInstance(), "generating 3"),
    "partial": (functools.partial(two, "a"), "two a 3"),
    "partial_by_name": (functools.partial(coroutine, q=5), "coroutine 3"),
    "partial_generator": (functools.partial(async_generator), "async generator 3"),
    "wrapped": (loud(sync), "sync 3"),
    "wrapped_coroutine": (loud(coroutine), "coroutine 3"),
    "wrapped_async_generator": (loud(async_generator), "async generator 3"),
    "lambda": (lambda q: f"lambda {q}", "lambda 3"),
}


@pytest.mark.parametrize(("dependency", "value"), KINDS.values(), ids=KINDS)
def test_kind(dependency: Any, value: str, loop: dict[str, Any]) -> None:
    """Its own parameters are parameters of the operation."""
    app = FastAPI()

    @app.get("/")
    async def read(found: Annotated[Any, Depends(dependency)]) -> str:
        return str(found)

    assert TestClient(app, **loop).get("/?q=3").json() == value


def test_synchronous_callables_run_in_threads(loop: dict[str, Any]) -> None:
    def thread() -> int:
        return threading.get_ident()

    async def here() -> int:
        return threading.get_ident()

    app = FastAPI()

    @app.get("/")
    def read(
        a: Annotated[int, Depends(thread)], b: Annotated[int, Depends(here)]
    ) -> tuple[bool, bool]:
        return a != b, threading.get_ident() != b

    assert TestClient(app, **loop).get("/").json() == [True, True]


class Counter:
    """Dependencies that write down when they run."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def named(self, name: str, *below: Any) -> Any:
        async def call(**values: Any) -> str:
            self.calls.append(name)
            return name

        from inspect import Parameter, Signature

        call.__signature__ = Signature(  # type: ignore[attr-defined]  # functions take attributes
            [
                Parameter(f"p{number}", Parameter.KEYWORD_ONLY, annotation=Any, default=depends)
                for number, depends in enumerate(below)
            ]
        )
        return call


def called(counter: Counter, *endpoint: Any, **options: Any) -> list[str]:
    app = FastAPI()
    app.get("/", **options)(counter.named("endpoint", *endpoint))
    response = TestClient(app).get("/")
    assert response.status_code == 200
    return counter.calls


def test_order_is_depth_first_as_declared() -> None:
    """Those of lists come first, then those of parameters."""
    counter = Counter()
    a, b = counter.named("a"), counter.named("b")
    c = counter.named("c", Depends(a))
    d = counter.named("d", Depends(c), Depends(b))
    first = Depends(counter.named("first"))
    assert called(counter, Depends(d), Depends(b), dependencies=[first]) == [
        *("first", "a", "c", "b", "d", "endpoint")
    ]


def test_a_dependency_runs_once_a_request() -> None:
    counter = Counter()
    base = counter.named("base")
    left, right = counter.named("left", Depends(base)), counter.named("right", Depends(base))
    assert called(counter, Depends(left), Depends(right), Depends(base)) == [
        *("base", "left", "right", "endpoint")
    ]


def test_without_cache_it_runs_again() -> None:
    """Every time it is declared so; the value of the first run is what others share."""
    counter = Counter()
    base = counter.named("base")
    fresh = Depends(base, use_cache=False)
    assert called(counter, Depends(base), fresh, fresh, Depends(base)) == [
        *("base", "base", "base", "endpoint")
    ]


def test_what_is_below_a_shared_dependency_runs_with_it() -> None:
    """Once, then, also without a cache of its own. (FastAPI runs it again and drops the value.)"""
    counter = Counter()
    base = counter.named("base")
    above = Depends(counter.named("above", Depends(base, use_cache=False)))
    assert called(counter, above, above) == ["base", "above", "endpoint"]


def test_shared_values_are_the_same_object() -> None:
    def base() -> list[int]:
        return []

    def above(shared: Annotated[list[int], Depends(base)]) -> None:
        shared.append(1)

    app = FastAPI()

    @app.get("/")
    def read(
        _: Annotated[None, Depends(above)], shared: Annotated[list[int], Depends(base)]
    ) -> list[int]:
        return shared

    client = TestClient(app)
    assert [client.get("/").json() for _ in range(2)] == [[1], [1]]


def test_the_same_callable_in_two_lists() -> None:
    counter = Counter()
    base = Depends(counter.named("base"))
    app = FastAPI(dependencies=[base])
    router = APIRouter(dependencies=[base])
    router.get("/", dependencies=[base])(counter.named("endpoint", base))
    app.include_router(router, dependencies=[base])
    assert TestClient(app).get("/").status_code == 200
    assert counter.calls == ["base", "endpoint"]


def test_security_scopes() -> None:
    """From the operation down to the dependency; the same callable runs once for each set."""
    seen: list[tuple[list[str], str]] = []

    def check(scopes: SecurityScopes) -> None:
        seen.append((scopes.scopes, scopes.scope_str))

    def user(_: Annotated[None, Security(check, scopes=["user"])]) -> None: ...

    app = FastAPI()

    @app.get("/", dependencies=[Security(user, scopes=["list"])])
    def read(
        a: Annotated[None, Security(user, scopes=["items", "user"])],
        b: Annotated[None, Depends(user)],
        c: Annotated[None, Security(user, scopes=["list"])],
        d: Annotated[None, Depends(check)],
    ) -> None: ...

    assert TestClient(app).get("/").status_code == 200
    assert seen == [
        (["list", "user"], "list user"),
        (["items", "user"], "items user"),
        (["user"], "user"),
        ([], ""),
    ]


def take_scopes(scopes: SecurityScopes) -> list[str]:
    return [scopes.scopes.pop() for _ in [*scopes.scopes]]


async def take_scopes_at_once(scopes: SecurityScopes) -> list[str]:
    return take_scopes(scopes)


async def take_scopes_open(scopes: SecurityScopes) -> AsyncIterator[list[str]]:
    yield take_scopes(scopes)


TAKING = {take.__name__: take for take in (take_scopes, take_scopes_at_once, take_scopes_open)}


@pytest.mark.parametrize("is_general", [False, True])
@pytest.mark.parametrize("take", TAKING.values(), ids=TAKING)
def test_scopes_that_a_request_has_changed_are_whole_for_the_next(
    take: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, *, is_general: bool
) -> None:
    """What checks them may take them out of their list one by one."""
    if is_general:
        solve = routing.solve_dependencies
        monkeypatch.setattr(routing, "solve_dependencies", lambda **options: solve(**options))
    app = FastAPI()

    @app.get("/")
    async def read(taken: Annotated[list[str], Security(take, scopes=["a", "b"])]) -> Any:
        return taken

    @app.websocket("/")
    async def talk(
        websocket: WebSocket, taken: Annotated[list[str], Security(take, scopes=["a", "b"])]
    ) -> None:
        await websocket.accept()
        await websocket.send_json(taken)

    client = TestClient(app)
    for _ in range(3):
        assert client.get("/").json() == ["b", "a"]
        with client.websocket_connect("/") as session:
            assert session.receive_json() == ["b", "a"]


def test_a_dependency_that_raises_ends_the_request() -> None:
    """Before what comes after it runs, and before wrong parameters after it are told."""
    counter = Counter()

    async def refuse(x_token: Annotated[str, Header()]) -> None:
        raise HTTPException(401, x_token)

    app = FastAPI()

    @app.get("/", dependencies=[Depends(refuse)])
    async def read(q: int, after: Annotated[str, Depends(counter.named("after"))]) -> None: ...

    client = TestClient(app)
    for query in ("?q=1", "?q=x", ""):
        response = client.get(f"/{query}", headers={"x-token": "t"})
        assert (response.status_code, response.json()) == (401, {"detail": "t"})
    missing = client.get("/?q=x")
    assert [error["loc"] for error in missing.json()["detail"]] == [
        ["header", "x-token"],
        ["query", "q"],
    ]
    assert counter.calls == ["after"]


def test_dependencies_of_wrong_ones_do_not_run() -> None:
    """What a wrong dependency is needed for is not run either; everything else is."""
    counter = Counter()

    async def wrong(a: int) -> None:
        counter.calls.append("wrong")

    above = counter.named("above", Depends(wrong))
    other = counter.named("other")
    app = FastAPI()
    app.get("/")(counter.named("endpoint", Depends(above), Depends(other)))
    response = TestClient(app).get("/?a=x")
    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["detail"]] == [["query", "a"]]
    assert counter.calls == ["other"]


def test_a_missing_parameter_of_a_shared_dependency_is_told_once() -> None:
    """(FastAPI tells it for every use.)"""

    def base(q: Annotated[int, Query()]) -> None: ...

    def above(_: Annotated[None, Depends(base)]) -> None: ...

    app = FastAPI()

    @app.get("/")
    def read(a: Annotated[None, Depends(above)], b: Annotated[None, Depends(base)]) -> None: ...

    assert len(TestClient(app).get("/").json()["detail"]) == 1


NAME: ContextVar[str] = ContextVar("name", default="unset")


@pytest.mark.parametrize("kind", ["coroutine", "async_generator", "sync", "generator"])
@pytest.mark.parametrize("endpoint", ["async", "sync"])
def test_context_variables(kind: str, endpoint: str, loop: dict[str, Any]) -> None:
    """What dependencies set is seen by the endpoint, also what they set in a thread."""

    async def coroutine() -> None:
        NAME.set("set")

    async def async_generator() -> AsyncIterator[None]:
        token = NAME.set("set")
        yield
        NAME.reset(token)

    def sync() -> None:
        NAME.set("set")

    def generator() -> Iterator[None]:
        NAME.set("set")
        yield

    app = FastAPI()
    depends = Depends(locals()[kind])

    @app.get("/async", dependencies=[depends])
    async def read_async() -> str:
        return NAME.get()

    @app.get("/sync", dependencies=[depends])
    def read_sync() -> str:
        return NAME.get()

    client = TestClient(app, **loop)
    assert [client.get(f"/{endpoint}").json() for _ in range(2)] == ["set", "set"]
    assert NAME.get() == "unset"


def test_injected_objects_are_shared() -> None:
    def base(request: Request) -> Request:
        return request

    app = FastAPI()

    @app.get("/")
    def read(request: Request, same: Annotated[Any, Depends(base)]) -> bool:
        return request is same

    assert TestClient(app).get("/").json() is True


def test_several_parameters_of_one_special_type_all_get_it() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(
        a: Request, b: Request, c: BackgroundTasks, d: BackgroundTasks, e: Response, f: Response
    ) -> list[bool]:
        return [a is b, c is d, e is f]

    assert TestClient(app).get("/").json() == [True, True, True]


@dataclass
class Adding:
    """A callable with no hash, since it has `__eq__`."""

    n: int

    def __call__(self, x: int = 0) -> int:
        return self.n + x


@dataclass
class Yielding(Adding):
    def __call__(self, x: int = 0) -> Iterator[int]:  # type: ignore[override]  # another kind
        yield self.n + x


class AddingModel(BaseModel):
    n: int = 1

    def __call__(self, x: int = 0) -> int:
        return self.n + x


@dataclass
class Talking:
    n: int

    async def __call__(self, websocket: WebSocket, x: int = 0) -> None:
        await websocket.accept()
        await websocket.send_json(self.n + x)


UNHASHABLE = {"dataclass": Adding(1), "model": AddingModel()}


@pytest.mark.parametrize("call", UNHASHABLE.values(), ids=UNHASHABLE)
@pytest.mark.parametrize("place", ["endpoint", "included", "dependency", "override"])
def test_a_callable_need_not_have_a_hash(place: str, call: Any) -> None:
    app = FastAPI()

    def declared() -> int:
        raise NotImplementedError

    def endpoint(value: Annotated[int, Depends(call)]) -> int:
        return value

    def overridden(value: Annotated[int, Depends(declared)]) -> int:
        return value

    if place == "included":
        router = APIRouter()
        router.get("/")(call)
        app.include_router(router, prefix="/a")
    else:
        places = {"endpoint": call, "dependency": endpoint, "override": overridden}
        app.get("/a/")(places[place])
    app.dependency_overrides[declared] = call
    client = TestClient(app)
    assert client.get("/a/?x=2").json() == 3
    assert client.get("/a/?x=y").status_code == 422
    assert "/a/" in app.openapi()["paths"]


def test_callables_without_a_hash_are_told_apart_by_what_they_are() -> None:
    app = FastAPI()
    first, equal = Yielding(1), Yielding(1)

    @app.get("/")
    def endpoint(
        a: Annotated[int, Depends(first)],
        b: Annotated[int, Depends(equal)],
        c: Annotated[int, Depends(first)],
    ) -> list[int]:
        return [a, b, c]

    assert TestClient(app).get("/?x=1").json() == [2, 2, 2]
    assert len(app.router.routes[-1].dependant.dependencies) == 3  # type: ignore[attr-defined]  # it is an operation
    assert len(set(map(hashable, (first, equal, first)))) == 2


def test_a_websocket_endpoint_need_not_have_a_hash() -> None:
    app = FastAPI()
    app.websocket("/")(Talking(1))
    with TestClient(app).websocket_connect("/?x=2") as websocket:
        assert websocket.receive_json() == 3


def test_what_lives_with_the_application_need_not_have_a_hash() -> None:
    @dataclass
    class Opened:
        n: int

        def __call__(self) -> Iterator[int]:
            yield self.n

    app = FastAPI()

    @app.get("/")
    def endpoint(value: Annotated[int, Depends(Opened(5), scope="lifespan")]) -> int:
        return value

    with TestClient(app) as client:
        assert client.get("/").json() == 5


@pytest.mark.anyio
async def test_what_is_resolved_need_not_have_a_hash() -> None:
    app = FastAPI()
    app.dependency_overrides[object] = object
    for _ in range(2):
        async with app.resolve(Adding(1), x=1) as value:
            assert value == 2
