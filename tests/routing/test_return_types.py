"""Return types of data or a response."""

from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel

from ferroapi import APIRouter, FastAPI
from ferroapi.exceptions import FastAPIError
from ferroapi.responses import (
    EventSourceResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from ferroapi.routing.return_types import returned_types
from ferroapi.testclient import TestClient


class Item(BaseModel):
    name: str


@dataclass
class Data:
    name: str


class Typed(TypedDict):
    name: str


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Item, ((), Item)),
        (None, ((), None)),
        (Response, ((), None)),
        (JSONResponse, ((), None)),
        (Response | Item, ((Response,), Item)),
        (Item | Data | JSONResponse, ((JSONResponse,), Item | Data)),
        (
            PlainTextResponse | RedirectResponse | Typed,
            ((PlainTextResponse, RedirectResponse), Typed),
        ),
        (Response | list[Item], ((Response,), list[Item])),
        (Response | Item | None, ((Response,), Item | None)),
        (Response | None, ((), Response | None)),
        (Response | dict[str, int], ((), Response | dict[str, int])),
        (Item | None, ((), Item | None)),
    ],
    ids=str,
)
def test_responses_are_told_from_data(annotation: Any, expected: Any) -> None:
    assert returned_types(annotation) == expected


SCHEMA = {"schema": {"$ref": "#/components/schemas/Item"}}
TEXT = {"schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("annotation", "content", "others"),
    [
        (Response | Item, {"application/json": SCHEMA, "*/*": {}}, set()),
        (StreamingResponse | Item, {"application/json": SCHEMA, "*/*": {}}, set()),
        (JSONResponse | Item, {"application/json": SCHEMA}, set()),
        (PlainTextResponse | Item, {"application/json": SCHEMA, "text/plain": TEXT}, set()),
        (
            EventSourceResponse | Item,
            {"application/json": SCHEMA, "text/event-stream": TEXT},
            set(),
        ),
        (RedirectResponse | Item, {"application/json": SCHEMA}, {"307"}),
    ],
    ids=str,
)
def test_both_are_documented(annotation: Any, content: Any, others: set[str]) -> None:
    def read() -> Any: ...

    read.__annotations__["return"] = annotation
    router = APIRouter()
    router.get("/")(read)
    app = FastAPI()
    app.include_router(router, prefix="/in")
    responses = app.openapi()["paths"]["/in/"]["get"]["responses"]
    assert responses["200"]["content"] == content
    assert responses.keys() - {"200"} == others


def test_both_are_sent() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(kind: str) -> PlainTextResponse | Item:
        if kind == "text":
            return PlainTextResponse("text", 418)
        return Item(name=kind)

    client = TestClient(app)
    assert client.get("/?kind=a").json() == {"name": "a"}
    response = client.get("/?kind=text")
    assert (response.status_code, response.text) == (418, "text")


def test_a_union_without_a_model_is_refused_as_before() -> None:
    def read() -> Response | dict[str, int]: ...  # type: ignore[empty-body]  # only declared

    with pytest.raises(FastAPIError):
        FastAPI().get("/")(read)
