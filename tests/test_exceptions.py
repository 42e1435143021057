"""Errors: their attributes and their texts."""

import pickle
import warnings
from typing import Any

import pytest
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.exceptions import WebSocketException as StarletteWebSocketException

from ferroapi import exceptions
from ferroapi.exceptions import (
    EndpointContext,
    FastAPIDeprecationWarning,
    FastAPIError,
    HTTPException,
    RequestValidationError,
    ResponseValidationError,
    ValidationException,
    WebSocketException,
    WebSocketRequestValidationError,
)

WITH_BODY: list[Any] = [RequestValidationError, ResponseValidationError]
VALIDATION: list[Any] = [*WITH_BODY, WebSocketRequestValidationError, ValidationException]

WHERE: EndpointContext = {"function": "read", "file": "/app.py", "line": 3}

# name: (errors, context, text)
TEXTS: dict[str, tuple[list[Any], EndpointContext | None, str]] = {
    "none": ([], None, "0 validation errors:"),
    "one": (["a"], None, "1 validation error:\n  a"),
    "two": ([{"type": "x"}, "b"], None, "2 validation errors:\n  {'type': 'x'}\n  b"),
    "empty_context": (["a"], {}, "1 validation error:\n  a"),
    "path": (["a"], {"path": "GET /x"}, "1 validation error:\n  a\n\n  Endpoint: GET /x"),
    "place": (
        ["a"],
        WHERE,
        '1 validation error:\n  a\n\n  File "/app.py", line 3, in read',
    ),
    "place_and_path": (
        ["a"],
        {**WHERE, "path": "GET /x"},
        '1 validation error:\n  a\n\n  File "/app.py", line 3, in read\n    GET /x',
    ),
    "half_a_place": (
        ["a"],
        {"function": "read", "path": "GET /x"},
        "1 validation error:\n  a\n\n  Endpoint: GET /x",
    ),
    "place_without_errors": (
        [],
        WHERE,
        '0 validation errors:\n\n  File "/app.py", line 3, in read',
    ),
}


@pytest.mark.parametrize("kind", VALIDATION)
@pytest.mark.parametrize(("errors", "context", "text"), TEXTS.values(), ids=TEXTS)
def test_text(kind: Any, errors: list[Any], context: EndpointContext | None, text: str) -> None:
    """The errors, then where the endpoint is."""
    assert str(kind(errors, endpoint_ctx=context)) == text


@pytest.mark.parametrize("kind", VALIDATION)
def test_attributes(kind: Any) -> None:
    """The context is kept, and split into attributes."""
    error = kind(["a"], endpoint_ctx=WHERE)

    assert error.errors() == ["a"]
    assert error.endpoint_ctx == WHERE
    assert (error.endpoint_function, error.endpoint_file, error.endpoint_line) == tuple(
        WHERE.values()
    )
    assert error.endpoint_path is None


@pytest.mark.parametrize("kind", WITH_BODY)
def test_body(kind: Any) -> None:
    """What was validated is kept, also through pickling."""
    error = pickle.loads(pickle.dumps(kind(["a"], body={"b": 1}, endpoint_ctx=WHERE)))

    assert (error.body, error.errors(), error.endpoint_ctx) == ({"b": 1}, ["a"], WHERE)
    assert kind([]).body is None


@pytest.mark.parametrize(
    ("error", "text", "detail", "headers"),
    [
        (HTTPException(404), "404: Not Found", "Not Found", None),
        (HTTPException(404, "gone"), "404: gone", "gone", None),
        (HTTPException(418, {"a": 1}, {"x": "y"}), "418: {'a': 1}", {"a": 1}, {"x": "y"}),
        (HTTPException(status_code=599), "599: ", "", None),
    ],
)
def test_http_exception(error: HTTPException, text: str, detail: Any, headers: Any) -> None:
    """Starlette's exception with any detail."""
    assert isinstance(error, StarletteHTTPException)
    assert (str(error), error.detail, error.headers) == (text, detail, headers)


def test_websocket_exception() -> None:
    """Starlette's exception."""
    error = WebSocketException(code=1008, reason="no")

    assert isinstance(error, StarletteWebSocketException)
    assert (error.code, error.reason) == (1008, "no")
    assert WebSocketException(1000).reason == ""


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        ("FastAPIError", RuntimeError),
        ("DependencyScopeError", FastAPIError),
        ("PydanticV1NotSupportedError", FastAPIError),
        ("FastAPIDeprecationWarning", UserWarning),
        ("RequestValidationError", ValidationException),
        ("ResponseValidationError", ValidationException),
        ("WebSocketRequestValidationError", ValidationException),
    ],
)
def test_bases(kind: str, base: type[Exception]) -> None:
    """What `except` catches."""
    assert issubclass(getattr(exceptions, kind), base)


def test_deprecation_points_at_the_caller() -> None:
    """Outside of the package that is the next frame."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exceptions.warn_deprecated("old")

    assert [(str(w.message), w.category, w.filename) for w in caught] == [
        ("old", FastAPIDeprecationWarning, __file__)
    ]


def test_all_is_complete() -> None:
    """`__all__` names every class of the module but the private ones."""
    classes = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type)
        and value.__module__ == exceptions.__name__
        and not name.startswith("_")
    }

    assert set(exceptions.__all__) == classes


@pytest.mark.parametrize("name", ["RequestErrorModel", "WebSocketErrorModel"])
def test_models_of_errors_are_made_once(name: str) -> None:
    model = getattr(exceptions, name)
    assert model is getattr(exceptions, name)
    assert model().model_dump() == {}
