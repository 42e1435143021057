"""Each request has defaults of its own, whatever can be done to them."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from ferroapi import Body, Cookie, Depends, FastAPI, File, Form, Header, Query
from ferroapi.testclient import TestClient


class Cart:
    """Can be changed, and has a hash: pydantic does not copy it."""

    def __init__(self) -> None:
        self.items: list[str] = []


@dataclass(eq=False)
class Record:
    items: list[str] = field(default_factory=list)


class HashedModel(BaseModel):
    items: list[str] = []

    __hash__ = object.__hash__


class HashedList(list[str]):
    __hash__ = object.__hash__  # type: ignore[assignment]  # nobody would expect it

    @property
    def items(self) -> list[str]:
        return self


def put(given: Any, item: str) -> list[str]:
    """Puts an item into what was given, however deep."""
    found = given[0] if isinstance(given, tuple) else given
    items: list[str] = found if isinstance(found, list) else found.items
    items.append(item)
    return items


DEFAULTS: dict[str, Any] = {
    "object": Cart(),
    "dataclass": Record(),
    "model": HashedModel(),
    "subclass_of_list": HashedList(),
    "list": [],
    "within_a_tuple": (Cart(),),
}


@pytest.mark.parametrize("default", DEFAULTS.values(), ids=DEFAULTS)
@pytest.mark.parametrize("marker", [Query, Header, Cookie, Body, Form, File])
def test_a_default_is_the_own_one_of_a_request(default: Any, marker: Any) -> None:
    app = FastAPI()

    def keep(given: Any = default) -> Any:
        return given

    keep.__annotations__["given"] = Annotated[Any, marker()]

    @app.post("/")
    def endpoint(item: str, given: Annotated[Any, marker()] = default) -> list[str]:
        return put(given, item)

    @app.post("/of_dependency")
    async def of_dependency(item: str, given: Annotated[Any, Depends(keep)]) -> list[str]:
        return put(given, item)

    @app.post("/beside")
    async def beside(
        item: Annotated[str, Query()],
        other: Annotated[int, Form() if marker in (Form, File) else Body(embed=True)],
        given: Annotated[Any, marker()] = default,
    ) -> list[str]:
        return put(given, item)

    client = TestClient(app)
    sent = {"data": {"other": 1}} if marker in (Form, File) else {"json": {"other": 1}}
    for path in ("/", "/of_dependency", "/beside"):
        for item in "ab":
            options: Any = sent if path == "/beside" else {}
            assert client.post(f"{path}?item={item}", **options).json() == [item]


def test_what_a_factory_gives_again_is_copied() -> None:
    app = FastAPI()
    shared: list[str] = []

    @app.get("/")
    async def endpoint(
        item: str, given: Annotated[Any, Query(default_factory=lambda: shared)]
    ) -> list[str]:
        return put(given, item)

    client = TestClient(app)
    assert [client.get(f"/?item={item}").json() for item in "ab"] == [["a"], ["b"]]


@dataclass(frozen=True)
class Label:
    """Equal to another one of another state."""

    name: str
    items: list[str] = field(default_factory=list, compare=False, repr=False)


def test_equal_defaults_stay_apart() -> None:
    app = FastAPI()

    @app.get("/")
    async def endpoint(
        first: Annotated[Any, Query()] = Label("x", ["1"]),
        second: Annotated[Any, Query()] = Label("x", ["2"]),
    ) -> list[list[str]]:
        return [first.items, second.items]

    assert TestClient(app).get("/").json() == [["1"], ["2"]]
