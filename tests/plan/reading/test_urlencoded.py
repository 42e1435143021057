"""The short cut of forms, against the reading in the exact order, and what takes which way."""

import asyncio
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator
from starlette import formparsers, requests
from starlette.datastructures import FormData

from ferroapi import (
    BackgroundTasks,
    Depends,
    FastAPI,
    Form,
    HTTPException,
    Query,
    Request,
    Response,
)
from ferroapi._core import UrlencodedForm
from ferroapi.dependencies.body import form_models
from ferroapi.dependencies.models import Dependant
from ferroapi.dependencies.utils import get_dependant
from ferroapi.fields import Undefined
from ferroapi.plan.reading.form_fields import FormField
from ferroapi.plan.reading.form_models import FormModels
from ferroapi.plan.reading.form_parameters import can_shorten, form_parameters
from ferroapi.testclient import TestClient


class Plain(BaseModel):
    a: str
    b: list[str] = []
    c: int = 0


class Chosen(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    one: str = Field("", validation_alias=AliasChoices("a", "b"))
    b: str | None = None
    three: list[str] = Field([], alias="c")


class Open(Chosen):
    model_config = ConfigDict(extra="allow")


class Closed(Plain):
    model_config = ConfigDict(extra="forbid")


async def endpoint(  # one of each kind
    a: Annotated[str, Form()],
    b: Annotated[list[str], Form()],
    chosen: Annotated[str, Form(validation_alias=AliasChoices("c", "b", "a"))],
    plain: Annotated[Plain, Form()],
    with_choices: Annotated[Chosen, Form()],
    with_others: Annotated[Open, Form()],
    closed: Annotated[Closed | None, Form()] = None,
    optional: Annotated[Plain | None, Form()] = None,
    opened: Annotated[Open | None, Form()] = None,
) -> None: ...


DEPENDANT: Dependant = get_dependant(path="/", call=endpoint)
FIELDS = [(field.name, field) for field in DEPENDANT.body_params]
PARAMETERS = form_parameters(FIELDS)


async def read_exactly(form: FormData) -> dict[str, Any]:
    received: dict[str, list[Any]] = {}
    for name, item in form.multi_items():
        received.setdefault(name, []).append(item)
    values = {}
    for slot, field in FIELDS:
        if form_models(field):
            _, value = await FormModels(field).read(received)
        else:
            _, value = FormField(field).find(received)
        if value is not Undefined:
            values[slot] = value
    return values


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", "x", ""]), st.sampled_from(["", "1", "é"])))
)
def test_the_core_takes_what_the_exact_order_takes(pairs: list[tuple[str, str]]) -> None:
    form = UrlencodedForm(1000, 1000)
    form.write("&".join(f"{name}={value}" for name, value in pairs).encode("latin-1"))
    form.finish()
    taken = PARAMETERS.extract(form)
    exact = asyncio.run(read_exactly(FormData([*pairs])))
    # As text, since validators of models see the order of members.
    assert {slot: repr(value) for slot, value in taken.items()} == {
        slot: repr(value) for slot, value in exact.items()
    }


def test_a_union_of_models_takes_the_exact_order() -> None:
    async def union(p: Annotated[Plain | Chosen, Form()]) -> None: ...

    (field,) = get_dependant(path="/", call=union).body_params
    assert not can_shorten(field)


class Counted(BaseModel):
    n: int

    @model_validator(mode="before")
    @classmethod
    def sees(cls, value: Any) -> Any:
        seen.append(dict(value))
        return value


seen: list[Any] = []


def test_validators_in_front_of_a_model_see_all_that_was_sent() -> None:
    app = FastAPI()

    @app.post("/")
    async def post(p: Annotated[Counted, Form()]) -> int:
        return p.n

    seen.clear()
    with TestClient(app) as client:
        assert client.post("/", data={"x": ["1", "2"], "n": "3", "y": ""}).json() == 3
    assert seen == [{"n": "3", "x": ["1", "2"], "y": ""}]


