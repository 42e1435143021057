"""Dependencies outside of requests: values, scopes, ends, what has to be given, and by whom."""

import inspect
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Annotated, Any

import anyio
import anyio.lowlevel
import pytest

from ferroapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    Header,
    Request,
    Security,
    WebSocket,
)
from ferroapi.dependency_overrides import DependencyOverrides
from ferroapi.exceptions import DependencyScopeError, FastAPIError
from ferroapi.security import SecurityScopes
from ferroapi.testclient import TestClient

pytestmark = pytest.mark.anyio

EVENTS: list[str] = []


@pytest.fixture(autouse=True)
def events() -> list[str]:
    EVENTS.clear()
    return EVENTS


class Session:
    """What dependencies open."""


async def connect() -> AsyncIterator[Session]:
    EVENTS.append("open")
    try:
        yield Session()
    except LookupError:
        EVENTS.append("roll back")
        raise
    finally:
        # It may wait.
        await anyio.lowlevel.checkpoint()
        EVENTS.append("close")


def connect_in_thread() -> Iterator[Session]:
    assert threading.current_thread() is not threading.main_thread()
    EVENTS.append("open")
    yield Session()
    EVENTS.append("close")


Connected = Annotated[Session, Depends(connect)]


class Users:
    def __init__(self, session: Connected) -> None:
        self.session = session


async def both(
    users: Annotated[Users, Depends()], session: Connected, other: Annotated[Users, Depends(Users)]
) -> list[bool]:
    return [users.session is session, users is other]


async def test_each_dependency_is_called_once_and_ended() -> None:
    async with FastAPI().resolve(both) as value:
        assert value == [True, True]
        assert EVENTS == ["open"]
    assert EVENTS == ["open", "close"]


@pytest.mark.parametrize("dependency", [connect, connect_in_thread])
async def test_a_generator_is_left_with_the_block(dependency: Any) -> None:
    async with FastAPI().resolve(dependency) as session:
        assert isinstance(session, Session)
        assert EVENTS == ["open"]
    assert EVENTS == ["open", "close"]


async def test_what_the_block_raises_is_seen() -> None:
    with pytest.raises(LookupError, match="in the block"):
        async with FastAPI().resolve(Users):
            raise LookupError("in the block")
    assert EVENTS == ["open", "roll back", "close"]


async def test_those_of_scope_function_end_before_the_block() -> None:
    async def load(_session: Annotated[Session, Depends(connect, scope="function")]) -> str:
        EVENTS.append("load")
        return "loaded"

    async with FastAPI().resolve(load) as value:
        assert value == "loaded"
        assert EVENTS == ["open", "load", "close"]


async def test_the_ends_are_not_cancelled() -> None:
    with anyio.move_on_after(0) as scope:
        async with FastAPI().resolve(Users):
            await anyio.sleep(10)
    assert scope.cancelled_caught
    assert EVENTS == ["open", "close"]


async def test_the_block_is_cancelled() -> None:
    with anyio.CancelScope() as scope:
        async with FastAPI().resolve(Users):
            scope.cancel()
            await anyio.sleep(0.01)
            EVENTS.append("waited")
    assert scope.cancelled_caught
    assert EVENTS == ["open", "close"]


async def test_a_task_group_may_stay_open() -> None:
    async def tasks() -> AsyncIterator[Any]:
        async with anyio.create_task_group() as group:
            yield group

    async with FastAPI().resolve(tasks) as group:
        group.start_soon(anyio.sleep, 0)


async def test_overrides_count_when_they_are_set() -> None:
    app = FastAPI()
    for overrides in (app.dependency_overrides, {}):
        app.dependency_overrides = overrides
        async with app.resolve(Users) as users:
            assert isinstance(users.session, Session)
        app.dependency_overrides[connect] = lambda: "fake"
        async with app.resolve(Users) as users:
            assert users.session == "fake"
        app.dependency_overrides[Users] = lambda: "nobody"
        async with app.resolve(Users) as users:
            assert users == "nobody"
    app.dependency_overrides = DependencyOverrides()
    async with app.resolve(Users) as users:
        assert isinstance(users.session, Session)


async def test_one_of_scope_lifespan_is_that_of_the_application() -> None:
    app = FastAPI()

    async def load(session: Annotated[Session, Depends(connect, scope="lifespan")]) -> Session:
        return session

    app.get("/", response_model=None)(load)
    async with app.router.lifespan_context(app):
        async with app.resolve(load) as one, app.resolve(load) as two:
            assert one is two
        assert EVENTS == ["open"]
    assert EVENTS == ["open", "close"]


async def test_without_a_lifespan_there_is_one_for_the_block() -> None:
    async def load(session: Annotated[Session, Depends(connect, scope="lifespan")]) -> Session:
        return session

    app = FastAPI()
    async with app.resolve(load) as one, app.resolve(load) as two:
        assert one is not two
        assert EVENTS == ["open", "open"]
    assert EVENTS == ["open", "open", "close", "close"]


async def current_user(
    request: Request, token: Annotated[str, Header()], limit: int = 10
) -> list[Any]:
    return [request, token, limit]


async def greet(user: Annotated[list[Any], Depends(current_user)], name: str = "you") -> list[Any]:
    return [*user, name]


# what is given: the value
GIVEN: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "needed": ({"request": 1, "token": "t"}, [1, "t", 10, "you"]),
    "all": ({"request": 1, "token": "t", "limit": 2, "name": "me"}, [1, "t", 2, "me"]),
    "dependency": ({"user": [3]}, [3, "you"]),
    "not_validated": ({"user": [], "name": object}, [object]),
}


