"""What a parameter may say, what it means, and the errors a wrong one gets."""

import dataclasses
import typing
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, Json
from starlette.datastructures import State
from starlette.requests import HTTPConnection
from typing_extensions import TypeAliasType

from ferroapi import (
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Path,
    Query,
    Request,
    Response,
    Security,
    UploadFile,
    WebSocket,
)
from ferroapi.dependencies.utils import get_dependant
from ferroapi.exceptions import FastAPIError
from ferroapi.security import SecurityScopes
from ferroapi.testclient import TestClient


class Model(BaseModel):
    a: int


@dataclasses.dataclass
class Data:
    a: int


class OwnRequest(Request):
    """A subclass is injected like its base."""


class NoField:
    """A class pydantic knows nothing about."""


def dependency() -> None: ...


def default_in_annotated(p: Annotated[int, Query(5)]) -> None: ...


def both_forms(p: Annotated[int, Query()] = Query()) -> None: ...  # type: ignore[assignment]  # that is refused


def both_depends(p: Annotated[int, Depends(dependency)] = Depends(dependency)) -> None: ...


def query_and_depends(p: Annotated[int, Query()] = Depends(dependency)) -> None: ...


def path_with_default(p: Annotated[int, Path()] = 5) -> None: ...


def query_for_path(p: Annotated[int, Query()]) -> None: ...


def header_for_path(p: int = Header()) -> None: ...


def list_for_path(p: list[int]) -> None: ...


def model_for_path(p: Annotated[Model, Path()]) -> None: ...


def mapping_for_query(q: Annotated[dict[str, int], Query()]) -> None: ...


def models_for_query(q: Annotated[list[Model], Query()]) -> None: ...


def request_with_marker(q: Annotated[Request, Query()]) -> None: ...


def response_with_default(q: Response = Query()) -> None: ...  # type: ignore[assignment]  # that is refused


def no_field(q: NoField) -> None: ...


DEFAULT = (
    "`Query` default value cannot be set in `Annotated` for 'p'. "
    "Set the default value with `=` instead."
)
SUPPORTED = "Path params must be of one of the supported types"

# name: (endpoint for "/{p}" or "/", the error)
WRONG: dict[str, tuple[str, Any, str]] = {
    "default_in_annotated": ("/", default_in_annotated, DEFAULT),
    "both_forms": (
        *("/", both_forms),
        "Cannot specify FastAPI annotations in `Annotated` and default value together for 'p'",
    ),
    "both_depends": (
        *("/", both_depends),
        "Cannot specify `Depends` in `Annotated` and default value together for 'p'",
    ),
    "query_and_depends": (
        *("/", query_and_depends),
        "Cannot specify a FastAPI annotation in `Annotated` and `Depends` as a default value "
        "together for 'p'",
    ),
    "path_with_default": ("/{p}", path_with_default, "Path parameters cannot have default values"),
    "query_for_path": ("/{p}", query_for_path, "Cannot use `Query` for path param 'p'"),
    "header_for_path": ("/{p}", header_for_path, "Cannot use `Header` for path param 'p'"),
    "list_for_path": ("/{p}", list_for_path, SUPPORTED),
    "model_for_path": ("/{p}", model_for_path, SUPPORTED),
    "mapping_for_query": (
        *("/", mapping_for_query),
        "Query parameter 'q' must be one of the supported types",
    ),
    "models_for_query": (
        *("/", models_for_query),
        "Query parameter 'q' must be one of the supported types",
    ),
    "request_with_marker": (
        *("/", request_with_marker),
        f"Cannot specify FastAPI annotation for type {Request!r}",
    ),
    "response_with_default": (
        *("/", response_with_default),
        f"Cannot specify FastAPI annotation for type {Response!r}",
    ),
}


