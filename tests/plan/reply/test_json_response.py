"""The objects for JSON that is text already are what their constructors make."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from ferroapi.plan.reply.json_response import TypedJSON, UntypedJSON, json_response_maker

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