@pytest.mark.parametrize(("given", "value"), GIVEN.values(), ids=GIVEN)
async def test_what_is_of_a_request_is_given(given: dict[str, Any], value: list[Any]) -> None:
    async with FastAPI().resolve(greet, **given) as resolved:
        assert resolved == value


async def of_websocket(websocket: WebSocket) -> None: ...


async def of_tasks(tasks: BackgroundTasks) -> None: ...


async def of_body(pets: list[str]) -> None: ...


MISSING: dict[str, tuple[Any, dict[str, Any], str]] = {
    "below": (greet, {"token": "t"}, rf"'request' of current_user \({__file__}, line \d+\)$"),
    "several": (greet, {}, r"'request' of current_user .*, 'token' of current_user"),
    "websocket": (of_websocket, {}, "'websocket' of of_websocket"),
    "tasks": (of_tasks, {}, "'tasks' of of_tasks"),
    "body": (of_body, {}, "'pets' of of_body"),
    "unknown": (greet, {"user": [], "nme": "me"}, r"'greet' and what it depends on take no 'nme'"),
}


@pytest.mark.parametrize(("dependency", "given", "message"), MISSING.values(), ids=MISSING)
async def test_what_is_not_given_is_named_before_anything_is_called(
    dependency: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        async with FastAPI().resolve(dependency, **given):
            pass


async def test_scopes_of_security_are_those_declared() -> None:
    async def scopes(required: SecurityScopes) -> list[str]:
        return required.scopes

    async def load(found: Annotated[list[str], Security(scopes, scopes=["a"])]) -> list[str]:
        return found

    async with FastAPI().resolve(load) as found:
        assert found == ["a"]


async def test_an_exception_that_a_dependency_swallows_leaves_no_value() -> None:
    async def swallow() -> AsyncIterator[None]:
        with suppress(LookupError):
            yield

    async def load(_none: Annotated[None, Depends(swallow, scope="function")]) -> str:
        raise LookupError

    with pytest.raises(FastAPIError, match=r"has swallowed an exception.*'load'"):
        async with FastAPI().resolve(load):
            pass
    app = FastAPI()

    @app.inject
    async def job(_none: Annotated[None, Depends(swallow)]) -> str:
        raise LookupError

    with pytest.raises(FastAPIError, match=r"has swallowed an exception.*'job'"):
        await job()


# Injecting


class Queue:
    """No type that pydantic knows."""


def declare(app: FastAPI) -> Any:
    @app.inject
    async def job(
        queue: Queue, number: int, session: Connected, users: Annotated[Users, Depends()]
    ) -> list[Any]:
        """Works."""
        EVENTS.append("work")
        assert isinstance(queue, Queue)
        return [number, users.session is session]

    return job


async def test_what_depends_is_injected() -> None:
    job = declare(FastAPI())
    assert await job(Queue(), 1) == [1, True]
    assert await job(number=2, queue=Queue()) == [2, True]
    assert EVENTS == ["open", "work", "close"] * 2


async def test_what_is_given_is_not_called() -> None:
    job, session = declare(FastAPI()), Session()
    assert await job(Queue(), 1, session, Users(session)) == [1, True]
    assert EVENTS == ["work"]


async def test_what_a_function_raises_is_seen() -> None:
    app = FastAPI()

    @app.inject
    async def job(_session: Connected) -> None:
        raise LookupError("in the job")

    with pytest.raises(LookupError, match="in the job"):
        await job()
    assert EVENTS == ["open", "roll back", "close"]


async def test_what_a_caller_forgets_is_named_before_anything_is_called() -> None:
    job = declare(FastAPI())
    with pytest.raises(TypeError, match=r"^job\(\) was not given 'number'$"):
        await job(Queue())
    with pytest.raises(TypeError, match=r"^job\(\) was not given 'queue', 'number'$"):
        await job(session=Session())
    assert EVENTS == []


async def test_others_see_the_parameters_that_are_theirs() -> None:
    job = declare(FastAPI())
    assert list(inspect.signature(job).parameters) == ["queue", "number"]
    assert (job.__name__, job.__doc__) == ("job", "Works.")
    assert inspect.iscoroutinefunction(job)


async def test_what_is_given_reaches_those_below() -> None:
    app = FastAPI()

    @app.inject
    async def job(token: str, user: Annotated[list[Any], Depends(current_user)]) -> list[Any]:
        return user

    with pytest.raises(TypeError, match="'request' of current_user"):
        await job("t")
    app.dependency_overrides[current_user] = lambda token="": [token]
    assert await job("t") == ["t"]


def plain(session: Connected) -> None: ...


async def with_rest(*sessions: Connected) -> None: ...


async def by_position(session: Connected, /) -> None: ...


async def wrong_scope(value: Annotated[None, Depends(current_user, scope="lifespan")]) -> None: ...


REFUSED: dict[Any, tuple[type[Exception], str]] = {
    plain: (TypeError, "for coroutine functions, and 'plain' is none"),
    with_rest: (TypeError, r"'\*sessions.*' of 'with_rest' has none"),
    by_position: (TypeError, "of 'by_position' has none"),
    wrong_scope: (DependencyScopeError, "cannot take 'request'"),
}


@pytest.mark.parametrize("function", REFUSED)
async def test_bad_use_is_refused_where_it_is_declared(function: Any) -> None:
    kind, message = REFUSED[function]
    with pytest.raises(kind, match=message) as caught:
        FastAPI().inject(function)
    assert f"in the declaration of {function.__name__}, {__file__}" in caught.value.__notes__[-1]


async def test_an_application_serves_meanwhile() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(value: Annotated[list[bool], Depends(both)]) -> list[bool]:
        return value

    async with app.resolve(both) as value:
        response = await anyio.to_thread.run_sync(TestClient(app).get, "/")
        assert response.json() == value
