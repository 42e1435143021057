"""Reading what a plan does."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from ferroapi import Depends, FastAPI, Form, Query


class Model(BaseModel):
    """Which of the two names of its member is another one depends on what was sent."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    a: int = Field(1, alias="b")


def opened() -> Iterator[int]:
    yield 1


async def plain() -> Any:
    return {}


async def with_parameter(a: int, model: Annotated[Model, Query()]) -> None: ...
async def with_generator(value: Annotated[int, Depends(opened)], q: int) -> None: ...
async def with_form(a: Annotated[int, Form()]) -> None: ...


def application() -> FastAPI:
    app = FastAPI(max_body_size=10)
    app.get("/plain")(plain)
    app.post("/limited", max_body_size=5)(plain)
    app.get("/exact/{a}")(with_parameter)
    app.get("/generator")(with_generator)
    app.post("/form")(with_form)
    app.mount("/mounted", plain)
    return app


# name: (method, path, parts of the source in their order)
EXPLAINED: dict[str, tuple[str, str, list[str]]] = {
    "one_function": (
        *("GET", "/plain"),
        ["async def answer(scope, receive, send):", "await endpoint()", "http.response.start"],
    ),
    "limited": ("POST", "/limited", ["async def answer(scope, receive, send):"]),
    "exact": ("GET", "/exact/3", ["OperationPlan", "async def solve_exactly(self, exchange"]),
    "generator": (
        *("GET", "/generator"),
        [
            *("OperationPlan", "async def reply(exchange):", "validate_0(extract_0("),
            *("ThreadContexts.within(exchange.request_stack)", "contexts.enter, ", "endpoint("),
        ],
    ),
    "form": (
        *("POST", "/form"),
        ["async def answer(scope, receive, send):", "return await plan(", "read_form("],
    ),
}


@pytest.mark.parametrize(("method", "path", "parts"), EXPLAINED.values(), ids=EXPLAINED)
def test_explain(method: str, path: str, parts: list[str]) -> None:
    source = application().explain(path, method)
    positions = [source.find(part) for part in parts]
    assert -1 not in positions
    assert positions == sorted(positions)
    compile(source, path, "exec")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/plain"), ("GET", "/nothing"), ("GET", "/mounted/x"), ("GET", "/plain/")],
)
def test_nothing_to_explain(method: str, path: str) -> None:
    with pytest.raises(LookupError, match=f"No path operation answers {method} {path}"):
        application().explain(path, method)
