"""Which names of parameters are secrets by what is declared."""

from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, Json, Secret, SecretBytes, SecretStr
from typing_extensions import TypedDict

from ferroapi import Body, Form, Header, Query
from ferroapi.declared_secrets import declared_secrets
from ferroapi.dependencies.declaration import get_dependant


class Login(BaseModel):
    user: str
    code: SecretStr = Field(alias="pin")


class Account(BaseModel):
    login: Login
    spare: list[Login] = []


class WriteOnly(BaseModel):
    answer: str = Field(json_schema_extra={"writeOnly": True})
    question: str = ""


class Tree(BaseModel):
    leaf: SecretBytes | None = None
    below: "list[Tree]" = []


@dataclass
class Pair:
    left: str
    right: Secret[int]


class Row(TypedDict):
    shown: str
    hidden: SecretStr


# name: (annotation of the parameter `value`, secret names, names that are declared and no secrets)
DECLARED: dict[str, tuple[Any, set[str], set[str]]] = {
    "plain": (Annotated[str, Query()], set(), {"value"}),
    "secret text": (Annotated[SecretStr, Query()], {"value"}, set()),
    "secret bytes in a list": (Annotated[list[SecretBytes], Query()], {"value"}, set()),
    "secret of any type": (Annotated[Secret[int] | None, Body(embed=True)], {"value"}, set()),
    "format of a password": (
        Annotated[str, Query(json_schema_extra={"format": "password"})],
        {"value"},
        set(),
    ),
    "alias": (Annotated[SecretStr, Query(alias="v")], {"v"}, set()),
    "header with hyphens": (Annotated[SecretStr, Header(alias="x-v")], {"x-v"}, set()),
    "model of a form": (Annotated[Login, Form()], {"code", "pin"}, {"user"}),
    "model below a model": (
        Annotated[Account, Body(embed=True)],
        {"code", "pin"},
        {"value", "login", "spare", "user"},
    ),
    "write-only": (Annotated[WriteOnly, Form()], {"answer"}, {"question"}),
    "model below itself": (Annotated[Tree, Body(embed=True)], {"leaf"}, {"value", "below"}),
    "dataclass": (Annotated[Pair, Body(embed=True)], {"right"}, {"left"}),
    "typed dictionary": (Annotated[Row, Body(embed=True)], {"hidden"}, {"shown"}),
    "text that holds a secret": (Annotated[Json[Login], Query()], {"value", "pin"}, {"user"}),
}


@pytest.mark.parametrize(("annotation", "secret", "others"), DECLARED.values(), ids=DECLARED)
def test_names(annotation: Any, secret: set[str], others: set[str]) -> None:
    found, declared = _found(annotation, is_embedded=True)
    assert secret <= found
    assert others <= declared - found


# name: (annotation of the parameter, its name, whether a body that is only it is a secret)
BODIES: dict[str, tuple[Any, str, bool]] = {
    "secret": (Annotated[SecretStr, Body()], "value", True),
    "named as one": (Annotated[str, Body()], "password", True),
    "plain": (Annotated[str, Body()], "value", False),
}


@pytest.mark.parametrize(("annotation", "name", "is_secret"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_one_by_itself(annotation: Any, name: str, is_secret: bool) -> None:
    assert ("body" in _found(annotation, name, is_embedded=False)[0]) is is_secret
    assert "body" not in _found(annotation, name, is_embedded=True)[0]


def _found(
    annotation: Any, name: str = "value", *, is_embedded: bool
) -> tuple[frozenset[str], frozenset[str]]:
    async def endpoint(**values: Any) -> None: ...

    parameter = Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)
    endpoint.__signature__ = Signature([parameter])  # type: ignore[attr-defined]  # for inspect
    dependant = get_dependant(path="/", call=endpoint)
    return declared_secrets(
        [*dependant.parameters, *dependant.body_params], is_embedded=is_embedded
    )
