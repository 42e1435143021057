"""The form of the answer to requests that do not fit, and what OpenAPI says of it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, SecretStr

import ferroapi
from ferroapi import APIRouter, FastAPI, Request
from ferroapi.error_format import ErrorFormat
from ferroapi.exceptions import FastAPIError, RequestValidationError
from ferroapi.problem_details import PROBLEM_DETAILS, ProblemDetails
from ferroapi.responses import Response
from ferroapi.testclient import TestClient


class Wrong(BaseModel):
    path: str
    errors: list[str]


def wrong(errors: Sequence[dict[str, Any]], request: Request) -> Wrong:
    return Wrong(path=request.url.path, errors=[error["msg"] for error in errors])


def raw(errors: Sequence[dict[str, Any]], _request: Request) -> Any:
    return errors


WRONG = ErrorFormat(model=Wrong, render=wrong, status=400, media_type="application/vnd.x+json")
RAW = ErrorFormat(model=list[dict[str, Any]], render=raw)


def even(number: int) -> int:
    if number % 2:
        raise ValueError("odd")
    return number


class Item(BaseModel):
    size: Annotated[int, AfterValidator(even)] = 0
    price: Decimal = Field(Decimal(0), le=1000)
    password: SecretStr = SecretStr("")


def application(**formats: ErrorFormat | None) -> FastAPI:
    """Operations in a router that is included, with a format at any of the places."""
    app = FastAPI(validation_errors=formats.get("application"))
    router = APIRouter(validation_errors=formats.get("router"))

    @router.get("/x", validation_errors=formats.get("operation"))
    async def read(number: int) -> int:
        return number

    @router.post("/x", validation_errors=formats.get("operation"))
    async def write(item: Item) -> int:
        return item.size

    @router.get("/plain", validation_errors=formats.get("operation"))
    async def plain() -> None: ...

    app.include_router(router, validation_errors=formats.get("inclusion"))
    return app


# name: the places of the format that counts, which is WRONG, and of one that does not
PLACES: dict[str, dict[str, ErrorFormat | None]] = {
    "application": {"application": WRONG},
    "inclusion": {"inclusion": WRONG, "application": RAW},
    "router": {"router": WRONG, "inclusion": RAW, "application": RAW},
    "operation": {"operation": WRONG, "router": RAW},
}


@pytest.mark.parametrize("formats", PLACES.values(), ids=PLACES)
def test_answer_and_document_are_one(
    loop: dict[str, Any], formats: dict[str, ErrorFormat | None]
) -> None:
    app = application(**formats)
    with TestClient(app, **loop) as client:
        response = client.get("/x?number=x")
        assert client.get("/x?number=3").json() == 3
        assert client.post("/x", json={"size": 2}).json() == 2
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/vnd.x+json"
    assert response.json() == {
        "path": "/x",
        "errors": ["Input should be a valid integer, unable to parse string as an integer"],
    }
    document = app.openapi()
    schema = {"$ref": "#/components/schemas/Wrong"}
    for method in ("get", "post"):
        responses = document["paths"]["/x"][method]["responses"]
        assert responses.keys() == {"200", "400"}
        assert responses["400"] == {
            "description": "Bad Request",
            "content": {"application/vnd.x+json": {"schema": schema}},
        }
    assert document["paths"]["/plain"]["get"]["responses"].keys() == {"200"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_without_a_format_all_is_as_before() -> None:
    app = application()
    assert TestClient(app).get("/x").json() == {
        "detail": [
            {"type": "missing", "loc": ["query", "number"], "msg": "Field required", "input": None}
        ]
    }
    assert "HTTPValidationError" in app.openapi()["components"]["schemas"]


def test_a_declared_response_wins_in_openapi() -> None:
    app = FastAPI(validation_errors=WRONG)

    @app.get("/x", responses={400: {"description": "mine"}})
    async def read(number: int) -> None: ...

    assert app.openapi()["paths"]["/x"]["get"]["responses"]["400"] == {"description": "mine"}


# name: (the body, a part of the errors)
ENCODABLE: dict[str, tuple[bytes, dict[str, Any]]] = {
    "exception": (b'{"size": 3}', {"ctx": {"error": "odd"}, "input": 3}),
    "number": (b'{"price": "x"}', {"type": "decimal_parsing", "input": "x"}),
    "decimal": (b'{"price": 1001}', {"ctx": {"le": 1000}}),
    "no_number": (b'{"size": NaN}', {"type": "json_invalid"}),
    "secret": (b'{"password": 3}', {"input": "**********"}),
}


@pytest.mark.parametrize(("body", "wanted"), ENCODABLE.values(), ids=ENCODABLE)
def test_errors_are_data(body: bytes, wanted: dict[str, Any]) -> None:
    client = TestClient(application(router=RAW))
    response = client.post("/x", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    (error,) = response.json()
    assert error | wanted == error


def test_errors_are_bounded() -> None:
    app = FastAPI(validation_errors=RAW, error_limit=3)

    @app.post("/x")
    async def write(numbers: list[int]) -> None: ...

    errors = TestClient(app).post("/x", json=["x"] * 10).json()
    assert [error["type"] for error in errors] == ["int_parsing"] * 3 + ["too_many_errors"]


def test_errors_that_somebody_raises() -> None:
    app = FastAPI(validation_errors=RAW)

    @app.get("/x")
    async def read() -> None:
        raise RequestValidationError([{"loc": ("x",), "msg": b"\xff", "type": float("nan")}])

    assert TestClient(app).get("/x").json() == [{"loc": ["x"], "msg": "�", "type": None}]


def test_problem_details() -> None:
    app = FastAPI(validation_errors=PROBLEM_DETAILS)

    @app.post("/x/{number}")
    async def write(number: int, items: dict[str, list[int]]) -> None: ...

    response = TestClient(app).post("/x/a", json={"a/b~ ü": [1, "x"]})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    message = "Input should be a valid integer, unable to parse string as an integer"
    error = {"detail": message, "type": "int_parsing"}
    assert response.json() == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The request has 2 errors.",
        "errors": [
            {**error, "location": "path", "pointer": "#/number"},
            {**error, "location": "body", "pointer": "#/a~1b~0%20%C3%BC/1"},
        ],
    }
    assert ProblemDetails.model_validate(response.json()).status == 422
    content = app.openapi()["paths"]["/x/{number}"]["post"]["responses"]["422"]["content"]
    assert content == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    }


# how many items of a body do not fit: what is said of them where ten are listed
NUMBERS = {1: "1 error", 10: "10 errors", 11: "11 errors", 25: "25 errors"}


@pytest.mark.parametrize(("wrong", "said"), NUMBERS.items())
def test_problem_details_count_what_is_not_listed(wrong: int, said: str) -> None:
    app = FastAPI(validation_errors=PROBLEM_DETAILS, error_limit=10)

    @app.post("/x")
    async def write(numbers: list[int]) -> None: ...

    client = TestClient(app)
    assert client.post("/x", json=["x"] * wrong).json()["detail"] == f"The request has {said}."
    # Of a body of this size not all are found.
    large = client.post("/x", json=["x"] * 5_000).json()
    assert large["detail"].startswith("The request has at least ")
    assert large["errors"][-1]["detail"].startswith("at least ")


def test_an_error_without_a_place() -> None:
    app = FastAPI(validation_errors=PROBLEM_DETAILS)

    @app.get("/x")
    async def read() -> None:
        raise RequestValidationError([{"loc": (), "msg": "m", "type": "t"}])

    (error,) = TestClient(app).get("/x").json()["errors"]
    assert error == {"detail": "m", "type": "t", "location": "", "pointer": "#"}


async def awaited(_errors: Any, _request: Any) -> Any: ...


async def handle(_request: Any, _error: Any) -> Response:
    return Response()


HANDLERS: dict[Any, Any] = {RequestValidationError: handle}

# name: (what is declared, the exception, a part of its text)
WRONG_DECLARATIONS: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "awaited": (lambda: ErrorFormat(model=Wrong, render=awaited), TypeError, "render is no"),
    "no_function": (lambda: ErrorFormat(model=Wrong, render=None), TypeError, "render is no"),  # type: ignore[arg-type]  # that is the point
    "status": (lambda: ErrorFormat(model=Wrong, render=raw, status=500), ValueError, "400 to 499"),
    "model": (lambda: ErrorFormat(model=Request, render=raw), FastAPIError, "Invalid args"),
    "of_the_application": (
        lambda: FastAPI(validation_errors=Wrong),  # type: ignore[arg-type]  # that is the point
        *(TypeError, "is no ErrorFormat"),
    ),
    "of_an_operation": (
        lambda: FastAPI().get("/", validation_errors=Wrong)(handle),  # type: ignore[arg-type]  # that is the point
        *(TypeError, "is no ErrorFormat"),
    ),
    "both": (
        lambda: FastAPI(validation_errors=RAW, exception_handlers=HANDLERS),
        *(ValueError, "say both"),
    ),
    "both_of_a_router": (
        lambda: APIRouter(validation_errors=RAW, exception_handlers=HANDLERS),
        *(ValueError, "say both"),
    ),
}


@pytest.mark.parametrize(
    ("declare", "error", "text"), WRONG_DECLARATIONS.values(), ids=WRONG_DECLARATIONS
)
def test_wrong_declarations(declare: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        declare()


def test_the_names_are_not_shown_to_who_imports_all() -> None:
    assert "ErrorFormat" not in ferroapi.__all__
