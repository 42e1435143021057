"""The documents of whole applications."""

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from tests.openapi.writing.applications import APPLICATIONS

from ferroapi import APIRouter, Depends, FastAPI, openapi
from ferroapi.openapi.utils import get_openapi
from ferroapi.responses import JSONResponse, PlainTextResponse
from ferroapi.routing import iter_route_contexts
from ferroapi.security import HTTPBearer
from ferroapi.testclient import TestClient

EXPECTED = Path(__file__).parent / "expected"
# What pydantic before 2.13 says of decimals, too.
DECIMAL = re.compile(r',\n *"pattern": "\^\(\?!\^\[-\+\.\]\*\$\)[^"]*"')


@pytest.mark.parametrize("name", APPLICATIONS)
def test_document_is_the_one_fastapi_gives(name: str) -> None:
    document = APPLICATIONS[name]().openapi()

    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    assert DECIMAL.sub("", text) == (EXPECTED / f"{name}.json").read_text()


def test_document_is_served_as_it_is() -> None:
    app = APPLICATIONS["parameters"]()

    response = TestClient(app).get("/openapi.json")

    assert response.json() == app.openapi()


def describe(*routers: APIRouter, **options: Any) -> dict[str, Any]:
    routes = [route for router in routers for route in router.routes]
    return get_openapi(title="t", version="1", routes=routes, **options)


def test_document_of_nothing() -> None:
    assert describe() == {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
    }


def test_title_and_version_may_be_empty() -> None:
    assert get_openapi(title="", version="", routes=[])["info"] == {"title": "", "version": ""}


def test_version_of_the_specification_is_named() -> None:
    assert describe(openapi_version="3.1.1")["openapi"] == "3.1.1"


def test_route_contexts_are_routes() -> None:
    app = APPLICATIONS["dependencies"]()

    contexts = list(iter_route_contexts(app.routes))

    assert get_openapi(title=app.title, version=app.version, routes=contexts) == app.openapi()


def test_methods_of_one_path_are_together() -> None:
    router = APIRouter()
    router.add_api_route("/a", lambda: None, methods=["GET"], name="read")
    router.add_api_route("/b", lambda: None, methods=["GET"], name="other")
    router.add_api_route("/a", lambda: None, methods=["PUT"], name="write")

    assert {path: list(item) for path, item in describe(router)["paths"].items()} == {
        "/a": ["get", "put"],
        "/b": ["get"],
    }


def test_each_method_of_a_route_is_an_operation_of_its_own() -> None:
    router = APIRouter()
    router.add_api_route("/a", lambda: None, methods=["POST", "GET"], name="read")
    router.add_api_route(
        "/b",
        lambda: None,
        methods=["PUT", "GET"],
        generate_unique_id_function=lambda route: "-".join([route.name, *route.methods]),
        name="other",
    )

    ids = {
        path: {method: operation["operationId"] for method, operation in item.items()}
        for path, item in describe(router)["paths"].items()
    }

    assert ids == {
        "/a": {"get": "read_a_get", "post": "read_a_post"},
        "/b": {"get": "other-GET", "put": "other-PUT"},
    }


def test_second_use_of_an_operation_id_warns() -> None:
    router = APIRouter()
    for path in ("/a", "/b"):
        router.add_api_route(path, endpoint, operation_id="same")

    with pytest.warns(UserWarning, match="Duplicate Operation ID same for function endpoint at .*"):
        describe(router)


def endpoint() -> None:
    pass


def test_callbacks_of_several_methods_do_not_warn() -> None:
    callbacks = APIRouter()
    callbacks.add_api_route("/back", endpoint, methods=["POST"])
    router = APIRouter()
    router.add_api_route("/a", endpoint, methods=["GET"], callbacks=callbacks.routes)
    router.add_api_route("/b", endpoint, methods=["GET"])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        describe(router)


def test_what_only_a_callback_refers_to_is_there() -> None:
    callbacks = APIRouter(dependencies=[Depends(HTTPBearer())])
    callbacks.add_api_route("/back", reads_a_number, methods=["POST"])
    router = APIRouter()
    router.add_api_route("/a", endpoint, callbacks=callbacks.routes)

    components = describe(router)["components"]

    assert list(components["schemas"]) == ["HTTPValidationError", "ValidationError"]
    assert components["securitySchemes"] == {"HTTPBearer": {"type": "http", "scheme": "bearer"}}


