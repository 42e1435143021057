"""The plan of a route that is used without a router."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from ferroapi.live import compiled_property
from ferroapi.routing.layers import layered_once

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class OwnPlan:
    """What a route does by itself, compiled by its first request."""

    @abstractmethod
    def _plan(self) -> ASGIApp:
        """Compiles what the route does, with the overrides there are now."""

    @compiled_property
    def _own_plan(self) -> ASGIApp:
        return self._plan()

    def _forget_compiled(self) -> None:
        """Has the plan of `app` made again by its next request."""
        vars(self).pop("_own_plan", None)

    def __getstate__(self) -> Any:
        """A copy compiles for itself."""
        state: Any = super().__getstate__()
        # A subclass may have slots beside its dictionary.
        own, *slots = state if isinstance(state, tuple) else (state,)
        kept = {name: value for name, value in (own or {}).items() if name != "_own_plan"}
        return (kept, *slots) if slots else kept

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what matched, for a route used without a router."""
        await layered_once(self._own_plan, self, scope)(scope, receive, send)
