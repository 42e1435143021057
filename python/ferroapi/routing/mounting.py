"""What an application shares with those that are mounted in it, where it is asked for."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypedDict

from ferroapi.keywords import Keywords

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.routing.lifespan import Lifespan


class MountOptions(TypedDict, total=False):
    """Keywords of `mount` that Starlette does not have."""

    lifespan: bool
    """Start and stop the mounted application with this one: its lifespan runs inside of this one's,
    and requests for it have its state, too."""
    inherit_overrides: bool
    """Have the `dependency_overrides` of this application replace dependencies of the mounted one,
    too. Its own win."""


MOUNT_KEYWORDS = Keywords(MountOptions, object, otherwise=False)


class MountedLifespan:
    """The lifespan of a mounted application, and the state that its requests get."""

    def __init__(self, app: Any) -> None:
        """
        Args:
            app: an application or a router of Starlette's kind.

        Raises:
            TypeError: it has no lifespan that could be run.
        """
        run = getattr(getattr(app, "router", app), "lifespan_context", None)
        if run is None:
            raise TypeError(
                f"mount(..., lifespan=True) takes an application or a router of Starlette's kind, "
                f"and {type(app).__name__!r} is none"
            )
        self._app = app
        self._run: Callable[[Any], AbstractAsyncContextManager[Any]] = run
        self._state: dict[str, Any] = {}

    @property
    def lifespan(self) -> Lifespan:
        """To be nested in that of the application around it, whose state it does not add to."""
        return self._lifespan

    @asynccontextmanager
    async def _lifespan(self, _outer: Any) -> AsyncIterator[None]:
        async with self._run(self._app) as state:
            self._state = dict(state or {})
            try:
                yield
            finally:
                self._state = {}

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` with the state in the scopes of its requests."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self._state:
                scope["state"] = {**scope.get("state", {}), **self._state}
            await app(scope, receive, send)

        return answer


def inherit_overrides(app: Any, outer: Any) -> None:
    """Has the replacements that `outer` has count for `app` as well.

    Raises:
        TypeError: `app` is no application of ours, or there is none around it.
        ValueError: it has those of another application already.
    """
    if not hasattr(app, "_outer_overrides_provider") or outer is None:
        raise TypeError(
            "mount(..., inherit_overrides=True) is for a FastAPI application in another one"
        )
    if app._outer_overrides_provider not in (None, outer):
        raise ValueError("The application has the overrides of another one already")
    app._outer_overrides_provider = outer