@pytest.mark.parametrize(("path", "endpoint", "text"), WRONG.values(), ids=WRONG)
def test_wrong(path: str, endpoint: Any, text: str) -> None:
    """Raised when the route is declared, whether an endpoint or a dependency is wrong."""
    with pytest.raises(AssertionError) as caught:
        FastAPI().get(path)(endpoint)
    assert str(caught.value) == text

    def below(value: None = Depends(endpoint)) -> None: ...

    with pytest.raises(AssertionError):
        FastAPI().get(path)(below)


def test_unknown_type() -> None:
    with pytest.raises(FastAPIError, match="Invalid args for response field! Hint: check that"):
        FastAPI().get("/")(no_field)


# What the statement `type` makes, before Python 3.15 another class than the second.
ALIASES: list[Any] = [getattr(typing, "TypeAliasType", TypeAliasType), TypeAliasType]
Alias = ALIASES[0]("Alias", Annotated[int, Header()])
Plain = TypeAliasType("Plain", int)
AliasOfModel = ALIASES[0]("AliasOfModel", Model)


def declared(annotation: Any, default: Any) -> Any:
    """A function with one parameter `p`."""
    if default is ...:

        def required(p): ...  # type: ignore[no-untyped-def]  # annotated below

        required.__annotations__["p"] = annotation
        return required

    def optional(p=default): ...  # type: ignore[no-untyped-def]  # annotated below

    optional.__annotations__["p"] = annotation
    return optional


# name: (annotation, default, where the value comes from)
LOCATIONS: dict[str, tuple[Any, Any, str]] = {
    "int": (int, ..., "query"),
    "default": (int, 5, "query"),
    "optional": (int | None, None, "query"),
    "any": (Any, ..., "query"),
    "marker": (int, Query(), "query"),
    "list_with_marker": (list[int], Query(), "query"),
    "optional_list_with_marker": (list[int] | None, Query(), "query"),
    "model_with_marker": (Model, Query(), "query"),
    "optional_model_with_marker": (Model | None, Query(), "query"),
    "annotated_field": (Annotated[int, Field(gt=3)], ..., "query"),
    "last_marker_wins": (Annotated[int, Query(), Header()], ..., "header"),
    "header": (Annotated[str, Header()], ..., "header"),
    "cookie": (str, Cookie(), "cookie"),
    "alias_type": (Alias, ..., "header"),
    "alias_of_a_model": (AliasOfModel, ..., "body"),
    "optional_alias_of_a_model": (AliasOfModel | None, None, "query"),
    "alias_of_a_list": (ALIASES[0]("List", list[int]), ..., "body"),
    "alias_of_an_upload": (ALIASES[0]("Upload", UploadFile), ..., "body"),
    "alias_of_an_alias": (ALIASES[0]("Second", Alias), ..., "header"),
    "alias_of_extensions": (ALIASES[1]("Extension", Annotated[int, Cookie()]), ..., "cookie"),
    "plain_alias_type": (Plain, ..., "query"),
    "json_with_marker": (Json[list[int]], Query(), "query"),
    "list": (list[int], ..., "body"),
    "list_default": (list[int], [], "body"),
    "set": (set[int], ..., "body"),
    "deque": (deque[int], ..., "body"),
    "tuple": (tuple[int, str], ..., "body"),
    "sequence": (Sequence[int], ..., "body"),
    "dict": (dict[str, int], ..., "body"),
    "mapping": (Mapping[str, int], ..., "body"),
    "model": (Model, ..., "body"),
    "optional_model": (Model | None, None, "body"),
    "annotated_model": (Annotated[Model, "note"], ..., "body"),
    "dataclass": (Data, ..., "body"),
    "union_with_model": (int | Model, ..., "body"),
    "body": (int, Body(), "body"),
    "form": (int, Form(), "body"),
    "file": (bytes, File(), "body"),
    "upload": (UploadFile, ..., "body"),
    "uploads": (list[UploadFile], ..., "body"),
    "optional_upload": (UploadFile | None, None, "body"),
}


