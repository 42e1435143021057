"""OTLP exporters for the environment variables `OTEL_*`, added when an application starts."""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from anyio.to_thread import run_sync

from ferroapi.exceptions import FastAPIError
from ferroapi.logger import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ferroapi.telemetry.configuration import TelemetryConfig

_lock = threading.RLock()
_owned: list[Any] = []
"""What was made here and has to be flushed and shut down here: exporters and providers."""
_configured: list[tuple[str, Any]] = []
"""The signals and providers that have an exporter of ours."""

_BY_HAND = "and pass telemetry={'auto_configure': False} to FastAPI()."


async def lifespan(
    *, config: TelemetryConfig, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Runs the lifespan of an application, with automatic export around it.

    Exporters are added before the start-up of the application, and flushed after its shut-down, in
    a thread. What goes wrong with them is logged and does not stop the application.
    """

    async def receive_configuring() -> Message:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                _configure_from_environment(config)
            except Exception as error:
                logger.warning("Automatic telemetry configuration failed: %s", error)
        return message

    async def send_flushing(message: Message) -> None:
        if _owned and message["type"] != "lifespan.startup.complete":
            await run_sync(_flush)
        await send(message)

    await app(scope, receive_configuring, send_flushing)


def _flush() -> None:
    for component in tuple(_owned):
        try:
            component.force_flush()
        except Exception:
            logger.exception("FastAPI telemetry cleanup failed")


def _shutdown() -> None:
    with _lock:
        owned = tuple(_owned)
        _owned.clear()
    for component in owned:
        try:
            component.shutdown()
        except Exception:
            logger.exception("FastAPI telemetry cleanup failed")


class _Pipeline(NamedTuple):
    """How signals of one kind get to an exporter."""

    kind: str
    get_provider: Callable[[], Any]
    set_provider: Callable[[Any], None]
    make_exporter: Callable[[str], Any]
    make_provider: Callable[[Any], Any]
    """Makes a provider with that exporter."""
    adder: str
    """The method that gives an existing provider one."""


def _configure_from_environment(config: TelemetryConfig) -> None:
    """Adds an exporter to the provider of each signal that the environment has an endpoint for.

    Providers nobody has set are made. An exporter is added once to each provider; those that
    others have added stay.

    Raises:
        FastAPIError: the environment asks for what is not supported, the SDK is not installed, or
            a provider does not take exporters.
    """
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if not config["auto_configure"] or disabled:
        return
    with _lock:
        wanted = [
            ("TRACES", config["tracing"], config["tracer_provider"]),
            ("METRICS", config["metrics"], config["meter_provider"]),
            ("LOGS", config["logs"], config["logger_provider"]),
        ]
        endpoints = [
            (signal, provider, endpoint)
            for signal, enabled, provider in wanted
            if enabled and (endpoint := _export_endpoint(signal)) is not None
        ]
        if not endpoints:
            return
        pipelines = _pipelines()
        for signal, provider, endpoint in endpoints:
            _add_exporter(signal, pipelines[signal], provider, endpoint)


def _export_endpoint(signal: str) -> str | None:
    """Where the environment has the signals exported to; `None` for nowhere.

    Args:
        signal: `TRACES`, `METRICS` or `LOGS`.

    Raises:
        FastAPIError: it is no HTTP URL, or another exporter or protocol is asked for.
    """
    # An empty variable is one that is not set (OpenTelemetry specification, SDK configuration).
    exporter = (os.environ.get(f"OTEL_{signal}_EXPORTER") or "otlp").strip().lower()
    endpoint = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    common = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not endpoint and common:
        endpoint = f"{common.removesuffix('/')}/v1/{signal.lower()}"
    if not endpoint or exporter == "none":
        return None
    if exporter != "otlp":
        raise FastAPIError(
            f"OTEL_{signal}_EXPORTER can be otlp or none in automatic telemetry, not {exporter}. "
            f"Configure other exporters yourself {_BY_HAND}"
        )
    protocol = (
        os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL")
        or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        or "http/protobuf"
    )
    if protocol != "http/protobuf":
        raise FastAPIError(
            f"Automatic telemetry speaks http/protobuf, not {protocol}. "
            f"Configure other protocols yourself {_BY_HAND}"
        )
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise FastAPIError(
            f"The OTLP endpoint for {signal.lower()} has to be an absolute HTTP or HTTPS URL."
        )
    return endpoint


def _pipelines() -> dict[str, _Pipeline]:
    try:
        from opentelemetry import _logs, metrics, trace
        from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise FastAPIError(
            "Automatic telemetry needs the extra ferroapi[opentelemetry], which is what "
            "fastapi[opentelemetry] is for FastAPI. Install it, or configure providers yourself "
            + _BY_HAND
        ) from error

    def tracer_provider(processor: Any) -> TracerProvider:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(processor)
        return provider

    def logger_provider(processor: Any) -> LoggerProvider:
        provider = LoggerProvider(shutdown_on_exit=False)
        provider.add_log_record_processor(processor)
        return provider

    return {
        "TRACES": _Pipeline(
            "tracer",
            trace.get_tracer_provider,
            trace.set_tracer_provider,
            lambda endpoint: BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)),
            tracer_provider,
            "add_span_processor",
        ),
        "METRICS": _Pipeline(
            "meter",
            metrics.get_meter_provider,
            metrics.set_meter_provider,
            lambda endpoint: PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint)),
            lambda reader: MeterProvider(metric_readers=[reader], shutdown_on_exit=False),
            "add_metric_reader",
        ),
        "LOGS": _Pipeline(
            "logger",
            _logs.get_logger_provider,
            _logs.set_logger_provider,
            lambda endpoint: BatchLogRecordProcessor(OTLPLogExporter(endpoint=endpoint)),
            logger_provider,
            "add_log_record_processor",
        ),
    }


def _add_exporter(signal: str, pipeline: _Pipeline, explicit: Any, endpoint: str) -> None:
    from ferroapi.telemetry.providers import is_deferred

    provider = _registration_provider(explicit or pipeline.get_provider())
    if any(signal == known and provider is its for known, its in _configured):
        return
    if explicit is None and is_deferred(provider):
        own = pipeline.make_provider(pipeline.make_exporter(endpoint))
        pipeline.set_provider(own)
        current = pipeline.get_provider()
        if current is own:
            _keep(signal, own, own)
            return
        # Somebody else was faster.
        own.shutdown()
        provider = _registration_provider(current)
    add = getattr(provider, pipeline.adder, None)
    if not callable(add):
        raise FastAPIError(
            f"The OpenTelemetry {pipeline.kind} provider does not support adding an OTLP exporter. "
            f"Configure its export yourself {_BY_HAND}"
        )
    exporter = pipeline.make_exporter(endpoint)
    try:
        add(exporter)
    except Exception:
        exporter.shutdown()
        raise
    _keep(signal, provider, exporter)


def _keep(signal: str, provider: Any, component: Any) -> None:
    if not _owned:
        atexit.register(_shutdown)
    _configured.append((signal, provider))
    _owned.append(component)


def _registration_provider(provider: Any) -> Any:
    """What takes exporters for a provider: a wrapper of Logfire does not pass them on."""
    kind = type(provider)
    if (
        kind.__name__ == "ProxyMeterProvider"
        and kind.__module__ == "logfire._internal.metrics"
        and not hasattr(provider, "add_metric_reader")
    ):
        return provider.provider
    return provider
