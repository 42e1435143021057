"""What a server span says about a request (OpenTelemetry semantic conventions, HTTP spans)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from opentelemetry.propagators.textmap import Getter
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue
    from starlette.types import Scope

_METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}

_SECRET_PARAMETERS = frozenset(
    {"X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature", "X-Goog-Signature", "sig"}
)
"""The parameters of signed URLs whose values the conventions keep out of telemetry."""


def known_methods() -> frozenset[str]:
    """The methods that are told as they are; the environment may name others."""
    named = os.environ.get("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "").split(",")
    return frozenset(filter(None, map(str.strip, named))) or _METHODS


def request_attributes(scope: Scope, method: str) -> dict[str, AttributeValue]:
    """What spans and metrics tell of an HTTP request: values of which there are few.

    `method` is `_OTHER` for one that is not known.
    """
    attributes: dict[str, AttributeValue] = {
        "url.scheme": scope.get("scheme", "http"),
        "http.request.method": method,
    }
    if scope.get("http_version"):
        attributes["network.protocol.version"] = scope["http_version"]
    return attributes


def connection_attributes(scope: Scope) -> dict[str, AttributeValue]:
    """What the span of a WebSocket connection tells."""
    return {
        "url.scheme": scope.get("scheme", "ws"),
        "network.protocol.name": "websocket",
        **server_attributes(scope),
    }


def url_attributes(scope: Scope) -> dict[str, AttributeValue]:
    """The path and the query, without the secrets of signed URLs."""
    attributes: dict[str, AttributeValue] = {"url.path": scope["path"]}
    query = scope.get("query_string")
    if query:
        parameters = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        attributes["url.query"] = urlencode(
            [
                (name, "REDACTED" if name in _SECRET_PARAMETERS else value)
                for name, value in parameters
            ]
        )
    return attributes


def server_attributes(scope: Scope) -> dict[str, AttributeValue]:
    """The address and port the client asked for; nothing when its `Host` is malformed."""
    authority = Headers(scope=scope).get("host")
    if authority is None:
        address, port = scope.get("server") or (None, None)
    else:
        try:
            url = urlsplit("//" + authority)
            address, port = url.hostname, url.port
        except ValueError:
            return {}
        if url.username is not None or url.path or url.query or url.fragment:
            return {}
        if port is None:
            port = _DEFAULT_PORTS.get(scope.get("scheme", "http"))
    if address is None:
        return {}
    return (
        {"server.address": address}
        if port is None
        else {
            "server.address": address,
            "server.port": port,
        }
    )


class HeadersGetter(Getter[Headers]):
    """Reads headers for propagators."""

    def get(self, carrier: Headers, key: str) -> list[str] | None:
        """All values of a header."""
        values = carrier.getlist(key)
        if not values:
            return None
        # The propagator of baggage reads one value, but several headers are one list
        # (RFC 9110, section 5.3).
        return [",".join(values)] if key.lower() == "baggage" else values

    def keys(self, carrier: Headers) -> list[str]:
        """The names of all headers."""
        return carrier.keys()
