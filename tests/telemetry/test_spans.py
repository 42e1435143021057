"""Attributes of server spans."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from ferroapi.telemetry.spans import HeadersGetter, server_attributes, url_attributes

HOSTS: dict[str, tuple[str, str | None, dict[str, Any]]] = {
    # scheme, Host, attributes
    "port of http": ("http", "a.example", {"server.address": "a.example", "server.port": 80}),
    "port of wss": ("wss", "a.example", {"server.address": "a.example", "server.port": 443}),
    "own port": ("http", "a.example:81", {"server.address": "a.example", "server.port": 81}),
    "IPv6": ("http", "[::1]:81", {"server.address": "::1", "server.port": 81}),
    "unknown scheme": ("x", "a.example", {"server.address": "a.example"}),
    "no header": ("http", None, {"server.address": "listener", "server.port": 8000}),
    "empty": ("http", "", {}),
    "no number": ("http", "a.example:b", {}),
    "too large": ("http", "a.example:99999", {}),
    "no bracket": ("http", "[::1", {}),
    "user": ("http", "u:p@a.example", {}),
    "path": ("http", "a.example/b", {}),
    "query": ("http", "a.example?b", {}),
}


@pytest.mark.parametrize(("scheme", "host", "attributes"), HOSTS.values(), ids=HOSTS)
def test_server(scheme: str, host: str | None, attributes: dict[str, Any]) -> None:
    headers = [] if host is None else [(b"host", host.encode())]
    scope = {
        "type": "http",
        "scheme": scheme,
        "headers": headers,
        "server": ("listener", 8000),
    }
    assert server_attributes(scope) == attributes


def test_unknown_server() -> None:
    assert server_attributes({"type": "http", "headers": []}) == {}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (b"", None),
        (b"a=1&a=2&b=&c", "a=1&a=2&b=&c="),
        (b"sig=s&X-Amz-Signature=s&q=x+y", "sig=REDACTED&X-Amz-Signature=REDACTED&q=x+y"),
        (b"%73ig=s", "sig=REDACTED"),
        (b"SIG=kept", "SIG=kept"),
    ],
)
def test_query(query: bytes, told: str | None) -> None:
    attributes = url_attributes({"path": "/p", "query_string": query})
    assert attributes["url.path"] == "/p"
    assert attributes.get("url.query") == told


def test_headers_for_propagators() -> None:
    headers = Headers(raw=[(b"baggage", b"a=1"), (b"baggage", b"b=2"), (b"x", b"1"), (b"x", b"2")])
    getter = HeadersGetter()
    assert getter.get(headers, "Baggage") == ["a=1,b=2"]
    assert getter.get(headers, "x") == ["1", "2"]
    assert getter.get(headers, "y") is None
    assert set(getter.keys(headers)) == {"baggage", "x"}
