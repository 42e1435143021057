"""QUERY operations, and other methods, in documents of OpenAPI 3.1 and 3.2."""

import socket
from typing import Any

import pytest
from pydantic import BaseModel
from tests.conftest import EXAMPLES

from ferroapi import APIRouter, FastAPI
from ferroapi.testclient import TestClient


class Wanted(BaseModel):
    name: str


def application(**options: Any) -> FastAPI:
    app = FastAPI(**options)
    router = APIRouter()

    @router.query("/items")
    async def find(wanted: Wanted, page: int = 0) -> list[str]:
        return [wanted.name, str(page)]

    @router.get("/items")
    async def read() -> None: ...

    @router.api_route("/items", methods=["COPY", "DELETE"])
    async def copy(wanted: Wanted) -> None: ...

    @router.api_route("/items", methods=["MOVE"])
    async def move(wanted: Wanted) -> None: ...

    @router.get("/numbers")
    async def count() -> Any:
        yield 1

    app.include_router(router)
    return app


app = application()

BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wanted"}}},
}


def test_the_body_is_read(loop: dict[str, Any]) -> None:
    with TestClient(app, **loop) as client:
        response = client.request("QUERY", "/items?page=2", json={"name": "x"})
        assert response.json() == ["x", "2"]
        assert client.request("QUERY", "/items", json={}).status_code == 422
        assert "QUERY" in client.put("/items").headers["allow"].split(", ")


@pytest.mark.parametrize("protocol", ["ferroapi.server:HTTPProtocol", "h11", "httptools"])
def test_over_a_socket(start_server: Any, protocol: str) -> None:
    """Servers whose parser does not know the method answer 400: ours and h11 take any."""
    server = start_server(
        ["-m", "uvicorn", "tests.openapi.test_query:app", "--port", "0", "--http", protocol],
        cwd=EXAMPLES.parent,
    )
    port = int(server.wait_for(r"http://127\.0\.0\.1:(\d+)")[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        head = b"QUERY /items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b'Connection: close\r\nContent-Length: 12\r\n\r\n{"name":"x"}')
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'["x","0"]')


def test_openapi_3_2() -> None:
    document = application(openapi_version="3.2.0").openapi()
    assert document["openapi"] == "3.2.0"
    item = document["paths"]["/items"]
    assert item.keys() == {"query", "get", "delete", "additionalOperations"}
    assert item["query"]["requestBody"] == BODY
    assert item["query"]["operationId"] == "find_items_query"
    assert item["additionalOperations"].keys() == {"COPY", "MOVE"}
    assert "requestBody" not in item["additionalOperations"]["COPY"]
    stream = document["paths"]["/numbers"]["get"]["responses"]["200"]["content"]
    assert stream == {"application/jsonl": {"itemSchema": {}}}


def test_openapi_3_1_is_as_fastapi_has_it() -> None:
    document = application().openapi()
    item = document["paths"]["/items"]
    assert item.keys() == {"query", "get", "delete", "copy", "move"}
    assert "requestBody" not in item["query"]


def test_the_attribute_is_the_same_switch() -> None:
    app = application()
    app.openapi_version = "3.2.0"
    assert app.openapi() == application(openapi_version="3.2.0").openapi()


@pytest.mark.parametrize("version", ["3.0.3", "3.2", "4.0.0", "", None])
def test_other_versions_are_refused(version: Any) -> None:
    with pytest.raises(ValueError, match=r"openapi_version is not 3\.1\.x or 3\.2\.x"):
        FastAPI(openapi_version=version)
