"""Spans of dependencies, endpoints, serialization and background tasks."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode
from pydantic import BaseModel
from starlette.responses import JSONResponse

from ferroapi import BackgroundTasks, Depends, FastAPI, HTTPException
from ferroapi.telemetry.operations import exception_type
from ferroapi.testclient import TestClient

PARTS = ["fastapi.dependencies", "fastapi.endpoint", "fastapi.serialization"]


class Item(BaseModel):
    name: str


def current() -> int:
    return trace.get_current_span().get_span_context().span_id


@pytest.mark.parametrize("synchronous", [False, True])
def test_what_runs_runs_in_its_span(observed: Any, synchronous: bool) -> None:
    app = FastAPI(telemetry=observed.config)
    seen: dict[str, tuple[int, int]] = {}

    def dependency() -> None:
        seen["fastapi.dependencies"] = current(), threading.get_ident()

    def endpoint(_: None = Depends(dependency)) -> str:
        seen["fastapi.endpoint"] = current(), threading.get_ident()
        return "ok"

    async def asynchronous(_: None = Depends(dependency)) -> str:
        return endpoint(_)

    app.get("/")(endpoint if synchronous else asynchronous)
    assert TestClient(app).get("/").json() == "ok"
    assert observed.names == [*PARTS, "GET /"]
    *operations, server = observed.spans
    ids = {span.name: span.context.span_id for span in operations}
    assert all(ids[name] == span for name, (span, _) in seen.items())
    assert {span.parent.span_id for span in operations} == {server.context.span_id}
    function = endpoint if synchronous else asynchronous
    names = {span.attributes["code.function.name"] for span in operations}
    assert names == {f"{function.__module__}.{function.__qualname__}"}


def raising(error: Exception) -> Any:
    async def call() -> None:
        raise error

    return call


async def nothing() -> None:
    return None


FAILURES: dict[str, tuple[Any, Any, list[str], str | None]] = {
    # dependency, endpoint, the spans there are, the one that failed
    "dependency": (raising(ValueError()), nothing, PARTS[:1], "fastapi.dependencies"),
    "endpoint": (nothing, raising(KeyError()), PARTS[:2], "fastapi.endpoint"),
    "serialization": (nothing, nothing, PARTS, "fastapi.serialization"),
    "refusing dependency": (raising(HTTPException(401)), nothing, PARTS[:1], None),
    "refusing endpoint": (nothing, raising(HTTPException(500)), PARTS[:2], None),
}


@pytest.mark.parametrize(
    ("dependency", "endpoint", "names", "failed"), FAILURES.values(), ids=FAILURES
)
def test_failures(
    observed: Any, dependency: Any, endpoint: Any, names: list[str], failed: str | None
) -> None:
    app = FastAPI(telemetry=observed.config)
    app.get("/", dependencies=[Depends(dependency)], response_model=int)(endpoint)
    TestClient(app, raise_server_exceptions=False).get("/")
    assert observed.names == [*names, "GET /"]
    errors = [s.name for s in observed.spans[:-1] if s.status.status_code is StatusCode.ERROR]
    assert errors == ([] if failed is None else [failed])
    assert all(span.events == () for span in observed.spans)


def test_responses_and_streams_have_no_serialization(observed: Any) -> None:
    app = FastAPI(telemetry=observed.config)

    @app.get("/response")
    async def response() -> JSONResponse:
        return JSONResponse(1)

    @app.get("/stream")
    async def stream() -> AsyncIterator[Item]:
        yield Item(name="a")

    client = TestClient(app)
    assert client.get("/response").json() == 1
    assert observed.names == [*PARTS[:2], "GET /response"]
    assert client.get("/stream").text == '{"name":"a"}\n'
    assert observed.names[3:] == [PARTS[0], "GET /stream"]


@pytest.mark.parametrize("error", [None, ValueError(), HTTPException(400)])
def test_background_tasks(observed: Any, error: Exception | None) -> None:
    app = FastAPI(telemetry=observed.config)
    seen = []

    def task() -> None:
        seen.append((current(), len(observed.servers)))
        if error is not None:
            raise error

    @app.get("/")
    async def root(tasks: BackgroundTasks) -> None:
        tasks.add_task(task)

    TestClient(app, raise_server_exceptions=False).get("/")
    span = observed.spans[-1]
    assert span.name == "fastapi.background_task"
    assert seen == [(span.context.span_id, 1)]
    assert span.parent.span_id == observed.server.context.span_id
    expected = None if error is None else exception_type(error)
    assert span.attributes.get("error.type") == expected
    assert (span.status.status_code is StatusCode.ERROR) == (error is not None)
    assert observed.server.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("error", "name"),
    [(ValueError(), "ValueError"), (HTTPException(400), "ferroapi.exceptions.HTTPException")],
)
def test_names_of_exceptions(error: Exception, name: str) -> None:
    assert exception_type(error) == name
