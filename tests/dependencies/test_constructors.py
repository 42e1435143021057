"""Constructors that keep what they are given, and those that could do more."""

import abc
import dataclasses
import threading
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import anyio
import pytest
from pydantic import BaseModel

from ferroapi import Depends, FastAPI, Query
from ferroapi.dependencies.constructors import only_keeps
from ferroapi.testclient import TestClient


class Keeping:
    def __init__(self, a: int = 1, tags: Annotated[list[str], Query()] = []) -> None:  # noqa: B006
        self.a = a
        self.tags = tags
        self.other: dict[str, int] = {}
        self.none = None


class Derived(Keeping):
    def method(self) -> None: ...


class Abstract(abc.ABC):
    def __init__(self, a: int) -> None:
        self.a = a

    @abc.abstractmethod
    def method(self) -> None: ...


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a: int) -> None:
        self.a = a


@dataclasses.dataclass
class Record:
    a: int
    b: str = "b"


class Calling:
    def __init__(self, a: int) -> None:
        self.a = str(a)


class Reading:
    def __init__(self, a: Any) -> None:
        self.a = a.attribute


class Choosing:
    def __init__(self, a: Any) -> None:
        self.a = a or 1


class SettingAnother:
    def __init__(self, a: Any) -> None:
        a.b = 1


class WithProperty:
    def __init__(self, a: int) -> None:
        self.a = a

    @property
    def a(self) -> int:
        return 1

    @a.setter
    def a(self, value: int) -> None: ...


class WithSetting:
    def __init__(self, a: int) -> None:
        self.a = a

    def __setattr__(self, name: str, value: Any) -> None: ...


class WithNew:
    def __new__(cls, a: int) -> "WithNew":
        return super().__new__(cls)

    def __init__(self, a: int) -> None:
        self.a = a


class Meta(type):
    def __call__(cls, a: int) -> Any:
        return super().__call__(a)


class OfMeta(metaclass=Meta):
    def __init__(self, a: int) -> None:
        self.a = a


class Without:
    pass


class Model(BaseModel):
    a: int = 1


@dataclasses.dataclass
class Finished:
    a: int

    def __post_init__(self) -> None: ...


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: int


def function(self: Any) -> None:
    self.a = 1


@pytest.mark.parametrize("call", [Keeping, Derived, Abstract, Slotted, Record])
def test_only_keeps(call: Any) -> None:
    assert only_keeps(call)


@pytest.mark.parametrize(
    "call",
    [
        *(Calling, Reading, Choosing, SettingAnother, WithProperty, WithSetting, WithNew, OfMeta),
        *(Without, Model, Finished, Frozen, function, Keeping(), dict, list[int], BaseModel),
    ],
)
def test_does_more(call: Any) -> None:
    assert not only_keeps(call)


def thread(_value: Any = None) -> str:
    return threading.current_thread().name


class Named(Keeping):
    thread: str

    def __init__(self, a: int = 1) -> None:
        self.a = a


def name_thread(self: Any, a: int = 1) -> None:
    self.a, self.thread = a, thread()


def before(kept: Annotated[Keeping, Depends()]) -> str:
    return f"{kept.a} {thread()}"


def after(first: Annotated[str, Depends(before)], kept: Annotated[Slotted, Depends()]) -> list[str]:
    return [first, f"{kept.a} {thread()}"]


def client_of(endpoint: Callable[..., Any]) -> TestClient:
    app = FastAPI()
    app.get("/")(endpoint)
    return TestClient(app)


def test_values_are_those_of_the_constructor(loop: dict[str, Any]) -> None:
    app = FastAPI()

    @app.get("/")
    async def read(
        kept: Annotated[Keeping, Depends()], record: Annotated[Record, Depends()]
    ) -> Any:
        return [kept.a, kept.tags, kept.none, record]

    with TestClient(app, **loop) as client:
        assert client.get("/?a=2&tags=x&tags=y").json() == [2, ["x", "y"], None, {"a": 2, "b": "b"}]
        assert client.get("/?a=x").status_code == 422


def test_functions_around_it_share_their_thread() -> None:
    async def read(found: Annotated[list[str], Depends(after)]) -> Any:
        return found

    first, second = client_of(read).get("/?a=2").json()
    assert first == second
    assert first.startswith("2 ferroapi worker thread")


def test_a_constructor_that_was_put_into_its_place_has_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def read(named: Annotated[Named, Depends()]) -> Any:
        return [named.a, getattr(named, "thread", "")]

    client = client_of(read)
    assert client.get("/?a=2").json() == [2, ""]
    monkeypatch.setattr(Named, "__init__", name_thread)
    a, name = client.get("/?a=3").json()
    assert (a, name.startswith("ferroapi worker thread")) == (3, True)


def test_no_thread_is_asked_for(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_arguments: Any) -> Any:
        raise AssertionError("a thread was asked for")

    app = FastAPI()

    @app.get("/")
    async def read(
        kept: Annotated[Keeping, Depends()], record: Annotated[Record, Depends()]
    ) -> Any:
        return [kept.a, record.b]

    monkeypatch.setattr("anyio.to_thread.run_sync", refuse)
    assert anyio.run(partial(ask, app, "GET", query=b"a=2")).body == b'[2,"b"]'
