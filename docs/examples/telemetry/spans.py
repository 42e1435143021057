from typing import Annotated

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ferroapi import Depends, FastAPI
from ferroapi.testclient import TestClient

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))

app = FastAPI(telemetry={"tracer_provider": provider})


async def find_user() -> str:
    return "ada"


@app.get("/users/{number}")
async def read_user(number: int, user: Annotated[str, Depends(find_user)]) -> dict[str, str]:
    return {"user": user}


if __name__ == "__main__":
    TestClient(app).get("/users/3")
    for span in spans.get_finished_spans():
        print(span.name)
