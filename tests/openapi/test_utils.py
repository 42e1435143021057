"""The parts of a document, each by itself, as packages that describe more than routes use them."""

from typing import Annotated, Any

from pydantic import BaseModel

from ferroapi import APIRouter, Cookie, Depends, FastAPI, Form, Header, Query, Security
from ferroapi._compat import get_definitions
from ferroapi.dependencies.utils import get_dependant
from ferroapi.openapi.utils import (
    _get_openapi_dependency_data,
    _get_openapi_operation_parameters,
    get_fields_from_routes,
    get_openapi_path,
)
from ferroapi.routing import iter_route_contexts
from ferroapi.security import HTTPBearer, OAuth2PasswordBearer


class Item(BaseModel):
    a: int = 3


class Page(BaseModel):
    number: int
    sizes: list[str] = []


bearer = HTTPBearer()
password = OAuth2PasswordBearer("token", scopes={"read": "Read"})


def user(token: Annotated[str, Security(password, scopes=["read"])]) -> None: ...


def dependency(h: Annotated[str, Header()], user: Annotated[None, Depends(user)]) -> None: ...


def application() -> FastAPI:
    callbacks = APIRouter()

    @callbacks.post("/called/{x}")
    def called(item: Item, x: int) -> Page: ...

    app = FastAPI()

    @app.post(
        *("/items/{id}",),
        callbacks=callbacks.routes,
        dependencies=[Depends(bearer)],
        responses={404: {"model": Page}},
    )
    def change(
        id: int,
        item: Item,
        page: Annotated[Page, Query()],
        dependency: Annotated[None, Depends(dependency)],
        c: Annotated[str, Cookie()] = "none",
    ) -> list[Item]: ...

    @app.get("/hidden", include_in_schema=False)
    def hidden() -> None: ...

    @app.post("/form")
    def form(item: Annotated[Item, Form()], z: Annotated[int, Form()]) -> None: ...

    router = APIRouter(prefix="/inner")
    router.get("/plain", openapi_extra={"x-extra": 1})(lambda: None)
    app.include_router(router, prefix="/outer")
    return app


def test_fields_of_routes() -> None:
    """Those of callbacks, then bodies, responses and parameters, models as their fields."""
    assert [(field.name, field.mode) for field in get_fields_from_routes(application().routes)] == [
        ("item", "validation"),
        ("Response_called_called__x__post", "serialization"),
        ("x", "validation"),
        ("item", "validation"),
        ("body", "validation"),
        ("Response_change_items__id__post", "serialization"),
        ("Response_404_change_items__id__post", "serialization"),
        ("id", "validation"),
        ("number", "validation"),
        ("sizes", "validation"),
        ("h", "validation"),
        ("c", "validation"),
    ]


def test_paths_are_those_of_the_document() -> None:
    app = application()
    document = app.openapi()
    schemas, definitions = get_definitions(
        fields=get_fields_from_routes(app.routes), model_name_map={}
    )
    operation_ids: set[str] = set()
    found: dict[str, Any] = {}
    security: dict[str, Any] = {}
    for context in iter_route_contexts(app.routes):
        if hasattr(context, "dependant"):
            path, schemes, more = get_openapi_path(
                route=context,
                operation_ids=operation_ids,
                model_name_map={},
                field_mapping=schemas,
            )
            security |= schemes
            definitions |= more
            if path:
                found[context.path_format] = path
    assert found == document["paths"]
    assert security == document["components"]["securitySchemes"]
    assert definitions.keys() == document["components"]["schemas"].keys()
    assert "change_items__id__post" in operation_ids


def test_parameters_of_a_dependant() -> None:
    def top(
        a: int, page: Annotated[Page, Query()], d: Annotated[None, Depends(dependency)]
    ) -> None:
        """Nothing that is served."""

    dependant = get_dependant(path="/{a}", call=top)
    data = _get_openapi_dependency_data(dependant)
    assert [field.name for field in data.path_params] == ["a"]
    assert [field.name for field in data.query_params] == ["page"]
    assert [field.name for field in data.header_params] == ["h"]
    assert data.cookie_params == []
    assert [(each.call, scopes) for each, scopes in data.security_dependencies] == [
        (password, ["read"])
    ]
    app = FastAPI()
    app.get("/{a}")(top)
    data = _get_openapi_dependency_data(app.routes[-1].dependant)  # type: ignore[attr-defined]  # an `APIRoute`
    schemas, _ = get_definitions(fields=get_fields_from_routes(app.routes[-1:]), model_name_map={})
    parameters = _get_openapi_operation_parameters(
        dependency_data=data, model_name_map={}, field_mapping=schemas
    )
    assert parameters == app.openapi()["paths"]["/{a}"]["get"]["parameters"]
