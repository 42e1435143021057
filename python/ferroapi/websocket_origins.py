"""Which pages may open a WebSocket: the same-origin policy does not hold browsers back.

A browser sends the cookies of a site with the handshake of any page (RFC 6455, section 10.2).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from starlette.datastructures import Headers
from starlette.exceptions import WebSocketException
from starlette.status import WS_1008_POLICY_VIOLATION

from ferroapi.compatibility import COMPATIBLE
from ferroapi.logger import logger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Scope

    from ferroapi.dependencies.models import Dependant

WebSocketOrigins: TypeAlias = Sequence[str] | Literal["*"] | None
"""The origins whose pages may open a WebSocket, as in `https://example.com`, `"*"` for any; `None`
for that of the service itself where the operation reads a cookie."""


def checked_origins(origins: WebSocketOrigins) -> WebSocketOrigins:
    """The origins, as they are.

    Raises:
        ValueError: they are one text that is not `"*"`, or one of them is no origin.
    """
    if origins is None or origins == "*":
        return origins
    if isinstance(origins, str) or not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError(
            f"websocket_origins is {origins!r}: it takes a list of origins such as "
            "'https://example.com', without a path, or '*'"
        )
    return origins


_ORIGIN = re.compile(r"[*]|null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\s]+")
"""RFC 6454, section 6.2."""


def reads_cookies(dependants: Iterable[Dependant]) -> bool:
    """Whether an operation declares a cookie, as a parameter or as a security scheme."""
    # Only an application that has schemes has their module imported.
    module = sys.modules.get("ferroapi.security.api_key")
    schemes = () if module is None else module.APIKeyCookie
    return any(
        dependant.cookie_params or isinstance(dependant.security_scheme, schemes)
        for dependant in dependants
    )


def check_origin(scope: Scope, *, reads_cookies: bool) -> None:
    """Looks at the `Origin` of a handshake. Programs that are no browsers send none.

    Args:
        scope: that of the connection.
        reads_cookies: whether the operation does.

    Raises:
        WebSocketException: code 1008, which servers send as 403 before a WebSocket is accepted.
    """
    allowed: WebSocketOrigins = getattr(scope.get("app"), "websocket_origins", None)
    is_open = not reads_cookies or COMPATIBLE if allowed is None else "*" in allowed
    if is_open:
        return
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return
    if allowed is None:
        is_allowed = origin.partition("://")[2].lower() == headers.get("host", "").lower()
    else:
        is_allowed = origin.lower() in (each.lower() for each in allowed)
    if not is_allowed:
        logger.warning(
            "A page of %r may not open the WebSocket %r of %r: see websocket_origins",
            *(origin, scope["path"], headers.get("host")),
        )
        raise WebSocketException(WS_1008_POLICY_VIOLATION, "Origin not allowed")
