"""Whether a class still has the methods it was defined with."""

from __future__ import annotations

import functools
from typing import Any
from unittest.mock import patch

import pytest
from starlette.middleware import errors
from starlette.middleware.errors import ServerErrorMiddleware

from ferroapi.originals import has_own, methods_unreplaced, names_unreplaced


def wrapped(*args: Any) -> Any: ...


@pytest.mark.parametrize(
    "replacement",
    [
        pytest.param(wrapped, id="a function"),
        pytest.param(functools.partial(wrapped), id="an object"),
        pytest.param(functools.wraps(ServerErrorMiddleware.__call__)(wrapped), id="a wrapper"),
    ],
)
def test_a_replaced_method_is_seen(replacement: Any) -> None:
    assert has_own(ServerErrorMiddleware, "__init__", "__call__")
    with patch.object(ServerErrorMiddleware, "__call__", replacement):
        assert not has_own(ServerErrorMiddleware, "__init__", "__call__")
        assert has_own(ServerErrorMiddleware, "__init__")


def test_what_is_watched_is_told_whenever_it_changes() -> None:
    methods = methods_unreplaced(ServerErrorMiddleware, "__init__", "__call__")
    names = names_unreplaced(errors, "ServerErrorMiddleware")
    for _ in range(2):
        assert (methods(), names()) == (True, True)
        with (
            patch.object(ServerErrorMiddleware, "__call__", wrapped),
            patch.object(errors, "ServerErrorMiddleware", wrapped),
        ):
            assert (methods(), names()) == (False, False)