def asking() -> FastAPI:
    """Operations that ask a request for its form, before or after it was read for parameters."""
    app = FastAPI(form_limits={"max_fields": 2000})

    async def shows(request: Request) -> Any:
        try:
            body: Any = (await request.body()).decode()
        except RuntimeError as error:
            body = str(error)
        return [(await request.form()).multi_items(), body]

    async def before(request: Request) -> Any:
        return await shows(request)

    @app.post("/injected")
    async def injected(request: Request, a: Annotated[str, Form()]) -> Any:
        return [a, *await shows(request)]

    @app.post("/dependency")
    async def dependency(a: Annotated[str, Form()], before: Any = Depends(before)) -> Any:
        return [a, *before]

    @app.post("/raising")
    async def raising(a: Annotated[str, Form()]) -> None:
        raise LookupError(a)

    @app.exception_handler(LookupError)
    async def answer(request: Request, error: LookupError) -> Response:
        shown = await shows(request)
        return Response(repr([str(error), *shown]).encode())

    return app


@pytest.mark.parametrize("path", ["/injected", "/dependency", "/raising"])
def test_a_request_has_the_form_that_was_read(path: str) -> None:
    """Within the limits of the operation, and its body is gone, as after `Request.form`."""
    pairs = [["a", str(number)] for number in range(1500)]
    content = "&".join(f"a={number}" for number in range(1500))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    with TestClient(asking()) as client:
        response = client.post(path, content=content, headers=headers)
    shown = response.text.replace("(", "[").replace(")", "]").replace("'", '"').replace(" ", "")
    expected = repr(["1499", pairs, "Stream consumed"]).replace("'", '"').replace(" ", "")
    assert shown == expected


def answering() -> FastAPI:
    app = FastAPI()

    async def dependency(c: Annotated[str, Form()] = "none") -> str:
        if c == "raise":
            raise HTTPException(418)
        return c

    @app.post("/")
    async def post(
        tasks: BackgroundTasks,
        q: Annotated[int, Query()],
        a: Annotated[int, Form()],
        c: Annotated[str, Depends(dependency)],
    ) -> Any:
        return [q, a, c]

    @app.post("/thread")
    def thread(a: Annotated[int, Form()], c: Annotated[str, Depends(dependency)]) -> Any:
        return [a, c]

    return app


@pytest.mark.parametrize(
    ("path", "data", "status", "expected"),
    [
        ("/?q=1", {"a": "2"}, 200, [1, 2, "none"]),
        ("/?q=1", {"a": "2", "c": "x"}, 200, [1, 2, "x"]),
        ("/?q=1", {"a": "2", "c": "raise"}, 418, None),
        ("/?q=1", {"a": "x", "c": "raise"}, 418, None),
        ("/?q=x", {"a": "x"}, 422, [["query", "q"], ["body", "a"]]),
        ("/thread", {"a": "2"}, 200, [2, "none"]),
        ("/thread", {}, 422, [["body", "a"]]),
    ],
)
def test_parameters_and_dependencies(
    path: str, data: dict[str, str], status: int, expected: Any
) -> None:
    with TestClient(answering()) as client:
        for files in (None, {"file": b"x"}):
            response = client.post(path, data=data, files=files)
            assert response.status_code == status
            if status == 200:
                assert response.json() == expected
            elif status == 422:
                assert [error["loc"] for error in response.json()["detail"]] == expected


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (requests, "FormParser"),
        (formparsers.FormParser, "parse"),
        (formparsers.FormParser, "on_field_end"),
        (requests.Request, "_get_form"),
    ],
)
def test_whoever_replaces_what_parses_forms_is_asked(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    app = FastAPI()

    @app.post("/")
    async def post(a: Annotated[str, Form()]) -> str:
        return a

    asked = []
    original = getattr(owner, name)

    def instead(*args: Any, **options: Any) -> Any:
        asked.append(name)
        return original(*args, **options)

    with TestClient(app) as client:
        assert client.post("/", data={"a": "1"}).json() == "1"
        monkeypatch.setattr(owner, name, instead)
        assert client.post("/", data={"a": "1"}).json() == "1"
    assert asked
