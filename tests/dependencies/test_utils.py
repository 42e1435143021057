"""Names under which FastAPI's users import what describes a dependency."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Annotated, Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel

from ferroapi import Body, Cookie, Depends, FastAPI, Form, Header, Query, Request, Security, params
from ferroapi.dependencies import utils
from ferroapi.dependencies.utils import (
    _get_body_field,
    _get_flat_body_params,
    _should_embed_body_fields,
    analyze_param,
    get_dependant,
    get_flat_params,
    get_parameterless_sub_dependant,
    get_stream_item_type,
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


@pytest.mark.parametrize(
    ("annotation", "value", "found"),
    [
        pytest.param(int, inspect.Parameter.empty, (int, None, "query_params"), id="a query"),
        pytest.param(
            Annotated[int, Header()], 1, (int, None, "header_params"), id="an annotated header"
        ),
        pytest.param(Page, inspect.Parameter.empty, (Page, None, "body_params"), id="a body"),
        pytest.param(str, Depends(session), (str, session, None), id="a dependency"),
        pytest.param(Request, inspect.Parameter.empty, (Request, None, None), id="a request"),
        pytest.param(
            inspect.Parameter.empty, "x", (Any, None, "query_params"), id="without a type"
        ),
    ],
)
def test_a_parameter_is_described_by_itself(annotation: Any, value: Any, found: Any) -> None:
    kinds = {"query_params": params.Query, "header_params": params.Header}
    details = analyze_param(
        param_name="name", annotation=annotation, value=value, path_param_names=set()
    )
    assert details.type_annotation == found[0]
    assert (details.depends and details.depends.dependency) is found[1]
    assert (details.field is None) is (found[2] is None)
    if details.field is not None:
        kind = kinds.get(found[2], params.Body)
        assert isinstance(details.field.field_info, kind)


def test_item_types_of_streams() -> None:
    assert get_stream_item_type(AsyncIterator[int]) is int
    assert get_stream_item_type(Iterator) is None
    assert get_stream_item_type(list[int]) is None


@pytest.mark.parametrize(
    "name",
    [
        "applications.AppType",
        "datastructures._Unset",
        "dependencies.utils.BackgroundTasks",
        "dependencies.utils.get_cached_model_fields",
        "dependencies.utils.lenient_issubclass",
        "middleware.asyncexitstack.AsyncExitStackMiddleware",
        "routing.BaseRoute",
        "routing.JSONResponse",
        "routing._EffectiveRouteContext",
        "routing._IncludedRouter",
        "routing.compile_path",
        "routing.generate_unique_id",
        "routing.get_dependant",
        "routing.jsonable_encoder",
        "routing.run_in_threadpool",
    ],
)
def test_names_that_packages_import(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(import_module(f"ferroapi.{module}"), attribute)
