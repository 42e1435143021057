"""Middleware that would complete the responses that are left incomplete inside of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ferroapi.incomplete import TellsIncomplete

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def not_completing(app: ASGIApp) -> ASGIApp:
    """Middleware that leaves responses incomplete, if it would complete them."""
    # Those who do not use it have not imported it.
    base = sys.modules.get("starlette.middleware.base")
    if base is None or not isinstance(app, base.BaseHTTPMiddleware):
        return app
    completing: Any = app
    completing.app = TellsIncomplete(completing.app)
    from ferroapi.http_middleware import dispatched

    return dispatched(completing)
