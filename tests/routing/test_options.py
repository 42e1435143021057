"""The options of a path operation, and what they do to it."""

from enum import Enum, IntEnum
from http import HTTPStatus
from typing import Any

import pytest

from ferroapi import APIRouter, FastAPI
from ferroapi.responses import PlainTextResponse
from ferroapi.routing import APIRoute
from ferroapi.testclient import TestClient


class Status(IntEnum):
    CREATED = 201


class Tag(Enum):
    USERS = "users"


async def read_items() -> list[int]:
    """Reads the items.

    All of them.\f
    Only for developers.
    """
    return [1]


def operation(**options: Any) -> dict[str, Any]:
    app = FastAPI()
    app.get("/items", **options)(read_items)
    found: dict[str, Any] = app.openapi()["paths"]["/items"]["get"]
    return found


# name: (options, a key of the OpenAPI operation, its value)
DOCUMENTED: dict[str, tuple[dict[str, Any], str, Any]] = {
    "summary_from_name": ({}, "summary", "Read Items"),
    "summary_from_given_name": ({"name": "other_name"}, "summary", "Other Name"),
    "summary": ({"summary": "S"}, "summary", "S"),
    "docstring_to_form_feed": ({}, "description", "Reads the items.\n\nAll of them."),
    "description": ({"description": "D"}, "description", "D"),
    "tags": ({"tags": ["a", Tag.USERS]}, "tags", ["a", "users"]),
    "no_tags": ({"tags": None}, "tags", None),
    "deprecated": ({"deprecated": True}, "deprecated", True),
    "not_deprecated": ({"deprecated": None}, "deprecated", None),
    "operation_id": ({"operation_id": "own"}, "operationId", "own"),
    "generated_id": ({}, "operationId", "read_items_items_get"),
    "id_function": (
        {"generate_unique_id_function": lambda route: f"id-{route.name}"},
        *("operationId", "id-read_items"),
    ),
    "extra": ({"openapi_extra": {"x-extra": [1]}}, "x-extra", [1]),
}


@pytest.mark.parametrize(("options", "key", "value"), DOCUMENTED.values(), ids=DOCUMENTED)
def test_documented(options: dict[str, Any], key: str, value: Any) -> None:
    assert operation(**options).get(key) == value


def test_response_description() -> None:
    assert operation(response_description="D")["responses"]["200"]["description"] == "D"
    assert operation()["responses"]["200"]["description"] == "Successful Response"


# name: (the status code, the one that is sent)
STATUS_CODES = {
    "int": (201, 201),
    "int_enum": (Status.CREATED, 201),
    "http_status": (HTTPStatus.ACCEPTED, 202),
    "none": (None, 200),
}


@pytest.mark.parametrize(("given", "sent"), STATUS_CODES.values(), ids=STATUS_CODES)
def test_status_code(given: int | None, sent: int) -> None:
    app = FastAPI()
    app.get("/", status_code=given)(read_items)
    assert TestClient(app).get("/").status_code == sent
    assert list(app.openapi()["paths"]["/"]["get"]["responses"]) == [str(sent)]


def test_hidden_operations_work() -> None:
    app = FastAPI()
    app.get("/", include_in_schema=False)(read_items)
    assert TestClient(app).get("/").json() == [1]
    assert app.openapi()["paths"] == {}


def test_name_is_for_urls() -> None:
    app = FastAPI()
    app.get("/a", name="own")(read_items)
    assert app.url_path_for("own") == "/a"


# name: (an option of APIRoute, its value when nothing is given)
DEFAULTS: dict[str, tuple[str, Any]] = {
    "tags": ("tags", []),
    "dependencies": ("dependencies", []),
    "responses": ("responses", {}),
    "status_code": ("status_code", None),
    "summary": ("summary", None),
    "deprecated": ("deprecated", None),
    "operation_id": ("operation_id", None),
    "include_in_schema": ("include_in_schema", True),
    "name": ("name", "read_items"),
    "methods": ("methods", {"GET"}),
    "by_alias": ("response_model_by_alias", True),
    "exclude_unset": ("response_model_exclude_unset", False),
    "openapi_extra": ("openapi_extra", None),
    "unique_id": ("unique_id", "read_items_x_get"),
    "path_format": ("path_format", "/x"),
}


@pytest.mark.parametrize(("attribute", "value"), DEFAULTS.values(), ids=DEFAULTS)
def test_attributes_of_a_route(attribute: str, value: Any) -> None:
    """Routes have every option as an attribute, for code that walks through them."""
    found = getattr(APIRoute("/x", read_items), attribute)
    assert (list(found) if value == [] else found) == value


def test_lists_of_one_route_are_its_own() -> None:
    """Changing those of one route does not change those of another."""
    first, second = APIRoute("/x", read_items), APIRoute("/x", read_items)
    first.responses[404] = {}  # type: ignore[index]  # a mapping for whoever reads it
    assert second.responses == {}


def test_response_class() -> None:
    app = FastAPI()
    app.get("/", response_class=PlainTextResponse)(lambda: "text")
    response = TestClient(app).get("/")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == "text"


@pytest.mark.parametrize("by", ["decorator", "method"])
def test_applications_take_the_options_of_routers(by: str) -> None:
    app, callbacks = FastAPI(), APIRouter()
    callbacks.post("{$request.body#/url}")(read_items)
    if by == "decorator":
        app.api_route("/", callbacks=callbacks.routes)(read_items)
    else:
        app.add_api_route("/", read_items, strict_content_type=False, callbacks=callbacks.routes)
    assert list(app.openapi()["paths"]["/"]["get"]["callbacks"]) == ["read_items"]
