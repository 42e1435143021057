"""When parameters are read: what a dependency has done is seen by what is read after it."""

from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, model_validator

from ferroapi import Body, Cookie, Depends, FastAPI, Header, HTTPException, Query, Request
from ferroapi.testclient import TestClient

NO_JSON = b"}", 422
NO_TEXT = b"\xc3", 400

tenant: ContextVar[str] = ContextVar("tenant", default="unbound")
calls: list[str] = []


async def set_tenant() -> str:
    calls.append("set_tenant")
    tenant.set("acme")
    return "acme"


async def generated() -> AsyncIterator[None]:
    calls.append("generated")
    yield


def bound(value: str) -> str:
    calls.append("validator")
    return f"{value} {tenant.get()}"


Bound = Annotated[str, AfterValidator(bound)]


class Item(BaseModel):
    name: str
    tenant: str = ""

    @model_validator(mode="after")
    def bind(self) -> "Item":
        self.tenant = tenant.get()
        return self


class Made(BaseModel):
    tenant: str = Field(default_factory=lambda: tenant.get())


async def below(name: Bound = "below", above: str = Depends(set_tenant)) -> str:
    return name


async def of_a_model(item: Item, _: str = Depends(set_tenant)) -> Any:
    return item.tenant


async def of_a_factory(made: Made, _: str = Depends(set_tenant)) -> Any:
    return made.tenant


async def of_a_member(
    item: Item, other: Annotated[Bound, Body()], _: str = Depends(set_tenant)
) -> Any:
    return [item.tenant, other]


async def of_a_parameter(q: Bound, _: str = Depends(set_tenant)) -> Any:
    return q


async def of_a_dependency(q: Bound, below: str = Depends(below)) -> Any:
    return [q, below]


async def of_a_default(
    q: Annotated[str, Query(default_factory=lambda: tenant.get())], _: str = Depends(set_tenant)
) -> Any:
    return q


def of_a_function(q: Bound, _: str = Depends(set_tenant)) -> Any:
    return q


SEEN: dict[str, tuple[Callable[..., Any], Any]] = {
    "validator of a model": (of_a_model, "acme"),
    "factory of a model": (of_a_factory, "acme"),
    "validators of members": (of_a_member, ["acme", "o acme"]),
    "validator of a parameter": (of_a_parameter, "q acme"),
    "validators on two floors": (of_a_dependency, ["q acme", "below acme"]),
    "factory of a parameter": (of_a_default, "acme"),
    "validator for a function": (of_a_function, "q acme"),
}


@pytest.mark.parametrize(("endpoint", "expected"), SEEN.values(), ids=SEEN)
def test_validators_see_what_dependencies_have_set(
    endpoint: Callable[..., Any], expected: Any
) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    body: Any = {"name": "n"}
    if endpoint is of_a_member:
        body = {"item": body, "other": "o"}
    path = (
        "/?below=b" if endpoint in (of_a_factory, of_a_model, of_a_default) else "/?q=q&name=below"
    )
    assert TestClient(app).post(path, json=body).json() == expected


def test_dependencies_run_once_for_a_request_that_is_refused() -> None:
    app = FastAPI()

    @app.get("/")
    async def read(q: Bound, n: int, _: str = Depends(set_tenant)) -> Any:
        return q

    calls.clear()
    response = TestClient(app).get("/?q=q&n=x")
    assert [error["loc"] for error in response.json()["detail"]] == [["query", "n"]]
    assert calls.count("set_tenant") == 1


async def of_another_dependency(item: Item) -> None:
    calls.append("of_another_dependency")


async def after_another(
    _: str = Depends(set_tenant), __: None = Depends(of_another_dependency)
) -> None: ...


async def with_a_generator(
    item: Item, _: str = Depends(set_tenant), __: None = Depends(generated)
) -> None: ...


@pytest.mark.parametrize("endpoint", [of_a_model, of_a_member, after_another, with_a_generator])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"name": "a"', 422, id="cut off"),
        pytest.param(b"name", 422, id="no JSON"),
        pytest.param(b"\xff", 400, id="no text"),
    ],
)
def test_no_dependency_runs_for_a_body_that_is_no_json(
    endpoint: Callable[..., Any], body: bytes, status: int
) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    calls.clear()
    headers = {"content-type": "application/json"}
    assert TestClient(app).post("/", content=body, headers=headers).status_code == status
    assert calls == []


def test_a_dependency_that_refuses_comes_before_a_validator_that_fails() -> None:
    app = FastAPI()

    def fail(value: str) -> str:
        raise LookupError("no tenant")

    def refuse() -> None:
        raise HTTPException(401)

    @app.get("/", dependencies=[Depends(refuse)])
    async def read(q: Annotated[str, AfterValidator(fail)]) -> Any:
        return q

    assert TestClient(app).get("/?q=q").status_code == 401


async def user(item: Annotated[float, Body()]) -> None:
    """A dependency with a body."""


async def of_a_second_dependency(
    _: str = Depends(set_tenant), user: None = Depends(user), q: Bound = "q"
) -> None:
    """The dependency that takes the body runs after another one."""


@pytest.mark.parametrize(("body", "status"), [NO_JSON, NO_TEXT], ids=["no JSON", "no text"])
@pytest.mark.parametrize("endpoint", [of_a_model, of_a_member, of_a_second_dependency])
def test_a_body_that_cannot_be_decoded_comes_before_the_dependencies(
    endpoint: Callable[..., Any], body: bytes, status: int
) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    calls.clear()
    headers = {"content-type": "application/json"}
    assert TestClient(app).post("/", content=body, headers=headers).status_code == status
    assert calls == []


def set_cookie(request: Request) -> None:
    request.cookies["c"] = "set"


def set_header(request: Request) -> None:
    request.scope["headers"].append((b"x-h", b"set"))


def set_query(request: Request) -> None:
    request.scope["query_string"] = b"q=set"


def set_path(request: Request) -> None:
    request.scope["path_params"]["p"] = "set"


async def cookie(c: Annotated[str | None, Cookie()] = None) -> Any:
    return c


async def header(x_h: Annotated[str | None, Header()] = None) -> Any:
    return x_h


async def query(q: str | None = None) -> Any:
    return q


async def path(p: str) -> Any:
    return p


CHANGES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "cookies": (set_cookie, cookie),
    "headers": (set_header, header),
    "query": (set_query, query),
    "path": (set_path, path),
}


@pytest.mark.parametrize("nested", [False, True], ids=["endpoint", "dependency"])
@pytest.mark.parametrize(("change", "read"), CHANGES.values(), ids=CHANGES)
def test_what_a_dependency_changes_of_the_request_is_read(
    change: Callable[..., Any], read: Callable[..., Any], nested: bool
) -> None:
    app = FastAPI()

    @app.get("/through/{p}", dependencies=[Depends(change)])
    async def through(value: Any = Depends(read)) -> Any:
        return value

    app.get("/{p}", dependencies=[Depends(change)])(read)
    address = "/through/sent" if nested else "/sent"
    assert TestClient(app).get(address).json() == "set"
