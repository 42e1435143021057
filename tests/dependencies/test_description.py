"""Included routes are read again once what they are read of has changed."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, create_model

from ferroapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Security
from ferroapi.dependencies.description import Description
from ferroapi.testclient import TestClient

Change = Callable[[], None]


def refuse() -> None:
    raise HTTPException(403)


def guarded(x: str = "guarded", guard: None = Depends(refuse)) -> None: ...


def read_otherwise(call: Any) -> None:
    call.__signature__ = inspect.signature(guarded, eval_str=True)


def set_defaults(function: Any) -> None:
    function.__defaults__ = (Depends(refuse),)


def of_function() -> tuple[Any, Change]:
    def dependency(x: int = 1) -> int:
        return x

    return dependency, lambda: set_defaults(dependency)


def of_keyword_only() -> tuple[Any, Change]:
    def dependency(*, x: int = 1) -> int:
        return x

    def change() -> None:
        dependency.__kwdefaults__ = {"x": Depends(refuse)}

    return dependency, change


def of_annotation() -> tuple[Any, Change]:
    def dependency(x: Any = 1) -> Any:
        return x

    def change() -> None:
        dependency.__defaults__ = None
        dependency.__annotations__["x"] = Annotated[Any, Depends(refuse)]

    return dependency, change


def of_signature() -> tuple[Any, Change]:
    def dependency(**values: Any) -> Any:
        return values.get("x")

    dependency.__signature__ = inspect.signature(lambda x=1: x)  # type: ignore[attr-defined]  # functions have one in no stub
    return dependency, lambda: read_otherwise(dependency)


def of_code() -> tuple[Any, Change]:
    def dependency(x: int = 1) -> int:
        return x

    def other(guard: int = 1) -> int:
        return guard

    def change() -> None:
        dependency.__code__ = other.__code__
        set_defaults(dependency)

    return dependency, change


def of_wrapped() -> tuple[Any, Change]:
    def dependency(x: int = 1) -> int:
        return x

    @functools.wraps(dependency)
    def outer(**values: Any) -> Any:
        return dependency(**values)

    @functools.wraps(outer)
    def outermost(**values: Any) -> Any:
        return outer(**values)

    return outermost, lambda: set_defaults(dependency)


def of_partial() -> tuple[Any, Change]:
    def dependency(y: int, x: int = 1) -> int:
        return x

    return functools.partial(dependency, 2), lambda: set_defaults(dependency)


def of_method() -> tuple[Any, Change]:
    class Owner:
        def dependency(self, x: int = 1) -> int:
            return x

    return Owner().dependency, lambda: set_defaults(Owner.dependency)


def of_class_method() -> tuple[Any, Change]:
    class Owner:
        @classmethod
        def dependency(cls, x: int = 1) -> int:
            return x

    return Owner.dependency, lambda: set_defaults(Owner.dependency.__func__)  # type: ignore[attr-defined]  # of methods


def of_instance() -> tuple[Any, Change]:
    class Instance:
        def __call__(self, x: int = 1) -> int:
            return x

    return Instance(), lambda: set_defaults(Instance.__call__)


def of_class() -> tuple[Any, Change]:
    class Dependency:
        def __init__(self, x: int = 1) -> None: ...

    return Dependency, lambda: set_defaults(Dependency.__init__)


def of_other_init() -> tuple[Any, Change]:
    class Base:
        def __init__(self, x: int = 1) -> None: ...

    class Dependency(Base): ...

    def other(self: Base, guard: None = Depends(refuse)) -> None: ...

    def change() -> None:
        Base.__init__ = other  # type: ignore[method-assign, assignment]  # that is the change

    return Dependency, change


def of_new() -> tuple[Any, Change]:
    class Dependency:
        def __new__(cls, x: int = 1) -> Any:
            return object.__new__(cls)

    return Dependency, lambda: set_defaults(Dependency.__new__)


def of_class_signature() -> tuple[Any, Change]:
    class Dependency:
        def __init__(self, **values: Any) -> None: ...

    Dependency.__signature__ = inspect.signature(lambda x=1: x)  # type: ignore[attr-defined]  # classes have one in no stub
    return Dependency, lambda: read_otherwise(Dependency)


def of_metaclass() -> tuple[Any, Change]:
    class Meta(type):
        def __call__(cls, x: int = 1) -> Any:
            return x

    class Dependency(metaclass=Meta): ...

    return Dependency, lambda: set_defaults(Meta.__call__)


def of_keyword_of_partial() -> tuple[Any, Change]:
    def dependency(x: int = 1, y: Any = 2) -> int:
        return x

    call = functools.partial(dependency, y=2)
    return call, lambda: call.keywords.update(y=Depends(refuse))


def of_signature_of_a_base() -> tuple[Any, Change]:
    class Base:
        def __init__(self, **values: Any) -> None: ...

    class Dependency(Base): ...

    Base.__signature__ = inspect.signature(lambda x=1: x)  # type: ignore[attr-defined]  # classes have one in no stub
    return Dependency, lambda: read_otherwise(Base)


def of_signature_of_a_class() -> tuple[Any, Change]:
    class Instance:
        def __call__(self, **values: Any) -> Any:
            return values.get("x")

    Instance.__signature__ = inspect.signature(lambda x=1: x)  # type: ignore[attr-defined]  # classes have one in no stub
    return Instance(), lambda: read_otherwise(Instance)


CHANGES = {
    made.__name__: made
    for made in (
        of_function,
        of_keyword_only,
        of_annotation,
        of_signature,
        of_code,
        of_wrapped,
        of_partial,
        of_method,
        of_class_method,
        of_instance,
        of_class,
        of_other_init,
        of_new,
        of_class_signature,
        of_metaclass,
        of_keyword_of_partial,
        of_signature_of_a_base,
        of_signature_of_a_class,
    )
}


def as_endpoint(router: APIRouter, call: Any) -> None:
    router.get("/", name="endpoint", response_model=None)(call)


def as_parameter(router: APIRouter, call: Any) -> None:
    def endpoint(value: Any = Depends(call)) -> None: ...

    router.get("/")(endpoint)


def below(router: APIRouter, call: Any) -> None:
    def dependency(value: Any = Security(call, scopes=["all"])) -> None: ...

    as_parameter(router, dependency)


def in_list(router: APIRouter, call: Any) -> None:
    router.get("/", dependencies=[Depends(call)])(lambda: None)


def of_router(router: APIRouter, call: Any) -> None:
    inner = APIRouter(dependencies=[Depends(call)])
    inner.get("/")(lambda: None)
    router.include_router(inner)


PLACES = {place.__name__: place for place in (as_endpoint, as_parameter, below, in_list, of_router)}


@pytest.mark.parametrize("declare", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("make", CHANGES.values(), ids=CHANGES)
def test_a_guard_that_is_added_after_the_declaration(
    make: Callable[[], tuple[Any, Change]], declare: Callable[[APIRouter, Any], None]
) -> None:
    statuses = []
    for changes in (False, True):
        call, change = make()
        router, app = APIRouter(), FastAPI()
        declare(router, call)
        app.include_router(router)
        if changes:
            change()
        statuses.append(TestClient(app).get("/").status_code)
    assert statuses == [200, 403]


def test_what_has_not_changed_is_not_read_again() -> None:
    class Dependency:
        def __init__(self, x: int = 1) -> None: ...

    Dependency.__init__.__annotations__.update(x=int)
    Dependency.__init__.__annotations__.pop("return")
    endpoint = functools.partial(lambda a, value=Depends(Dependency): a, 1)
    description = Description("/", endpoint, ())
    assert description.again("/", endpoint, ()) is description
    assert description.again("/{a}", endpoint, ()) is not description


def names_that_are_defined_later(place: str) -> FastAPI:
    """An application whose routes, included ones, take what is called `Later`."""
    names: dict[str, Any] = dict(globals())
    exec("def call(x: Later): return str(x)", names)
    router, app = APIRouter(), FastAPI()
    PLACES[place](router, names["call"])
    app.include_router(router)
    names["Later"] = Annotated[int, Query(alias="y")]
    return app


@pytest.mark.parametrize("place", PLACES)
def test_names_that_are_defined_after_the_declaration(place: str) -> None:
    client = TestClient(names_that_are_defined_later(place))
    assert client.get("/?y=1").status_code == 200
    refused = client.get("/?y=a").json()["detail"]
    assert [(error["type"], error["loc"]) for error in refused] == [("int_parsing", ["query", "y"])]
    assert client.get("/openapi.json").status_code == 200


# name: what an annotation that is text means when a route is declared, and later
MEANINGS: dict[str, tuple[Any, Any]] = {
    "dependency": (Annotated[Any, Depends(lambda: 1)], Annotated[Any, Depends(refuse)]),
    "constraint": (Annotated[int, Query()], Annotated[int, Query(gt=5)]),
    "type": (str, float),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MEANINGS)
def test_names_that_mean_something_else_when_a_router_is_included(name: str, place: str) -> None:
    before, after = MEANINGS[name]
    names: dict[str, Any] = {"Meant": before}
    exec("def call(x: 'Meant'): return str(x)", names)
    statuses = []
    for meant in (before, after):
        router, app = APIRouter(), FastAPI()
        names["Meant"] = before
        PLACES[place](router, names["call"])
        names["Meant"] = meant
        app.include_router(router)
        statuses.append(
            TestClient(app).get("/?x=1" if name == "constraint" else "/?x=a").status_code
        )
    assert statuses == [200, 403 if name == "dependency" else 422]


def rebuilt() -> tuple[Any, Change]:
    """A model, and what gives it another field."""
    model = create_model("Model", a=(int, 1))

    def change() -> None:
        added = create_model("Added", b=(int, 5)).model_fields["b"]
        model.model_fields["b"] = added
        model.model_rebuild(force=True)

    return model, change


ANNOTATIONS: dict[str, Callable[[type[BaseModel]], Any]] = {
    "model": lambda model: model,
    "optional": lambda model: model | None,
    "list": lambda model: list[model],  # type: ignore[valid-type]  # made at run time
    "annotated": lambda model: Annotated[model, Body(title="Titled")],
    "nested": lambda model: dict[str, list[model | None]],  # type: ignore[valid-type]  # see above
}
BODIES: dict[str, Callable[[Any], Any]] = {
    "list": lambda value: [value],
    "nested": lambda value: {"a": [value]},
}


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_models_that_are_rebuilt_after_the_declaration(name: str) -> None:
    model, change = rebuilt()
    annotation = ANNOTATIONS[name](model)

    def endpoint(body: Any) -> Any:
        return body

    endpoint.__annotations__ = {"body": annotation, "return": annotation}
    router, app = APIRouter(), FastAPI()
    router.post("/")(endpoint)
    app.include_router(router)
    change()
    client = TestClient(app)
    wrap = BODIES.get(name, lambda value: value)
    assert client.post("/", json=wrap({})).json() == wrap({"a": 1, "b": 5})
    assert client.post("/", json=wrap({"b": "x"})).status_code == 422
    shown = client.get("/openapi.json").json()["components"]["schemas"]["Model"]["properties"]
    assert shown.keys() == {"a", "b"}


def test_routes_that_are_declared_after_a_model_was_rebuilt() -> None:
    model, change = rebuilt()

    def endpoint(body: Any) -> Any:
        return body

    endpoint.__annotations__ = {"body": list[model], "return": list[model]}  # type: ignore[valid-type]  # see above
    app = FastAPI()
    app.post("/before")(endpoint)
    change()
    app.post("/after")(endpoint)
    assert TestClient(app).post("/after", json=[{}]).json() == [{"a": 1, "b": 5}]
