"""A pytest plugin that puts ferroapi's protocol into the place of uvicorn's httptools one.

The tests look at the transport and the loop that they have given a protocol.
"""

import asyncio
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.server import ServerState

from ferroapi.server import HTTPProtocol

HTTP_PROTOCOLS["httptools"] = "observed:ObservedProtocol"


class ObservedProtocol(HTTPProtocol):
    """Remembers what it was given."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: Any = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.loop = _loop

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        super().connection_made(transport)


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """Leaves out the tests of uvicorn's other protocols."""
    others = [
        item
        for item in items
        if getattr(item, "callspec", None) is not None
        and item.callspec.params.get("http_protocol_cls", "observed").partition(":")[0]
        != "observed"
    ]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]
