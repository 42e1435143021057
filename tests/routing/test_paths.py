"""Paths of routes against what Starlette's `compile_path` says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.convertors import CONVERTOR_TYPES, StringConvertor
from starlette.routing import compile_path

from ferroapi import APIRouter
from ferroapi.routing import APIRoute

PARTS = ["/", "items", "{item_id}", "{number:int}", "{rest:path}", "{", "}", ":", "é", "{1}", "."]


def route(path: str) -> APIRoute:
    return APIRoute(path, lambda: None)


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_path_is_what_starlette_reads(path: str) -> None:
    try:
        regex, path_format, convertors = compile_path(path)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            route(path)
        return
    described = route(path)
    assert described.path_regex == regex
    assert described.path_format == path_format
    assert described.param_convertors == convertors


def test_unknown_convertor_is_refused_at_the_declaration() -> None:
    with pytest.raises(AssertionError, match="Unknown path convertor 'odd'"):
        route("/{number:odd}")


@pytest.fixture
def broken_convertor() -> Iterator[None]:
    class Broken(StringConvertor):
        regex = "("

    CONVERTOR_TYPES["broken"] = Broken()
    yield
    del CONVERTOR_TYPES["broken"]


@pytest.mark.usefixtures("broken_convertor")
def test_wrong_pattern_of_a_convertor_is_refused_at_the_declaration() -> None:
    with pytest.raises(re.error):
        route("/{part:broken}")


def test_regex_may_be_replaced() -> None:
    described = route("/items")
    described.path_regex = re.compile("^/things$")
    assert described.matches({"type": "http", "method": "GET", "path": "/things"})[0].value == 2


def test_regex_of_an_inclusion_is_its_own() -> None:
    inner, outer = APIRouter(), APIRouter()
    inner.add_api_route("/items/{item_id}", lambda item_id: None)
    assert inner.routes[0].path_regex.match("/items/1")  # type: ignore[attr-defined]  # an APIRoute
    outer.include_router(inner, prefix="/shop")
    included = next(iter(outer.routes[0].contexts()))  # type: ignore[attr-defined]  # an inclusion
    assert included.path_regex.match("/shop/items/1")
    assert not included.path_regex.match("/items/1")