@pytest.mark.parametrize(("annotation", "default", "location"), LOCATIONS.values(), ids=LOCATIONS)
def test_location(annotation: Any, default: Any, location: str) -> None:
    dependant = get_dependant(path="/", call=declared(annotation, default))
    found = {
        name: getattr(dependant, f"{name}_params")
        for name in ("path", "query", "header", "cookie", "body")
    }
    assert [name for name, fields in found.items() if fields] == [location]
    assert found[location][0].name == "p"


@pytest.mark.parametrize("alias", ALIASES, ids=["typing", "typing_extensions"])
def test_a_dependency_of_an_alias_runs(alias: Any) -> None:
    def refuse() -> str:
        raise HTTPException(401)

    app = FastAPI()
    user = alias("User", Annotated[str, Depends(refuse)])
    app.get("/user")(declared(user, ...))
    app.get("/alias")(declared(alias("Outer", user), ...))
    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/user?p=a", "/alias?p=a")] == [401, 401]


@pytest.mark.parametrize("annotation", [int, Annotated[int, Field(ge=0)]])
@pytest.mark.parametrize("default", [..., 5, Path()])
def test_a_name_in_the_path_is_a_path_parameter(annotation: Any, default: Any) -> None:
    """A default it may have is ignored: the same function may serve another path, too."""
    dependant = get_dependant(path="/{p}", call=declared(annotation, default))
    (field,) = dependant.path_params
    assert field.field_info.is_required()


# name: (annotation, what is injected)
INJECTED: dict[str, tuple[Any, str]] = {
    "request": (Request, "request"),
    "own_request": (OwnRequest, "request"),
    "websocket": (WebSocket, "websocket"),
    "connection": (HTTPConnection, "connection"),
    "response": (Response, "response"),
    "request_with_a_typed_state": (Request[State], "request"),
    "websocket_with_a_typed_state": (WebSocket[dict[str, int]], "websocket"),
    "background": (BackgroundTasks, "background_tasks"),
    "scopes": (SecurityScopes, "security_scopes"),
    "annotated": (Annotated[Request, "note"], "request"),
    "alias": (ALIASES[0]("OfRequest", Request), "request"),
    "alias_of_extensions": (ALIASES[1]("OfResponse", Response), "response"),
}


@pytest.mark.parametrize(("annotation", "kind"), INJECTED.values(), ids=INJECTED)
def test_injected(annotation: Any, kind: str) -> None:
    assert get_dependant(path="/", call=declared(annotation, ...)).injected == {"p": kind}


class Common:
    def __init__(self, q: int = 1) -> None:
        self.q = q


# name: (annotation, default): each depends on Common
DEPENDS: dict[str, tuple[Any, Any]] = {
    "default": (Any, Depends(Common)),
    "annotated": (Annotated[Any, Depends(Common)], ...),
    "type_is_the_dependency": (Common, Depends()),
    "annotated_type_is_the_dependency": (Annotated[Common, Depends()], ...),
    "security": (Any, Security(Common, scopes=["a"])),
}


@pytest.mark.parametrize(("annotation", "default"), DEPENDS.values(), ids=DEPENDS)
def test_depends(annotation: Any, default: Any) -> None:
    (below,) = get_dependant(path="/", call=declared(annotation, default)).dependencies
    assert below.call is Common
    assert below.name == "p"
    assert [field.name for field in below.query_params] == ["q"]


# name: (a header parameter, the name of its header)
HEADER_NAMES: dict[str, tuple[Any, str]] = {
    "hyphens": (Header(), "x-long-name"),
    "underscores": (Header(convert_underscores=False), "x_long_name"),
    "alias": (Header(alias="X_Own"), "X_Own"),
}


@pytest.mark.parametrize(("info", "alias"), HEADER_NAMES.values(), ids=HEADER_NAMES)
def test_header_name(info: Any, alias: str) -> None:
    def call(x_long_name: str = info) -> None: ...

    (field,) = get_dependant(path="/", call=call).header_params
    assert field.alias == alias
