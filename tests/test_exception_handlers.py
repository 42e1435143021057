"""Default answers to errors, byte for byte."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from ferroapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
    websocket_request_validation_exception_handler,
)
from ferroapi.exceptions import (
    HTTPException,
    RequestValidationError,
    WebSocketRequestValidationError,
)
from ferroapi.secret_names import names_secret

REQUEST = Request({"type": "http", "headers": []})

# name: (the error, the body, the headers besides the body's)
HTTP_ERRORS: dict[str, tuple[HTTPException, bytes, dict[str, str]]] = {
    "phrase": (HTTPException(404), b'{"detail":"Not Found"}', {}),
    "detail": (HTTPException(400, {"a": [1, None]}), b'{"detail":{"a":[1,null]}}', {}),
    "text": (HTTPException(400, "\u20ac"), '{"detail":"\u20ac"}'.encode(), {}),
    "headers": (HTTPException(401, "x", {"x-a": "b"}), b'{"detail":"x"}', {"x-a": "b"}),
    "informational": (HTTPException(199, "x"), b"", {}),
    "no_content": (HTTPException(204, "x", {"x-a": "b"}), b"", {"x-a": "b"}),
    "reset_content": (HTTPException(205, "x"), b"", {}),
    "not_modified": (HTTPException(304, "x"), b"", {}),
}


@pytest.mark.parametrize(("error", "body", "headers"), HTTP_ERRORS.values(), ids=HTTP_ERRORS)
def test_http_exception(error: HTTPException, body: bytes, headers: dict[str, str]) -> None:
    """The detail as JSON, except where the status allows no body."""
    response = asyncio.run(http_exception_handler(REQUEST, error))
    own = {k: v for k, v in response.headers.items() if not k.startswith("content-")}

    assert (response.status_code, response.body, own) == (error.status_code, body, headers)
    assert response.headers.get("content-type") == ("application/json" if body else None)


def test_detail_that_is_no_json_is_the_applications_fault() -> None:
    """The error leaves the handler: the server answers 500."""
    with pytest.raises(TypeError):
        asyncio.run(http_exception_handler(REQUEST, HTTPException(400, object())))


def answer(errors: list[Any]) -> Response:
    error = RequestValidationError(errors)
    return asyncio.run(request_validation_exception_handler(REQUEST, error))


class Unreadable:
    __slots__ = ()


def deep(levels: int, innermost: Any) -> Any:
    value = innermost
    for _ in range(levels):
        value = [value]
    return value


# name: (the rejected input, how it is echoed)
INPUTS: dict[str, tuple[Any, bytes]] = {
    "plain": ({"a": [1, "b", None, True, 1.5]}, b'{"a":[1,"b",null,true,1.5]}'),
    "text": ("\u20ac\U0001f600", '"\u20ac\U0001f600"'.encode()),
    "encoded": (Decimal("1.5"), b"1.5"),
    "nan": (float("nan"), b"null"),
    "infinities": ([float("inf"), {"a": float("-inf")}], b'[null,{"a":null}]'),
    "surrogate": ("a\ud800", rb'"a\ud800"'),
    "surrogate_in_key": ({"\udfff": 1}, rb'{"\udfff":1}'),
    "surrogate_and_nan": (["\udead", float("nan")], rb'["\udead",null]'),
    "bytes": (b"abc", b'"abc"'),
    "bytes_that_are_no_text": (b"\xff\xfea", '"\ufffd\ufffda"'.encode()),
    "long_number": ([10**5000, 1], b"[null,1]"),
    "deep": (deep(900, 1), b"[" * 900 + b"1" + b"]" * 900),
    "too_deep": (deep(2_000, 1), b"null"),
    "too_deep_and_not_plain": (deep(2_000, Decimal(1)), b"null"),
}


@pytest.mark.parametrize(("value", "echo"), INPUTS.values(), ids=INPUTS)
def test_request_validation(value: Any, echo: bytes) -> None:
    """Whatever was sent, the answer is JSON with status 422."""
    response = answer([{"type": "t", "loc": ("body", 0), "msg": "m", "input": value}])

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/json"
    assert response.body == (
        b'{"detail":[{"type":"t","loc":["body",0],"msg":"m","input":' + echo + b"}]}"
    )


JSON_AS_PYTHON_READS_IT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=[])), inner, max_size=3)
    ),
    max_leaves=10,
)


def expected_echo(value: Any) -> Any:
    """The naive way: through text, with the numbers that JSON does not have as null."""
    return json.loads(json.dumps(value), parse_constant=lambda name: None)


def names_no_secret(value: Any) -> bool:
    """Whether nothing of a value is masked."""
    if isinstance(value, dict):
        return all(
            not names_secret(name) and names_no_secret(inner) for name, inner in value.items()
        )
    return not isinstance(value, list) or all(map(names_no_secret, value))


@given(
    JSON_AS_PYTHON_READS_IT.filter(lambda value: "_sa" not in repr(value)).filter(names_no_secret)
)
def test_every_json_value_is_echoed(value: Any) -> None:
    """Surrogates come back as they were, other numbers as null."""
    body = bytes(answer([{"input": value}]).body)

    assert json.loads(body)["detail"][0]["input"] == expected_echo(value)


def test_pydantics_own_exception_is_answered_too() -> None:
    """A handler of `ValueError` may hand on what a model of the application has raised."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(int).validate_python("x")
    response = asyncio.run(request_validation_exception_handler(REQUEST, caught.value))

    assert response.status_code == 422
    assert [error["type"] for error in json.loads(response.body)["detail"]] == ["int_parsing"]


def test_what_cannot_be_encoded_is_the_applications_fault() -> None:
    """Only the application puts such objects into an error."""
    with pytest.raises(ValueError, match="vars"):
        answer([{"ctx": Unreadable()}])


def close_message(*, accepted: bool, errors: list[Any]) -> dict[str, Any]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def close() -> None:
        websocket = WebSocket({"type": "websocket", "headers": []}, receive, send)
        if accepted:
            await websocket.accept()
        error = WebSocketRequestValidationError(errors)
        await websocket_request_validation_exception_handler(websocket, error)

    asyncio.run(close())
    found: dict[str, Any] = sent[-1]
    return found


ERROR = {"type": "missing", "loc": ["query", "x"], "msg": "Field required", "input": "\u20ac" * 60}
ERROR_TEXT = json.dumps([ERROR], ensure_ascii=False, separators=(",", ":"))


def test_websocket_is_closed_before_it_is_accepted() -> None:
    """The reason, which is never sent then, is the errors as JSON."""
    assert close_message(accepted=False, errors=[ERROR]) == {
        "type": "websocket.close",
        "code": 1008,
        "reason": ERROR_TEXT,
    }


def test_reason_fits_into_a_close_frame() -> None:
    """After accepting it is cut at a character, to at most 123 bytes."""
    reason = close_message(accepted=True, errors=[ERROR])["reason"]

    assert ERROR_TEXT.startswith(reason)
    assert 121 <= len(reason.encode()) <= 123
