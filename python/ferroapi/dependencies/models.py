"""What a callable asks of a request, as data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from ferroapi.dependencies.callables import CallableKind, callable_kind, hashable, unwrapped
from ferroapi.dependencies.callables import _is_async_gen_callable as _is_async_gen_callable
from ferroapi.dependencies.callables import _is_coroutine_callable as _is_coroutine_callable
from ferroapi.dependencies.callables import _is_gen_callable as _is_gen_callable
from ferroapi.live import Live, LiveDict, LiveList

if TYPE_CHECKING:
    from ferroapi.concurrency_limit import ConcurrencyLimit
    from ferroapi.fields import ModelField
    from ferroapi.security.base import SecurityBase

Scope: TypeAlias = Literal["function", "request", "lifespan"]
CacheKey: TypeAlias = tuple[Any, tuple[str, ...], str]

Injected: TypeAlias = Literal[
    "request",
    "websocket",
    "connection",
    "response",
    "background_tasks",
    "security_scopes",
    "release",
]


def _name_of(kind: Injected) -> Any:
    """The name of the parameter that gets the object of a kind; the last one of several."""

    def read(dependant: Dependant) -> str | None:
        names = [name for name, injected in dependant.injected.items() if injected == kind]
        return names[-1] if names else None

    def write(dependant: Dependant, name: str | None) -> None:
        names: dict[str, Injected] = {
            other: found for other, found in dependant.injected.items() if found != kind
        }
        if name is not None:
            names[name] = kind
        dependant.injected = LiveDict(names)

    return property(read, write)


@dataclass(eq=False, init=False)
class Dependant(Live):
    """A callable with its parameters, sorted by where their values come from.

    The tree of dependants is the description a plan is compiled from and the OpenAPI document is
    written from. Whoever changes it changes what happens from the next request on.
    """

    path_params: list[ModelField]
    query_params: list[ModelField]
    header_params: list[ModelField]
    cookie_params: list[ModelField]
    body_params: list[ModelField]
    dependencies: list[Dependant]
    name: str | None
    call: Callable[..., Any]
    request_param_name: str | None
    websocket_param_name: str | None
    http_connection_param_name: str | None
    response_param_name: str | None
    background_tasks_param_name: str | None
    security_scopes_param_name: str | None
    own_oauth_scopes: Sequence[str] | None
    parent_oauth_scopes: Sequence[str] | None
    use_cache: bool
    path: str
    scope: Scope | None
    concurrency: ConcurrencyLimit | None
    inline: bool

    if TYPE_CHECKING:  # no field: its names are
        injected: LiveDict[str, Injected]
        """The names of the parameters that get objects of the request, with the kind of each."""

    _known_kind: ClassVar[tuple[Any, bool, CallableKind] | None] = None
    _declared_kind: ClassVar[CallableKind] = CallableKind.THREAD

    def __init__(
        self,
        path_params: Sequence[ModelField] = (),
        query_params: Sequence[ModelField] = (),
        header_params: Sequence[ModelField] = (),
        cookie_params: Sequence[ModelField] = (),
        body_params: Sequence[ModelField] = (),
        dependencies: Sequence[Dependant] = (),
        name: str | None = None,
        call: Callable[..., Any] | None = None,
        request_param_name: str | None = None,
        websocket_param_name: str | None = None,
        http_connection_param_name: str | None = None,
        response_param_name: str | None = None,
        background_tasks_param_name: str | None = None,
        security_scopes_param_name: str | None = None,
        own_oauth_scopes: Sequence[str] | None = None,
        parent_oauth_scopes: Sequence[str] | None = None,
        use_cache: bool = True,
        path: str | None = None,
        scope: Scope | None = None,
        concurrency: ConcurrencyLimit | None = None,
        inline: bool = False,
    ) -> None:
        named: tuple[tuple[str | None, Injected], ...] = (
            (request_param_name, "request"),
            (websocket_param_name, "websocket"),
            (http_connection_param_name, "connection"),
            (response_param_name, "response"),
            (background_tasks_param_name, "background_tasks"),
            (security_scopes_param_name, "security_scopes"),
        )
        vars(self).update(
            path_params=LiveList(path_params),
            query_params=LiveList(query_params),
            header_params=LiveList(header_params),
            cookie_params=LiveList(cookie_params),
            body_params=LiveList(body_params),
            dependencies=LiveList(dependencies),
            name=name,
            call=call,
            own_oauth_scopes=own_oauth_scopes,
            parent_oauth_scopes=parent_oauth_scopes,
            use_cache=use_cache,
            path=path,
            scope=scope,
            concurrency=concurrency,
            inline=inline,
            injected=LiveDict((name, kind) for name, kind in named if name is not None),
            _is_made=True,
        )

    def __setattr__(self, name: str, value: Any) -> None:
        # What is assigned may be changed later.
        is_list = name in _LISTS and type(value) is list
        super().__setattr__(name, LiveList(value) if is_list else value)

    def keep_kind(self) -> None:
        """Takes note of what an endpoint is declared as."""
        vars(self)["_declared_kind"] = self.kind

    def with_path(self, path: str, added: Sequence[Dependant] = ()) -> Dependant:
        """A copy of its own for another path, with more dependencies in front.

        Whoever changes what is below the copy does not change what is below this one.
        """
        dependant = copy(self)
        copied = (below.with_path(below.path) for below in self.dependencies)
        vars(dependant).update(
            {name: LiveList(getattr(self, name)) for name in _PARAMETERS},
            dependencies=LiveList((*added, *copied)),
            path=path,
        )
        return dependant

    def __getstate__(self) -> dict[str, Any]:
        """What a copy has: names of its own, and the very lists of the original."""
        return {**vars(self), "injected": LiveDict(self.injected)}

    @property
    def kind(self) -> CallableKind:
        """How the callable has to be called.

        A plain function that was put around an endpoint is called as what it is around.
        """
        known = self._known_kind
        if known is None or known[0] is not self.call or known[1] is not self.inline:
            kind = callable_kind(self.call)
            kind = self._declared_kind if kind is CallableKind.THREAD else kind
            if self.inline and kind is CallableKind.THREAD:
                kind = CallableKind.INLINE
            known = vars(self)["_known_kind"] = self.call, self.inline, kind
        return known[2]

    @property
    def uses_threads(self) -> bool:
        """Whether it or anything below it runs in a thread."""
        return any(
            dependant.kind in (CallableKind.THREAD, CallableKind.GENERATOR) and not dependant.inline
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

    @property
    def oauth_scopes(self) -> list[str]:
        """The OAuth2 scopes required here: those of the parents, then what this one adds."""
        parents = self.parent_oauth_scopes or ()
        added = dict.fromkeys(self.own_oauth_scopes or ())
        return [*parents, *(scope for scope in added if scope not in parents)]

    @property
    def security_scheme(self) -> SecurityBase | None:
        """The security scheme the callable is, if it is one."""
        # Only an application that has schemes has their module imported.
        module = sys.modules.get("ferroapi.security.base")
        if module is None:
            return None
        call = unwrapped(self.call)
        return call if isinstance(call, module.SecurityBase) else None

    @property
    def uses_oauth_scopes(self) -> bool:
        """Whether the result may depend on the OAuth2 scopes it was asked with."""
        return (
            bool(self.own_oauth_scopes)
            or "security_scopes" in self.injected.values()
            or self.security_scheme is not None
            or any(dependency.uses_oauth_scopes for dependency in self.dependencies)
        )

    @property
    def cache_key(self) -> CacheKey:
        """Two dependants with the same key give the same value within one request."""
        scopes = tuple(sorted(set(self.oauth_scopes))) if self.uses_oauth_scopes else ()
        return hashable(self.call), scopes, self.effective_scope or ""

    def flat(self) -> Iterator[Dependant]:
        """Itself and everything below it, depth first in order of declaration."""
        waiting: list[Dependant] = [self]
        while waiting:
            dependant = waiting.pop()
            yield dependant
            waiting.extend(reversed(dependant.dependencies))


Dependant.request_param_name = _name_of("request")
Dependant.websocket_param_name = _name_of("websocket")
Dependant.http_connection_param_name = _name_of("connection")
Dependant.response_param_name = _name_of("response")
Dependant.background_tasks_param_name = _name_of("background_tasks")
Dependant.security_scopes_param_name = _name_of("security_scopes")
_PARAMETERS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")
_LISTS = (*_PARAMETERS, "dependencies")
Dependant._live = frozenset({*Dependant.__dataclass_fields__, "injected"})
