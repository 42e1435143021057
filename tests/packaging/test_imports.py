"""What a plain JSON service has imported when it has answered: only what it needs."""

from __future__ import annotations

import subprocess
import sys

SERVICE = """
import asyncio, sys
from typing import Annotated
from pydantic import BaseModel
from ferroapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query

class Item(BaseModel):
    name: str
    price: float = 1.0

async def tenant(x_tenant: Annotated[str | None, Header()] = None) -> str | None:
    return x_tenant

router = APIRouter(prefix="/items")

@router.post("/{item_id}")
async def create(
    item_id: int, item: Item, tenant: Annotated[str, Depends(tenant)], limit: int = Query(10, ge=1)
) -> Item:
    return item

app = FastAPI()
app.include_router(router)

@app.get("/")
async def root():
    return {"a": [1, 2.5, None, True]}

@app.get("/missing")
async def missing():
    raise HTTPException(404)

async def answer(method, path, body=b""):
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": b"", "root_path": "", "headers": [(b"content-type", b"application/json")],
        "http_version": "1.1", "asgi": {"version": "3.0"}, "scheme": "http",
    }
    messages = []
    async def receive():
        return {"type": "http.request", "body": body}
    async def send(message):
        messages.append(message)
    await app(scope, receive, send)
    return messages[0]["status"]

async def main():
    assert await answer("GET", "/") == 200
    assert await answer("POST", "/items/1", b'{"name": "lamp"}') == 200
    assert await answer("POST", "/items/1", b'{}') == 422
    assert await answer("GET", "/missing") == 404
    assert await answer("GET", "/none") == 404

asyncio.run(main())
print(*sys.modules)
"""

UNNEEDED = (
    "ferroapi.alias",
    "ferroapi.cli",
    "ferroapi.concurrency_limit",
    "ferroapi.encoders",
    "ferroapi.middleware",
    "ferroapi.openapi",
    "ferroapi.plan.explanation",
    "ferroapi.plan.reading.form_fields",
    "ferroapi.plan.reading.form_models",
    "ferroapi.plan.reading.forms",
    "ferroapi.plan.reply.stream",
    "ferroapi.plan.traced",
    "ferroapi.plan.writing.items",
    "ferroapi.routing.frontend_files",
    "ferroapi.security",
    "ferroapi.sse.event",
    "ferroapi.staticfiles",
    "ferroapi.streaming",
    "ferroapi.telemetry.automatic_export",
    "ferroapi.telemetry.data",
    "ferroapi.telemetry.request",
    "ferroapi.telemetry.server",
    "ferroapi.templating",
    "ferroapi.testclient",
    "anyio._backends",
    "anyio._core._synchronization",
    "anyio.lowlevel",
    "email_validator",
    "httpx",
    "ferroapi.dependencies.utils",
    "ferroapi.encoders",
    "ferroapi.seams.dependencies",
    "ferroapi.seams.handlers",
    "ferroapi.seams.sessions",
    "httpx2",
    "jinja2",
    "opentelemetry",
    "pydantic.color",
    "pydantic.networks",
    "pydantic.v1",
    "starlette.middleware.base",
    "starlette.staticfiles",
    "starlette.testclient",
    "trio",
    "typer",
    "uvicorn",
)


def test_a_plain_service_imports_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SERVICE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported = [
        module
        for module in done.stdout.split()
        if any(module == name or module.startswith(f"{name}.") for name in UNNEEDED)
    ]
    assert imported == []
