"""Signatures with their annotations evaluated where they were written."""

import functools
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

from ferroapi import APIRouter, Depends, FastAPI, Query
from ferroapi.dependencies.signature import get_typed_signature, return_annotation
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    from somewhere import Unknown  # type: ignore[import-not-found]  # nobody has it at run time

Number = Annotated[int, Query(ge=1)]


def plain(a: int, b: str = "b") -> float: ...  # type: ignore[empty-body]  # only declared


def text(a: "int", b: "Number" = 1) -> "float | None": ...


def nothing(a, b=1): ...  # type: ignore[no-untyped-def]  # that is the point


def unknown(a: "Unknown", b: "int") -> "Unknown": ...


def none() -> "None": ...


def wrapping(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Instance:
    def __call__(self, a: "int") -> "str": ...  # type: ignore[empty-body]  # only declared


EMPTY: Any = __import__("inspect").Parameter.empty

# name: (callable, its parameters' annotations, its return annotation)
SIGNATURES: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "plain": (plain, {"a": int, "b": str}, float),
    "text": (text, {"a": int, "b": Number}, Optional[float]),  # noqa: UP045  # equal to it
    "nothing": (nothing, {"a": EMPTY, "b": EMPTY}, None),
    "names_for_type_checkers": (unknown, {"a": "Unknown", "b": int}, "Unknown"),
    "none": (none, {}, None),
    "wrapped": (wrapping(text), {"a": int, "b": Number}, float | None),
    "partial": (functools.partial(text, 1), {"b": Number}, float | None),
    "instance": (Instance(), {"a": int}, str),
    "method": (Instance().__call__, {"a": int}, str),
}


@pytest.mark.parametrize(("call", "annotations", "returned"), SIGNATURES.values(), ids=SIGNATURES)
def test_annotations(call: Any, annotations: dict[str, Any], returned: Any) -> None:
    typed = get_typed_signature(call).parameters.values()
    assert {p.name: p.annotation for p in typed} == annotations
    assert return_annotation(call) == returned


def test_stringified_annotations_of_an_operation() -> None:
    """Evaluated in the module of the function, also below wrappers of other modules."""

    def dependency(a: "Number") -> "int":
        return a

    app = FastAPI()

    @app.get("/")
    async def read(b: "float | None" = None, a: "Any" = Depends(dependency)) -> "list[Any]":
        return [a, b]

    client = TestClient(app)
    assert client.get("/?a=2&b=1").json() == [2, 1.0]
    assert client.get("/?a=0").status_code == 422


class Answering:
    """Has every attribute."""

    def __getattr__(self, name: str) -> Any:
        if name in ("__signature__", "__text_signature__", "__wrapped__"):
            # These `inspect` itself believes.
            raise AttributeError(name)
        return self

    def __call__(self, a: int = 1) -> int:
        return a


class OfNumbers:
    """Has attributes of other kinds than callables have."""

    __kwdefaults__ = 5
    __annotations__ = 5  # type: ignore[assignment]  # nobody would expect it
    __dict__ = None  # type: ignore[assignment]  # nobody would expect it

    def __call__(self, a: int = 1) -> int:
        return a


class Raising(OfNumbers):
    @property  # type: ignore[override]  # nobody would expect it
    def __dict__(self) -> Any:
        raise LookupError


@pytest.mark.parametrize("kind", [Answering, OfNumbers, Raising])
def test_callables_that_are_no_functions(kind: Any) -> None:
    app, router = FastAPI(), APIRouter()
    router.get("/endpoint", name="endpoint")(kind())
    router.get("/dependency", dependencies=[Depends(kind())])(lambda: 1)
    app.include_router(router)
    client = TestClient(app)
    assert client.get("/endpoint?a=2").json() == 2
    assert client.get("/dependency").json() == 1
