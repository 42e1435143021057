"""Without OpenTelemetry, or with nothing to tell it, an application is as fast as without it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties import examples

from ferroapi import Body, Depends, FastAPI, Header
from ferroapi.telemetry import TelemetryConfig
from ferroapi.testclient import TestClient

SERVE = """
from ferroapi import BackgroundTasks, FastAPI
from ferroapi.telemetry import get_telemetry_data
from ferroapi.testclient import TestClient
app = FastAPI({arguments})
@app.get("/")
def root(tasks: BackgroundTasks):
    tasks.add_task(print, "ran")
    assert get_telemetry_data() is None
    return 1
with TestClient(app) as client:
    assert client.get("/").json() == 1
"""

ABSENT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError("No module named 'opentelemetry'", name=name)
sys.meta_path.insert(0, Absent())
"""

NOT_IMPORTED = """
import sys
assert not [name for name in sys.modules if name.partition(".")[0] == "opentelemetry"]
"""

NO_SDK = """
import sys
assert not [name for name in sys.modules if name.startswith("opentelemetry.sdk")]
"""

PROVIDER_SET_LATE = """
from ferroapi import FastAPI
from ferroapi.testclient import TestClient
app = FastAPI()
{middleware}
@app.get("/")
def root():
    return 1
@app.get("/fails")
def fail():
    1 / 0
client = TestClient(app, raise_server_exceptions=False)
assert client.get("/").json() == 1
from opentelemetry import trace
assert client.get("/").json() == 1
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
assert client.get("/").json() == 1
assert client.get("/fails").status_code == 500
spans = [span for span in exporter.get_finished_spans() if span.kind.name == "SERVER"]
assert [span.name for span in spans] == ["GET /", "GET /fails"], spans
assert spans[1].attributes["error.type"] == "ZeroDivisionError", spans[1].attributes
"""

MIDDLEWARE = """
from ferroapi.middleware.gzip import GZipMiddleware
app.add_middleware(GZipMiddleware)
"""

ALL_OFF = "telemetry={'tracing': False, 'metrics': False, 'logs': False}"


@pytest.mark.parametrize(
    ("program", "warning"),
    [
        ("import ferroapi, ferroapi.telemetry\nferroapi.FastAPI()" + NOT_IMPORTED, ""),
        (SERVE.format(arguments=ALL_OFF) + NOT_IMPORTED, ""),
        (SERVE.format(arguments="") + NOT_IMPORTED, ""),
        (PROVIDER_SET_LATE.format(middleware=""), ""),
        (PROVIDER_SET_LATE.format(middleware=MIDDLEWARE), ""),
        ("import opentelemetry.trace\n" + SERVE.format(arguments="") + NO_SDK, ""),
        (ABSENT + SERVE.format(arguments="") + NOT_IMPORTED, ""),
        (
            ABSENT + SERVE.format(arguments="telemetry={'auto_configure': True}"),
            "Automatic telemetry is off: No module named 'opentelemetry'\n",
        ),
    ],
    ids=[
        "import",
        "all off",
        "not used",
        "provider set late",
        "provider set late, with middleware",
        "no provider",
        "absent",
        "absent but asked for",
    ],
)
def test_imports(program: str, warning: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, warning)


def test_the_path_is_that_without_telemetry() -> None:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    assert app._server_telemetry is None


def make_app(telemetry: TelemetryConfig) -> FastAPI:
    app = FastAPI(telemetry=telemetry)

    async def number(n: int = Header(1)) -> Any:
        yield n

    @app.post("/items/{item_id}")
    async def create(
        item_id: int, q: list[int], a: str = Body("a"), n: int = Depends(number)
    ) -> dict[str, Any]:
        return {"item_id": item_id, "q": q, "a": a, "n": 10 // n}

    @app.get("/stream")
    def stream(count: int = 2) -> Any:
        yield from map(str, range(count))

    return app


@settings(deadline=None, max_examples=examples(60))
@given(
    method=st.sampled_from(["GET", "POST", "PUT"]),
    path=st.sampled_from(["/items/1", "/items/x", "/items/1/", "/stream", "/stream?count=x", "/x"]),
    body=st.sampled_from([b"", b"{", b"null", b'{"q": [1]}', b'{"q": [1], "a": "b"}', b"\xff"]),
    content_type=st.sampled_from(["application/json", "text/plain"]),
    n=st.sampled_from(["0", "1", "x"]),
)
def test_observed_applications_answer_the_same(
    observed_config: TelemetryConfig,
    method: str,
    path: str,
    body: bytes,
    content_type: str,
    n: str,
) -> None:
    answers = []
    for config in (observed_config, {"tracing": False, "metrics": False, "logs": False}):
        client = TestClient(make_app(config), raise_server_exceptions=False)  # type: ignore[arg-type]  # a config
        headers = {"content-type": content_type, "n": n}
        response = client.request(
            method, path, content=body, headers=headers, follow_redirects=False
        )
        answers.append((response.status_code, response.headers, response.content))
    assert answers[0] == answers[1]


@pytest.fixture(scope="module")
def observed_config() -> Any:
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    providers = (
        TracerProvider(shutdown_on_exit=False),
        MeterProvider(shutdown_on_exit=False),
        LoggerProvider(shutdown_on_exit=False),
    )
    yield dict(
        zip(("tracer_provider", "meter_provider", "logger_provider"), providers, strict=True)
    )
    for provider in providers:
        provider.shutdown()
