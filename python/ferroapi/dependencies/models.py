"""What a callable asks of a request, as data."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ferroapi.dependencies.callables import CallableKind, callable_kind, unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ferroapi.concurrency_limit import ConcurrencyLimit
    from ferroapi.fields import ModelField
    from ferroapi.security.base import SecurityBase

Scope: TypeAlias = Literal["function", "request"]
CacheKey: TypeAlias = tuple[Any, tuple[str, ...], str]

Injected: TypeAlias = Literal[
    "request", "websocket", "connection", "response", "background_tasks", "security_scopes"
]


@dataclass(eq=False)
class Dependant:
    """A callable with its parameters, sorted by where their values come from.

    The tree of dependants is the description a plan is compiled from and the OpenAPI document is
    written from. It is not changed after it was built.
    """

    call: Callable[..., Any]
    path: str
    name: str | None = None
    use_cache: bool = True
    scope: Scope | None = None
    limit: ConcurrencyLimit | None = None
    own_oauth_scopes: tuple[str, ...] = ()
    parent_oauth_scopes: tuple[str, ...] = ()
    path_params: list[ModelField] = field(default_factory=list)
    query_params: list[ModelField] = field(default_factory=list)
    header_params: list[ModelField] = field(default_factory=list)
    cookie_params: list[ModelField] = field(default_factory=list)
    body_params: list[ModelField] = field(default_factory=list)
    injected: dict[str, Injected] = field(default_factory=dict)
    dependencies: list[Dependant] = field(default_factory=list)

    @cached_property
    def kind(self) -> CallableKind:
        """How the callable has to be called."""
        return callable_kind(self.call)

    @property
    def uses_threads(self) -> bool:
        """Whether it or anything below it runs in a thread."""
        return any(
            dependant.kind in (CallableKind.THREAD, CallableKind.GENERATOR)
            for dependant in self.flat()
        )

    @property
    def parameters(self) -> list[ModelField]:
        """What it takes from path, query, headers and cookies, in the order of errors."""
        return [*self.path_params, *self.query_params, *self.header_params, *self.cookie_params]

    @property
    def effective_scope(self) -> Scope | None:
        """When its teardown runs; `None` for a callable without one."""
        if self.scope is not None:
            return self.scope
        return "request" if self.kind.is_generator else None

    @cached_property
    def oauth_scopes(self) -> list[str]:
        """The OAuth2 scopes required here: those of the parents, then what this one adds."""
        added = dict.fromkeys(self.own_oauth_scopes)
        return [
            *self.parent_oauth_scopes,
            *(scope for scope in added if scope not in self.parent_oauth_scopes),
        ]

    @cached_property
    def security_scheme(self) -> SecurityBase | None:
        """The security scheme the callable is, if it is one."""
        # Only an application that has schemes has their module imported.
        module = sys.modules.get("ferroapi.security.base")
        if module is None:
            return None
        call = unwrapped(self.call)
        return call if isinstance(call, module.SecurityBase) else None

    @cached_property
    def uses_oauth_scopes(self) -> bool:
        """Whether the result may depend on the OAuth2 scopes it was asked with."""
        return (
            bool(self.own_oauth_scopes)
            or "security_scopes" in self.injected.values()
            or self.security_scheme is not None
            or any(dependency.uses_oauth_scopes for dependency in self.dependencies)
        )

    @cached_property
    def cache_key(self) -> CacheKey:
        """Two dependants with the same key give the same value within one request."""
        scopes = tuple(sorted(set(self.oauth_scopes))) if self.uses_oauth_scopes else ()
        return self.call, scopes, self.effective_scope or ""

    def flat(self) -> Iterator[Dependant]:
        """Itself and everything below it, depth first in order of declaration."""
        waiting: list[Dependant] = [self]
        while waiting:
            dependant = waiting.pop()
            yield dependant
            waiting.extend(reversed(dependant.dependencies))
