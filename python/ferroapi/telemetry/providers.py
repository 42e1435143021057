"""The three kinds of signals, and who takes them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from opentelemetry import _logs, metrics, trace

from ferroapi.alias import FASTAPI_VERSION
from ferroapi.telemetry.metrics import ServerMetrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from ferroapi.telemetry.configuration import TelemetryConfig

Made = TypeVar("Made")

NAME = "fastapi"
"""The instrumentation scope. Dashboards know it under this name, and what it means is what the
version of FastAPI says whose behaviour this is."""

SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"
"""The semantic conventions that names and values follow."""

_DEFERRED = frozenset({"ProxyTracerProvider", "_ProxyMeterProvider", "ProxyLoggerProvider"})


def is_deferred(provider: Any) -> bool:
    """Whether a provider is what the API gives as long as nobody has configured one."""
    kind = type(provider)
    return kind.__name__ in _DEFERRED and kind.__module__.partition(".")[0] == "opentelemetry"


class Signal(Generic[Made]):
    """One kind of signals of an application, and what makes them at the moment."""

    __slots__ = ("_api", "_explicit", "_getter", "_known", "_made", "_make", "_silent", "_wanted")

    def __init__(
        self,
        api: str,
        getter: str,
        *,
        wanted: bool,
        explicit: Any,
        silent: type[Any],
        make: Callable[[Any], Made],
    ) -> None:
        """
        Args:
            api: the module of the API.
            getter: the function of that module that gives the global provider.
            wanted: whether the application wants such signals.
            explicit: the provider it has chosen, instead of the global one.
            silent: the class of providers that drop everything.
            make: what is kept for as long as the provider stays the same.
        """
        self._api = sys.modules[api]
        self._getter = getter
        self._wanted = wanted
        self._explicit = explicit
        self._silent = silent
        self._make = make
        self._known: Any = None
        self._made: Made | None = None

    @property
    def is_configured(self) -> bool:
        """Whether the application wants such signals and there is a provider."""
        return self._wanted and (self._explicit is not None or not is_deferred(self._ask()))

    def _ask(self) -> Any:
        return getattr(self._api, self._getter)()

    def current(self) -> Made | None:
        """What makes the signals of a request, `None` when it has none."""
        if not self._wanted:
            return None
        provider = self._explicit or self._ask()
        if provider is not self._known:
            drops = isinstance(provider, self._silent)
            drops = drops or (self._explicit is None and is_deferred(provider))
            self._made = None if drops else self._make(provider)
            self._known = provider
        return self._made


class Signals:
    """The signals of an application."""

    __slots__ = ("_unconfigured", "logs", "metrics", "tracing")

    def __init__(self, config: TelemetryConfig) -> None:
        self.tracing = Signal(
            "opentelemetry.trace",
            "get_tracer_provider",
            wanted=config["tracing"],
            explicit=config["tracer_provider"],
            silent=trace.NoOpTracerProvider,
            make=_tracer,
        )
        self.metrics = Signal(
            "opentelemetry.metrics",
            "get_meter_provider",
            wanted=config["metrics"],
            explicit=config["meter_provider"],
            silent=metrics.NoOpMeterProvider,
            make=_metrics,
        )
        self.logs = Signal(
            "opentelemetry._logs",
            "get_logger_provider",
            wanted=config["logs"],
            explicit=config["logger_provider"],
            silent=_logs.NoOpLoggerProvider,
            make=_logger,
        )
        explicit = any(config[f"{kind}_provider"] for kind in ("tracer", "meter", "logger"))  # type: ignore[literal-required]  # they are
        self._unconfigured = None if explicit else _unset_variables()

    def are_configured(self) -> bool:
        """Whether there is a provider for any signal the application wants."""
        if self._unconfigured is not None:
            for module, name, getter, variables, variable in self._unconfigured:
                if module[name] is not getter or variables[variable] is not None:
                    break
            else:
                return False
        return self.tracing.is_configured or self.metrics.is_configured or self.logs.is_configured

    def has_current(self, *, websocket: bool) -> bool:
        """Whether anything makes signals of a request, or of a WebSocket connection."""
        return (
            self.tracing.current() is not None
            or self.logs.current() is not None
            or (not websocket and self.metrics.current() is not None)
        )


def _tracer(provider: trace.TracerProvider) -> trace.Tracer:
    return provider.get_tracer(NAME, FASTAPI_VERSION, schema_url=SCHEMA_URL)


def _metrics(provider: metrics.MeterProvider) -> ServerMetrics:
    return ServerMetrics(provider.get_meter(NAME, FASTAPI_VERSION, schema_url=SCHEMA_URL))


def _logger(provider: _logs.LoggerProvider) -> _logs.Logger:
    return provider.get_logger(NAME, FASTAPI_VERSION, schema_url=SCHEMA_URL)


_Watched = tuple[dict[str, Any], str, Any, dict[str, Any], str]


def _unset_variables() -> tuple[_Watched, ...] | None:
    """The API's own variables that are `None` until a global provider is set.

    Asking the API instead reads `os.environ` three times, which would double the time of a small
    request of an application that nobody observes. `None` when the API has no such variables, or
    the environment names a provider to load.
    """
    watched: list[_Watched] = []
    for api, kind in ((trace, "tracer"), (metrics, "meter"), (_logs, "logger")):
        name = f"get_{kind}_provider"
        getter = getattr(api, name)
        variables = getattr(getter, "__globals__", {})
        variable = f"_{kind.upper()}_PROVIDER"
        if variable not in variables or f"OTEL_PYTHON_{kind.upper()}_PROVIDER" in os.environ:
            return None
        watched.append((vars(api), name, getter, variables, variable))
    return tuple(watched)
