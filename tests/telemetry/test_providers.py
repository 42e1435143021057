"""Which provider takes the signals of a request, and how cheap it is to find none."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import _logs, metrics, trace
from opentelemetry.sdk.trace import TracerProvider

from ferroapi.telemetry.configuration import TelemetryConfig, complete_configuration
from ferroapi.telemetry.providers import Signals, is_deferred
from ferroapi.telemetry.server import ServerTelemetry

HTTP = {"type": "http"}


def signals(**config: Any) -> Signals:
    given: TelemetryConfig = {**config}  # type: ignore[typeddict-item]  # rows of tables
    return Signals(complete_configuration(given))


@pytest.mark.parametrize(
    ("provider", "deferred"),
    [
        (trace.get_tracer_provider(), True),
        (metrics.get_meter_provider(), True),
        (_logs.get_logger_provider(), True),
        (trace.NoOpTracerProvider(), False),
        (TracerProvider(shutdown_on_exit=False), False),
        (type("ProxyTracerProvider", (), {"__module__": "vendor.opentelemetry"})(), False),
    ],
)
def test_deferred(provider: object, deferred: bool) -> None:
    assert is_deferred(provider) is deferred


@given(
    tracing=st.booleans(),
    metering=st.booleans(),
    logging=st.booleans(),
    provided=st.sets(st.sampled_from(["tracer", "meter", "logger"])),
)
def test_configured_as_the_interface_says(
    tracing: bool, metering: bool, logging: bool, provided: set[str]
) -> None:
    """The short answer is the one that asking the API for each provider gives."""
    wanted = {"tracer": tracing, "meter": metering, "logger": logging}
    given = {f"{kind}_provider": trace.NoOpTracerProvider() for kind in provided}
    made = signals(tracing=tracing, metrics=metering, logs=logging, **given)
    assert made.are_configured() == any(wanted[kind] for kind in provided)


def test_a_provider_that_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    made = signals()
    assert not made.are_configured()
    assert made.tracing.current() is None
    provider = TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    assert made.are_configured()
    tracer = made.tracing.current()
    assert tracer is not None
    assert made.tracing.current() is tracer
    other = TracerProvider(shutdown_on_exit=False)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: other)
    assert made.are_configured()
    assert made.tracing.current() is not tracer


@pytest.mark.parametrize(
    "config",
    [
        {"tracer_provider": trace.NoOpTracerProvider()},
        {"meter_provider": metrics.NoOpMeterProvider()},
        {"logger_provider": _logs.NoOpLoggerProvider()},
    ],
)
def test_providers_that_drop_everything(config: dict[str, Any]) -> None:
    made = signals(**config)
    assert made.are_configured()
    assert not made.has_current(websocket=False)


def test_metrics_are_no_reason_to_observe_a_connection(observed: Any) -> None:
    made = signals(meter_provider=observed.meter_provider)
    assert made.has_current(websocket=False)
    assert not made.has_current(websocket=True)


def test_nothing_to_observe_asks_neither_interface_nor_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telemetry = ServerTelemetry(complete_configuration(None))

    def asked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(type(os.environ), "__getitem__", asked)
    assert not telemetry.observes(HTTP)


def test_providers_named_by_the_environment_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_PYTHON_METER_PROVIDER", "sdk_meter_provider")
    assert signals()._unconfigured is None
