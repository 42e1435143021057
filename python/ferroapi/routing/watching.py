"""Objects of the user's own that something was compiled of: they do not tell when they change.

A list that was assigned to `router.routes`, or a mapping that was assigned to
`dependency_overrides`, is kept as it is, since whoever assigned it may change it. Only applications
that have one compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import ASGIApp, Receive, Scope, Send

State: TypeAlias = Callable[[], Any]
"""Gives what an object has now: something that is equal for as long as it has not changed."""


def watching(app: ASGIApp, states: Sequence[State], otherwise: ASGIApp) -> ASGIApp:
    """`app` as long as all states are what they are now, then `otherwise`; `app` without any."""
    if not states:
        return app
    known = [state() for state in states]

    def watch(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        unchanged = [state() for state in states] == known
        return (app if unchanged else otherwise)(scope, receive, send)

    return watch
