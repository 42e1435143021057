"""The objects for JSON that is text already are what their constructors make."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response

from ferroapi import FastAPI, HTTPException
from ferroapi.plan.reply.json_response import TypedJSON, UntypedJSON, json_response_maker
from ferroapi.testclient import TestClient

KINDS: st.SearchStrategy[type[Response]] = st.sampled_from((TypedJSON, UntypedJSON))
WITHOUT_BODY = (204, 205, 304)


@given(text=st.binary(), kind=KINDS, status=st.sampled_from((200, 201, 404, *WITHOUT_BODY)))
def test_they_have_the_same_attributes(text: bytes, kind: type[Response], status: int) -> None:
    expected = kind(b"" if status in WITHOUT_BODY else text, status)
    make = json_response_maker(kind, status)
    first = make(b"{}")
    first.headers["x-own"] = "first"

    response = make(text)

    assert type(response) is kind
    assert list(vars(response).items()) == list(vars(expected).items())
    assert response.headers == expected.headers


@pytest.mark.parametrize("attribute", ["__init__", "init_headers"])
def test_a_constructor_that_somebody_changes_is_called(attribute: str) -> None:
    make = json_response_maker(TypedJSON, 200)
    original, called = getattr(Response, attribute), []

    def counted(self: Response, *arguments: Any, **keywords: Any) -> Any:
        called.append(attribute)
        return original(self, *arguments, **keywords)

    with patch.object(Response, attribute, counted):
        response = make(b"{}")

    assert called
    assert response.body == b"{}"


# name: (a path, whether `JSONResponse` renders what is answered)
RENDERED: dict[str, tuple[str, bool]] = {
    "untyped reply": ("/untyped", False),
    "typed reply": ("/typed", False),
    "HTTPException": ("/raised", False),
    "validation error": ("/refused", False),
    "not found": ("/missing", False),
    "response of the endpoint": ("/returned", True),
    "chosen class": ("/chosen", True),
}


@pytest.mark.parametrize(("path", "is_rendered"), RENDERED.values(), ids=RENDERED)
def test_a_changed_class_renders_what_is_made_of_it(path: str, is_rendered: bool) -> None:
    app = FastAPI()

    @app.get("/untyped")
    @app.get("/chosen", response_class=JSONResponse)
    async def untyped() -> Any:
        return {}

    @app.get("/typed")
    async def typed() -> dict[str, int]:
        return {}

    @app.get("/raised")
    async def raised() -> None:
        raise HTTPException(400)

    @app.get("/refused")
    async def refused(number: int) -> None: ...

    @app.get("/returned")
    async def returned() -> Response:
        return JSONResponse({})

    with patch.object(JSONResponse, "render", lambda *_: b"rendered"):
        text = TestClient(app).get(path).text
    assert (text == "rendered") is is_rendered
