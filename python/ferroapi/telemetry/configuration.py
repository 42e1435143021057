"""The setting `telemetry` of an application."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider
    from starlette.types import Scope


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


def complete_configuration(given: TelemetryConfig | bool | None) -> TelemetryConfig:
    """A copy of `given` with a value for every key; `False` has everything off.

    Raises:
        TypeError: it is no dictionary either, or has a key that is none of `TelemetryConfig`.
    """
    if isinstance(given, bool):
        given = {} if given else {"tracing": False, "metrics": False, "logs": False}
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(
            "telemetry is True, False or a dictionary with the keys of TelemetryConfig, "
            f"not {given!r}"
        )
    if unknown := [key for key in given or {} if key not in TelemetryConfig.__annotations__]:
        known = ", ".join(TelemetryConfig.__annotations__)
        raise TypeError(f"telemetry has no key {unknown[0]!r}, but {known}")
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
