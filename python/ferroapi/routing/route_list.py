"""The routes of a router."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Protocol

from starlette.routing import BaseRoute

from ferroapi.live import LiveList


class Owner(Protocol):
    """The router whose routes these are."""

    def _mark_routes_changed(self) -> None: ...


class RouteList(LiveList[BaseRoute]):
    """The routes of a router in order of declaration. Tells the router of every change."""

    def __init__(self, routes: Iterable[BaseRoute] = (), owner: Owner | None = None) -> None:
        super().__init__(routes)
        self.owner = owner

    def _changed(self) -> None:
        if self.owner is not None:
            self.owner._mark_routes_changed()

    def __deepcopy__(self, memo: dict[int, Any]) -> RouteList:
        copied = RouteList()
        memo[id(self)] = copied
        list.extend(copied, (deepcopy(route, memo) for route in self))
        copied.owner = deepcopy(self.owner, memo)
        return copied
