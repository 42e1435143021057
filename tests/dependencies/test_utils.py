"""Names under which FastAPI's users import what describes a dependency."""

from __future__ import annotations

from typing import Annotated, Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel

from ferroapi import Body, Cookie, Depends, FastAPI, Form, Header, Query, Security
from ferroapi.dependencies import utils
from ferroapi.dependencies.utils import (
    _get_body_field,
    _get_flat_body_params,
    _should_embed_body_fields,
    get_dependant,
    get_flat_params,
    get_parameterless_sub_dependant,
    get_typed_return_annotation,
    get_typed_signature,
)


class Page(BaseModel):
    limit: int = 10
    offset: int = 0


def session(session: Annotated[str, Cookie()]) -> str:
    return session


def paged(page: Annotated[Page, Query()], session: str = Depends(session)) -> None: ...


def endpoint(
    item_id: int,
    x_key: Annotated[str, Header()],
    item: Annotated[Page, Body()],
    page: None = Depends(paged),
    again: None = Depends(paged),
) -> list[int]:
    return []


def described(call: Any) -> Any:
    return get_dependant(path="/{item_id}", call=call)


def test_parameters_of_a_tree_are_flat_and_once() -> None:
    names = [field.name for field in get_flat_params(described(endpoint))]
    assert names == ["item_id", "limit", "offset", "x_key", "session"]


def one(item: Page) -> None: ...


def two(item: Page, other: Page) -> None: ...


def form(name: Annotated[str, Form()]) -> None: ...


@pytest.mark.parametrize(
    ("call", "embeds", "name"),
    [(one, False, "item"), (two, True, "body"), (form, True, "body")],
    ids=["one", "two", "a form"],
)
def test_body_parameters_are_one_field(call: Any, embeds: bool, name: str) -> None:
    fields = _get_flat_body_params(described(call))
    assert _should_embed_body_fields(fields) is embeds
    field = _get_body_field(body_params=fields, name="x", embed_body_fields=embeds)
    assert field is not None
    assert field.name == name


def test_no_body_is_no_field() -> None:
    assert _get_body_field(body_params=[], name="x", embed_body_fields=False) is None


def test_a_parameterless_dependency_has_the_scopes_it_was_declared_with() -> None:
    depends = Security(session, scopes=["read"])
    dependant = get_parameterless_sub_dependant(depends=depends, path="/")
    assert dependant.call is session
    assert list(dependant.oauth_scopes) == ["read"]
    with pytest.raises(AssertionError):
        get_parameterless_sub_dependant(depends=Depends(), path="/")


def test_signatures_are_evaluated() -> None:
    assert get_typed_signature(one).parameters["item"].annotation is Page
    assert get_typed_return_annotation(endpoint) == list[int]
    assert get_typed_return_annotation(lambda: None) is None


@pytest.mark.parametrize("name", ["get_dependant", "get_typed_signature"])
def test_what_describes_is_replaced(name: str) -> None:
    seen: list[Any] = []
    original = getattr(utils, name)

    def observe(*args: Any, **options: Any) -> Any:
        seen.append(args[0] if args else options["call"])
        return original(*args, **options)

    with patch.object(utils, name, observe):
        FastAPI(openapi_url=None).get("/")(paged)
    assert seen == [paged, session]
