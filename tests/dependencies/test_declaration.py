"""The tree that signatures make, and the errors of one that cannot be meant."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from ferroapi import Depends, FastAPI
from ferroapi.exceptions import DependencyScopeError


def dependency() -> None: ...


def test_parameterless_dependency_without_callable() -> None:
    with pytest.raises(AssertionError) as caught:
        FastAPI().get("/", dependencies=[Depends()])(dependency)
    assert str(caught.value) == "A parameter-less dependency must have a callable dependency"


def request_scoped(value: None = Depends(dependency, scope="function")) -> Iterator[None]:
    yield


async def async_request_scoped(
    value: None = Depends(dependency, scope="function"),
) -> AsyncIterator[None]:
    yield


@pytest.mark.parametrize("call", [request_scoped, async_request_scoped])
def test_scope_that_ends_too_early(call: Any) -> None:
    def endpoint(value: None = Depends(call)) -> None: ...

    with pytest.raises(DependencyScopeError) as caught:
        FastAPI().get("/")(endpoint)
    assert str(caught.value) == (
        f'The dependency "{call.__name__}" has a scope of "request", '
        'it cannot depend on dependencies with scope "function".'
    )


def test_scopes_that_fit() -> None:
    """A dependency of scope function may have one; what has no teardown, too."""

    def no_teardown(value: None = Depends(dependency, scope="function")) -> None: ...

    def endpoint(
        a: None = Depends(no_teardown), b: None = Depends(request_scoped, scope="function")
    ) -> None: ...

    FastAPI().get("/")(endpoint)
