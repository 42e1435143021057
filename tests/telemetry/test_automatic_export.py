"""Exporters for the environment variables of OpenTelemetry."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import Message

from ferroapi import FastAPI
from ferroapi.exceptions import FastAPIError
from ferroapi.telemetry import TelemetryConfig, automatic_export
from ferroapi.telemetry.automatic_export import _export_endpoint, lifespan
from ferroapi.telemetry.configuration import complete_configuration
from ferroapi.testclient import TestClient

LOCAL = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in os.environ:
        if name.startswith(("OTEL_", "FASTAPI_OTEL_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(automatic_export, "_owned", [])
    monkeypatch.setattr(automatic_export, "_configured", [])
    yield
    automatic_export._shutdown()


ENDPOINTS: dict[str, tuple[dict[str, str], str | None]] = {
    "nothing": ({}, None),
    "common": ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"{LOCAL}/c/"}, f"{LOCAL}/c/v1/traces"),
    "own": (
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{LOCAL}/own", "OTEL_EXPORTER_OTLP_ENDPOINT": "x"},
        f"{LOCAL}/own",
    ),
    "empty is not set": (
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT": LOCAL,
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "",
            "OTEL_TRACES_EXPORTER": "",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "",
        },
        f"{LOCAL}/v1/traces",
    ),
    "none": ({"OTEL_EXPORTER_OTLP_ENDPOINT": LOCAL, "OTEL_TRACES_EXPORTER": " None "}, None),
}


@pytest.mark.parametrize(("variables", "endpoint"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_endpoints(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], endpoint: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _export_endpoint("TRACES") == endpoint


FAULTS: dict[str, tuple[dict[str, str], str]] = {
    "no URL": ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"}, "absolute HTTP or HTTPS URL"),
    "protocol": ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf, not grpc"),
    "exporter": ({"OTEL_TRACES_EXPORTER": "console"}, "otlp or none .* not console"),
}


@pytest.mark.parametrize(("variables", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_are_logged_and_do_not_stop_the_application(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variables: dict[str, str],
    message: str,
) -> None:
    for name, value in {"OTEL_EXPORTER_OTLP_ENDPOINT": LOCAL, **variables}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FastAPIError, match=message):
        _export_endpoint("TRACES")
    with TestClient(FastAPI(telemetry={"auto_configure": True})) as client:
        assert client.get("/").status_code == 404
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert automatic_export._owned == []


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join(10)


@pytest.fixture
def providers() -> Iterator[dict[str, Any]]:
    made = {
        "tracer_provider": TracerProvider(shutdown_on_exit=False),
        "meter_provider": MeterProvider(shutdown_on_exit=False),
        "logger_provider": LoggerProvider(shutdown_on_exit=False),
    }
    yield made
    for provider in made.values():
        provider.shutdown()


@pytest.mark.parametrize("asked", ["setting", "environment"])
def test_signals_arrive_when_the_application_stops(
    monkeypatch: pytest.MonkeyPatch, providers: dict[str, Any], asked: str
) -> None:
    with collector() as (url, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        config: TelemetryConfig = {**providers}  # type: ignore[typeddict-item]  # its keys
        if asked == "environment":
            monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "TRUE")
        else:
            config["auto_configure"] = True
        app = FastAPI(telemetry=config)

        @app.get("/")
        def fail() -> None:
            raise ValueError

        for _ in range(2):
            with TestClient(app, raise_server_exceptions=False) as client:
                assert client.get("/").status_code == 500
                assert len(automatic_export._owned) == 3
        assert set(received) == {"/v1/traces", "/v1/metrics", "/v1/logs"}
        automatic_export._shutdown()
        assert providers["tracer_provider"].get_tracer("other").start_span("usable").is_recording()


@pytest.mark.parametrize("setting", [None, False])
def test_nothing_is_exported_unasked(monkeypatch: pytest.MonkeyPatch, setting: bool | None) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", LOCAL)
    if setting is not None:
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    app = FastAPI(telemetry=None if setting is None else {"auto_configure": setting})
    with TestClient(app) as client:
        client.get("/")
    assert automatic_export._owned == []


def test_providers_that_take_no_exporter(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", LOCAL)
    app = FastAPI(telemetry={"auto_configure": True, "tracer_provider": object()})  # type: ignore[typeddict-item]  # wrong
    with TestClient(app):
        pass
    assert "tracer provider does not support adding an OTLP exporter" in caplog.text


class Component:
    def __init__(self, calls: list[Any], *, fails: bool) -> None:
        self.calls = calls
        self.fails = fails

    def force_flush(self) -> None:
        self.calls.append(("flush", threading.get_ident()))
        if self.fails:
            raise RuntimeError

    def shutdown(self) -> None:
        self.calls.append("shutdown")
        if self.fails:
            raise RuntimeError


@pytest.mark.parametrize(
    ("message", "flushed"),
    [
        ("lifespan.startup.complete", 0),
        ("lifespan.startup.failed", 2),
        ("lifespan.shutdown.complete", 2),
        ("lifespan.shutdown.failed", 2),
    ],
)
def test_flushing_is_done_in_a_thread_and_never_fails(
    caplog: pytest.LogCaptureFixture, message: str, flushed: int
) -> None:
    calls: list[Any] = []
    automatic_export._owned += [Component(calls, fails=True), Component(calls, fails=False)]

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        calls.append(message["type"])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": message})

    config = complete_configuration(None)
    asyncio.run(lifespan(config=config, app=app, scope={}, receive=receive, send=send))
    assert len(calls) == flushed + 1
    assert calls[-1] == message
    assert all(thread != threading.get_ident() for _, thread in calls[:-1])
    automatic_export._shutdown()
    automatic_export._shutdown()
    assert calls[flushed + 1 :] == ["shutdown", "shutdown"]
    assert caplog.text.count("FastAPI telemetry cleanup failed") == 1 + flushed // 2
