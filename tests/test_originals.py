"""Whether a class still has the methods it was defined with."""

from __future__ import annotations

import functools
from typing import Any
from unittest.mock import patch

import pytest
from starlette.middleware.errors import ServerErrorMiddleware

from ferroapi.originals import has_own


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
