"""What a callable asks for, as data: keys of the cache, scopes, order."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest

from ferroapi import Depends, Security
from ferroapi.dependencies.declaration import get_dependant
from ferroapi.dependencies.models import Dependant
from ferroapi.security import APIKeyHeader, SecurityScopes


def plain() -> None: ...


def generator() -> Iterator[None]:
    yield


async def async_generator() -> AsyncIterator[None]:
    yield


def with_scopes(scopes: SecurityScopes) -> None: ...


def above(value: None = Depends(with_scopes)) -> None: ...


KEY = APIKeyHeader(name="x-key")


def below(depends: Any) -> Dependant:
    """The dependant of one dependency of an endpoint."""

    def endpoint(value: None = depends) -> None: ...

    (found,) = get_dependant(path="/", call=endpoint).dependencies
    return found


# name: (two dependencies, whether one value does for both)
SHARED: dict[str, tuple[Any, Any, bool]] = {
    "same": (Depends(plain), Depends(plain), True),
    "other_callable": (Depends(plain), Depends(generator), False),
    "scopes_nobody_looks_at": (Depends(plain), Security(plain), True),
    "own_scopes": (Security(plain, scopes=["a"]), Security(plain, scopes=["b"]), False),
    "scopes_in_another_order": (
        *(Security(plain, scopes=["a", "b"]), Security(plain, scopes=["b", "a"])),
        True,
    ),
    "scopes_looked_at_below": (Depends(above), Security(above, scopes=["a"]), False),
    "other_scope": (Depends(generator), Depends(generator, scope="function"), False),
    "default_scope": (Depends(generator), Depends(generator, scope="request"), True),
}


@pytest.mark.parametrize(("first", "second", "shared"), SHARED.values(), ids=SHARED)
def test_cache_key(first: Any, second: Any, shared: bool) -> None:
    assert (below(first).cache_key == below(second).cache_key) is shared


# name: (a dependency, when its teardown runs)
SCOPES: dict[str, tuple[Any, str | None]] = {
    "plain": (Depends(plain), None),
    "generator": (Depends(generator), "request"),
    "async_generator": (Depends(async_generator), "request"),
    "function": (Depends(generator, scope="function"), "function"),
    "request": (Depends(plain, scope="request"), "request"),
}


@pytest.mark.parametrize(("depends", "scope"), SCOPES.values(), ids=SCOPES)
def test_effective_scope(depends: Any, scope: str | None) -> None:
    assert below(depends).effective_scope == scope


def test_oauth_scopes_that_several_parents_want() -> None:
    """Below them they are named as often, as FastAPI's users see them in `SecurityScopes`."""

    def check(scopes: SecurityScopes) -> None: ...

    def user(_: Annotated[None, Security(check, scopes=["a", "b", "b"])]) -> None: ...

    def admin(_: Annotated[None, Security(user, scopes=["a"])]) -> None: ...

    def endpoint(_: Annotated[None, Security(admin, scopes=["a"])]) -> None: ...

    (below,) = get_dependant(path="/", call=endpoint).dependencies
    assert below.oauth_scopes == ["a"]
    assert below.dependencies[0].oauth_scopes == ["a"]
    assert below.dependencies[0].dependencies[0].oauth_scopes == ["a", "a", "b"]


def test_oauth_scopes_accumulate_from_above() -> None:
    """Parents first, each once; siblings get none of them."""

    def inner(scopes: SecurityScopes) -> None: ...

    def middle(value: None = Security(inner, scopes=["b", "c"])) -> None: ...

    def endpoint(
        a: None = Security(middle, scopes=["a", "b"]), b: None = Depends(inner)
    ) -> None: ...

    first, second = get_dependant(path="/", call=endpoint).dependencies
    assert first.oauth_scopes == ["a", "b"]
    assert first.dependencies[0].oauth_scopes == ["a", "b", "c"]
    assert second.oauth_scopes == []


def test_security_scheme() -> None:
    assert below(Depends(KEY)).security_scheme is KEY
    assert below(Depends(KEY)).uses_oauth_scopes
    assert below(Depends(plain)).security_scheme is None


def test_flat_is_depth_first_in_order_of_declaration() -> None:
    def a() -> None: ...

    def b(x: None = Depends(a)) -> None: ...

    def c() -> None: ...

    def endpoint(x: None = Depends(b), y: None = Depends(c), z: None = Depends(a)) -> None: ...

    found = [dependant.call for dependant in get_dependant(path="/", call=endpoint).flat()]
    assert found == [endpoint, b, a, c, a]