def reads_a_number(number: int) -> None:
    pass


def test_a_response_class_without_a_status_parameter() -> None:
    class Own(PlainTextResponse):
        def __init__(self, content: str) -> None:
            super().__init__(content)

    router = APIRouter()
    router.add_api_route("/a", endpoint, response_class=Own)

    assert list(describe(router)["paths"]["/a"]["get"]["responses"]) == ["200"]


@pytest.mark.parametrize("response", [{}, {"description": "Given"}])
def test_response_of_no_status_is_refused(response: dict[str, Any]) -> None:
    router = APIRouter()
    router.add_api_route("/a", endpoint, responses={"hello": response})

    with pytest.raises(ValueError, match="hello"):
        describe(router)


@pytest.mark.parametrize(
    "options",
    [{"servers": [{}]}, {"contact": {"url": "nowhere"}}, {"tags": [{"description": "no name"}]}],
    ids=repr,
)
def test_metadata_that_does_not_fit_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        describe(**options)


class Anything(JSONResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Teapot(Anything):
    def __init__(self, content: Any, status_code: int = 418) -> None:
        super().__init__(content, status_code)


@pytest.mark.parametrize(("response_class", "status"), [(Anything, "200"), (Teapot, "418")])
def test_status_is_the_default_of_the_response_class(
    response_class: type[JSONResponse], status: str
) -> None:
    router = APIRouter()
    router.add_api_route("/a", endpoint, response_class=response_class)

    assert list(describe(router)["paths"]["/a"]["get"]["responses"]) == [status]


@pytest.mark.parametrize("status", ["422", "4XX", "4xx", "default", "DEFAULT", 422])
def test_declared_response_stands_for_the_answer_to_invalid_requests(status: int | str) -> None:
    def read(q: int) -> None: ...

    router = APIRouter()
    router.add_api_route("/a", read, responses={status: {}})
    document = describe(router)

    assert len(document["paths"]["/a"]["get"]["responses"]) == 2
    assert "components" not in document


def test_what_is_depended_on_often_is_described_once() -> None:
    class Unhashable:
        __hash__ = None  # type: ignore[assignment]  # as dataclasses with `__eq__` are

        def __call__(self, q: int) -> None: ...

    dependency: Callable[..., Any] = Unhashable()
    for _ in range(6):
        dependency = twice(dependency)
    router = APIRouter()
    router.add_api_route("/a", twice(dependency))

    parameters = describe(router)["paths"]["/a"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["q"]


def twice(dependency: Callable[..., Any]) -> Callable[..., Any]:
    def both(a: None = Depends(dependency), b: None = Depends(dependency)) -> None: ...

    return both


def test_application_is_not_changed_by_its_description() -> None:
    extra: dict[str, Any] = {"tags": ["b"], "x-a": {"b": [1]}}
    responses: dict[int | str, dict[str, Any]] = {200: {"content": {"a/b": {}}}, 404: {}}

    class Model(BaseModel):
        a: int

    router = APIRouter()
    router.add_api_route(
        "/a", endpoint, response_model=Model, tags=["a"], openapi_extra=extra, responses=responses
    )
    first = describe(router)

    assert describe(router) == first
    assert extra == {"tags": ["b"], "x-a": {"b": [1]}}
    assert responses == {200: {"content": {"a/b": {}}}, 404: {}}


def test_endpoint_may_be_a_security_scheme_without_guarding_itself() -> None:
    from ferroapi.security import HTTPBearer

    app = FastAPI()
    app.add_api_route("/a", HTTPBearer())

    assert "security" not in app.openapi()["paths"]["/a"]["get"]


@pytest.mark.parametrize(
    ("definition", "name"),
    [
        ("validation_error_definition", "ValidationError"),
        ("validation_error_response_definition", "HTTPValidationError"),
    ],
)
def test_the_schemas_of_errors_may_be_replaced(
    definition: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an assignment to the name in `openapi.utils`."""
    monkeypatch.setattr(openapi.utils, definition, {"title": "Mine", "type": "object"})
    app = FastAPI()
    app.get("/")(lambda number: number)
    schemas = app.openapi()["components"]["schemas"]
    assert schemas[name] == {"title": "Mine", "type": "object"}
