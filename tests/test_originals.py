"""Whether a class still has the methods it was defined with."""

from __future__ import annotations

import functools
from typing import Any
from unittest.mock import patch

import pytest
from starlette.middleware import errors
from starlette.middleware.errors import ServerErrorMiddleware
from tests.proxies import Proxy

from ferroapi.originals import (
    are_same,
    class_unchanged,
    has_own,
    is_same,
    methods_unreplaced,
    names_unreplaced,
)


def wrapped(*args: Any) -> Any: ...


@pytest.mark.parametrize(
    "replacement",
    [
        pytest.param(wrapped, id="a function"),
        pytest.param(functools.partial(wrapped), id="an object"),
        pytest.param(functools.wraps(ServerErrorMiddleware.__call__)(wrapped), id="a wrapper"),
        pytest.param(Proxy(ServerErrorMiddleware.__call__, lambda: None), id="a proxy"),
    ],
)
def test_a_replaced_method_is_seen(replacement: Any) -> None:
    assert has_own(ServerErrorMiddleware, "__init__", "__call__")
    with patch.object(ServerErrorMiddleware, "__call__", replacement):
        assert not has_own(ServerErrorMiddleware, "__init__", "__call__")
        assert has_own(ServerErrorMiddleware, "__init__")


@pytest.mark.parametrize("is_proxy", [False, True], ids=["a function", "a proxy"])
def test_what_is_watched_is_told_whenever_it_changes(is_proxy: bool) -> None:
    def replacing(original: Any) -> Any:
        return Proxy(original, lambda: None) if is_proxy else wrapped

    methods = methods_unreplaced(ServerErrorMiddleware, "__init__", "__call__")
    names = names_unreplaced(errors, "ServerErrorMiddleware")
    for _ in range(2):
        assert (methods(), names()) == (True, True)
        with (
            patch.object(
                ServerErrorMiddleware, "__call__", replacing(ServerErrorMiddleware.__call__)
            ),
            patch.object(errors, "ServerErrorMiddleware", replacing(ServerErrorMiddleware)),
        ):
            assert (methods(), names()) == (False, False)


class Asked:
    def method(self) -> None: ...


asked, other = Asked(), Asked()


@pytest.mark.parametrize(
    ("one", "same", "expected"),
    [
        pytest.param(asked.method, asked.method, True, id="a method"),
        pytest.param(asked.method, other.method, False, id="of another object"),
        pytest.param(asked.method, Asked.method, False, id="its function"),
        pytest.param(asked.method, Proxy(asked.method, wrapped), False, id="a proxy"),
        pytest.param(asked, asked, True, id="an object"),
        pytest.param(asked, other, False, id="another object"),
        pytest.param(wrapped, Proxy(wrapped, wrapped), False, id="a proxy of a function"),
    ],
)
def test_what_is_the_same(one: Any, same: Any, expected: bool) -> None:
    assert is_same(one, same) is is_same(same, one) is expected
    assert are_same([one], [same]) is are_same([same], [one]) is (one is same)


def test_a_class_that_gets_something_more_is_changed() -> None:
    class Declared:
        name = "a"

    unchanged = class_unchanged(Declared)
    assert unchanged()
    with patch.object(Declared, "name", "b"):
        assert not unchanged()
    assert unchanged()
    Declared.more = "c"  # type: ignore[attr-defined]  # what a monitoring tool may do
    assert not unchanged()
