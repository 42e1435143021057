"""What processors can read while a request is answered."""

from __future__ import annotations

import gc
import weakref
from typing import Annotated, Any

import pytest
from opentelemetry import context
from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from pydantic import BaseModel

from ferroapi import Body, Depends, FastAPI, File, Form, Request, UploadFile
from ferroapi.telemetry import TelemetryData, get_telemetry_data
from ferroapi.testclient import TestClient


class Item(BaseModel):
    name: str


def data_now() -> TelemetryData:
    data = get_telemetry_data()
    assert data is not None
    return data


def test_before_and_after_the_arguments_are_known(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)
    seen = []

    def dependency(request: Request) -> int:
        data = data_now()
        assert data.request is request
        assert data.body == {"name": "a"}
        assert data.values is None
        assert data.errors is None
        return 7

    @app.post("/{number}")
    def endpoint(number: int, item: Item, seven: int = Depends(dependency)) -> None:
        data = data_now()
        assert data.values == {"number": number, "item": item, "seven": seven}
        assert data.values["item"] is item
        assert data.errors == []
        assert get_telemetry_data(context.get_current()) is data
        seen.append(context.get_current())

    assert TestClient(app).post("/1", json={"name": "a"}).status_code == 200
    assert get_telemetry_data() is None
    assert get_telemetry_data(seen[0]) is None


BODIES: dict[str, tuple[dict[str, Any], Any]] = {
    "object": ({"json": {"name": "a"}}, {"name": "a"}),
    "null": ({"json": None}, None),
    "nothing": ({}, None),
    "broken": ({"content": "{", "headers": {"content-type": "application/json"}}, "{"),
    "undecodable": (
        {"content": b"\xff", "headers": {"content-type": "application/json"}},
        b"\xff",
    ),
    "text": ({"content": "abc", "headers": {"content-type": "text/plain"}}, b"abc"),
}


@pytest.mark.parametrize(("request_", "body"), BODIES.values(), ids=BODIES)
def test_bodies(observed: Any, request_: dict[str, Any], body: Any) -> None:
    app = FastAPI(telemetry=observed.config)
    seen = []

    @app.middleware("http")
    async def look(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        seen.append(data_now().body)
        return response

    @app.post("/")
    def endpoint(item: Annotated[dict[str, Any] | None, Body()] = None) -> None:
        seen.append(data_now().body)

    TestClient(app).post("/", **request_)
    assert seen
    assert all(found == body for found in seen)


def test_forms(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)

    @app.post("/")
    def endpoint(name: Annotated[str, Form()], file: Annotated[UploadFile, File()]) -> str:
        form = data_now().body
        assert form["file"] is not None
        return str(form["name"])

    response = TestClient(app).post("/", data={"name": "a"}, files={"file": b"b"})
    assert response.json() == "a"


def test_operations_without_a_body_have_none(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)

    @app.post("/")
    async def endpoint(request: Request) -> str:
        raw = await request.body()
        assert data_now().body is None
        return raw.decode()

    assert TestClient(app).post("/", content="abc").json() == "abc"


@pytest.mark.parametrize("tracing", [False, True])
def test_validation_errors(observed: Any, tracing: bool) -> None:
    seen = []

    class Look(LogRecordProcessor):
        def on_emit(self, log_record: ReadWriteLogRecord) -> None:
            data = get_telemetry_data(log_record.log_record.context)
            assert data is not None
            assert data.errors is not None
            assert data.values is None
            seen.append((data.body, data.errors[0]["input"]))

        def shutdown(self) -> None:
            pass

        def force_flush(self, timeout_millis: int = 30000) -> bool:
            return True

    observed.logger_provider.add_log_record_processor(Look())
    app = FastAPI(telemetry={**observed.config, "tracing": tracing})

    @app.post("/")
    def endpoint(item: Item) -> None: ...

    assert TestClient(app).post("/", json={"name": 1}).status_code == 422
    assert seen == [({"name": 1}, 1)]


def test_kept_contexts_do_not_keep_requests(observed: Any) -> None:
    # A logged exception keeps its frames, in the exporter of the test.
    app = FastAPI(telemetry={**observed.config, "logs": False})
    contexts = []
    requests = []

    @app.get("/")
    async def endpoint(request: Request) -> None:
        contexts.append(context.get_current())
        requests.append(weakref.ref(request))
        raise ValueError

    TestClient(app, raise_server_exceptions=False).get("/")
    gc.collect()
    assert contexts
    assert requests[0]() is None


def test_validation_errors_are_there_when_the_dependencies_end(observed: Any) -> None:
    seen = []

    class Look(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            data = data_now()
            seen.append((span.name, data.body, data.errors and data.errors[0]["loc"]))

    observed.tracer_provider.add_span_processor(Look())
    app = FastAPI(telemetry=observed.config)
    app.post("/")(lambda item, number: None)

    assert TestClient(app).post("/").status_code == 422
    assert seen == [
        ("fastapi.dependencies", None, ("query", "item")),
        ("POST /", None, ("query", "item")),
    ]
