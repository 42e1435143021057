"""Which parameters take exponential time, and that the endpoint is told once."""

import inspect
import warnings
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union

import pytest
from pydantic import BaseModel, Field, JsonValue
from typing_extensions import TypedDict

from ferroapi import APIRouter, Body, FastAPI
from ferroapi.exceptions import RecursiveUnionWarning


class And(BaseModel):
    items: list["Expression"]


class Or(BaseModel):
    items: list["Expression"]


Expression = Union[And, Or, int]  # noqa: UP007  names that are defined later


class Inclusive(BaseModel):
    kind: Literal["inclusive"]
    of: list[Annotated["Inclusive | Exclusive", Field(discriminator="kind")]]


class Exclusive(BaseModel):
    kind: Literal["exclusive"]
    of: list[Annotated["Inclusive | Exclusive", Field(discriminator="kind")]]


class Node(BaseModel):
    left: "Node | None" = None
    right: "Node | None" = None


class Left(BaseModel):
    left: "Left | Right | None" = None


class Right(BaseModel):
    right: "Left | Right | None" = None


class SameAlias(BaseModel):
    a: "SameAlias | OtherAlias | None" = Field(None, alias="x")


class OtherAlias(BaseModel):
    b: "SameAlias | OtherAlias | None" = Field(None, alias="x")


class Named(BaseModel):
    inner: "Named | dict[str, Named] | None" = None


class LeftOf(BaseModel):
    metadata: "LeftOf | RightOf | None" = None


class RightOf(BaseModel):
    metadata: "LeftOf | RightOf | None" = None


class Itself(BaseModel):
    inner: "Itself | list[Itself] | None" = None


class FirstDict(TypedDict):
    x: "FirstDict | SecondDict | int"


class SecondDict(TypedDict):
    x: "FirstDict | SecondDict | int"


@dataclass
class FirstRecord:
    x: "FirstRecord | SecondRecord | int"


@dataclass
class SecondRecord:
    x: "FirstRecord | SecondRecord | int"


class Incomplete(BaseModel):
    x: "Undefined"  # type: ignore[name-defined]  # noqa: F821  nowhere


# name: (the type of the body, whether it is warned about)
UNIONS: dict[str, tuple[Any, bool]] = {
    "same_member": (Expression, True),
    "below_a_model": (And, True),
    "below_a_list": (list[Or], True),
    "same_alias": (SameAlias, True),
    "model_or_dictionary": (Named, True),
    "member_with_the_name_of_a_key": (LeftOf, True),
    "typed_dicts": (FirstDict, True),
    "dataclasses": (FirstRecord, True),
    "discriminated": (Inclusive, False),
    "optional": (Node, False),
    "different_members": (Left, False),
    "object_or_list": (Itself, False),
    "any_json": (JsonValue, False),
    "no_recursion": (dict[str, int | str | list[int]], False),
    "not_defined": (Incomplete, False),
}


@pytest.mark.parametrize(("kind", "warned"), UNIONS.values(), ids=UNIONS)
def test_unions(kind: Any, warned: bool) -> None:
    def endpoint(given: Any) -> None: ...

    endpoint.__annotations__["given"] = Annotated[kind, Body()]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        FastAPI().post("/")(endpoint)
    assert [one.category for one in caught] == [RecursiveUnionWarning] * warned


def test_the_warning_is_of_the_endpoint_and_comes_once() -> None:
    router = APIRouter()

    def endpoint(expression: Annotated[Expression, Body()]) -> None: ...

    with pytest.warns(RecursiveUnionWarning, match="'expression' of endpoint") as caught:
        router.post("/")(endpoint)
    (warning,) = caught
    line = inspect.getsourcelines(endpoint)[1]
    assert (warning.filename, warning.lineno) == (__file__, line)
    assert f"{__file__}:{line}" in str(warning.message)
    # Included, asked and documented, it is the same.
    app = FastAPI()
    app.include_router(router, prefix="/a")
    assert app.openapi()["paths"]
