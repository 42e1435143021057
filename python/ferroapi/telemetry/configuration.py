"""The setting `telemetry` of an application."""

from __future__ import annotations

import os
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypedDict

from ferroapi.logger import logger
from ferroapi.telemetry.deferred import NAMESPACE, DeferredTelemetry, may_be_deferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider
    from starlette.types import Scope

    from ferroapi.telemetry.server import ServerTelemetry


class TelemetryConfig(TypedDict, total=False):
    """What an application observes of itself, and where it goes. Every key may be left out.

    Providers that are left out are OpenTelemetry's global ones, looked up at every request: those
    set after the start count from then on. Providers are never shut down here.
    """

    tracer_provider: TracerProvider | None
    """Where spans go."""
    meter_provider: MeterProvider | None
    """Where metrics go."""
    logger_provider: LoggerProvider | None
    """Where log events go."""
    tracing: bool
    """Whether requests and WebSocket connections have spans; True by default."""
    metrics: bool
    """Whether requests are counted and timed; True by default."""
    logs: bool
    """Whether failed validations and unhandled exceptions, with their messages and stack traces,
    are logged; True by default."""
    operation_spans: bool
    """Whether dependencies, endpoint, serialization and background tasks have spans of their own,
    when `tracing` is on; True by default."""
    auto_configure: bool
    """Whether start-up adds OTLP exporters for the environment variables `OTEL_*`. By default as
    the environment variable `FASTAPI_OTEL_AUTO_CONFIGURE` says: `true` in any case is True."""
    exclude: Callable[[Scope], bool] | None
    """A function of the ASGI scope; a request for which it returns True is not observed."""


def complete_configuration(given: TelemetryConfig | None) -> TelemetryConfig:
    """A copy of `given` with a value for every key."""
    return {
        "tracer_provider": None,
        "meter_provider": None,
        "logger_provider": None,
        "tracing": True,
        "metrics": True,
        "logs": True,
        "operation_spans": True,
        "auto_configure": os.environ.get("FASTAPI_OTEL_AUTO_CONFIGURE", "").lower() == "true",
        "exclude": None,
        **(given or {}),
    }


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
    if not may_be_deferred(config):
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
