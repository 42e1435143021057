"""Telemetry before anybody has imported OpenTelemetry: there is nothing to tell, nor to whom."""

from __future__ import annotations

import os
from collections.abc import Awaitable
from functools import partial
from importlib.util import find_spec
from sys import modules
from typing import TYPE_CHECKING

from ferroapi.logger import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ferroapi.telemetry.configuration import TelemetryConfig
    from ferroapi.telemetry.server import ServerTelemetry

NAMESPACE = "opentelemetry"
_KINDS = ("tracer", "meter", "logger")


def server_telemetry(
    config: TelemetryConfig, on_first_use: Callable[[], None]
) -> ServerTelemetry | DeferredTelemetry | None:
    """What observes the requests of an application; `None` when nothing can be observed.

    That is with all signals switched off, or without `opentelemetry-api`.

    Args:
        config: the complete configuration.
        on_first_use: called before the first request that is observed.
    """
    if not (config["tracing"] or config["metrics"] or config["logs"]):
        return None
    make = partial(_make, config, on_first_use)
    if not _may_be_deferred(config):
        return make()
    return DeferredTelemetry(make) if _is_installed() else None


def _is_installed() -> bool:
    try:
        return find_spec(NAMESPACE) is not None
    except ImportError:
        return False


def _make(config: TelemetryConfig, on_first_use: Callable[[], None]) -> ServerTelemetry | None:
    try:
        from ferroapi.telemetry.server import ServerTelemetry
    except ImportError as error:
        if config["auto_configure"]:
            logger.warning("Automatic telemetry is off: %s", error)
        return None
    return ServerTelemetry(config, on_first_use=on_first_use)


def _may_be_deferred(config: TelemetryConfig) -> bool:
    """Whether a provider can only come from code that has not been imported yet."""
    return not (
        NAMESPACE in modules
        or config["auto_configure"]
        or any(config[f"{kind}_provider"] for kind in _KINDS)  # type: ignore[literal-required]  # they are
        or any(f"OTEL_PYTHON_{kind.upper()}_PROVIDER" in os.environ for kind in _KINDS)
    )


class DeferredTelemetry:
    """Stands for the `ServerTelemetry` of an application until OpenTelemetry is imported.

    Importing it takes longer than all the rest of a first request.
    """

    def __init__(self, make: Callable[[], ServerTelemetry | None]) -> None:
        """
        Args:
            make: makes what is stood for; `None` when that cannot be.
        """
        self._make = make
        self._made: ServerTelemetry | None = None
        self.observes: Callable[[Scope], bool] = self._observes
        """Whether there is anything to do; in the end what is stood for is asked itself.

        Nobody asks before OpenTelemetry is imported.
        """

    def _observes(self, scope: Scope) -> bool:
        made = self._made = self._make()
        self.observes = _nothing if made is None else made.observes
        return self.observes(scope)

    def __call__(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        stack: ASGIApp | None = None,
    ) -> Awaitable[None]:
        """What `ServerTelemetry` does with a connection it observes."""
        assert self._made is not None
        return self._made(app, scope, receive, send, stack=stack)


def _nothing(_scope: Scope) -> bool:
    return False
