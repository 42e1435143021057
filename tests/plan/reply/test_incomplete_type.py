"""Return types that name something undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, PydanticUserError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from ferroapi import FastAPI
from ferroapi.testclient import TestClient

if TYPE_CHECKING:
    from nowhere import Unknown  # type: ignore[import-not-found]  # nobody has it


class Later(BaseModel):
    number: DefinedLater  # type: ignore[name-defined]  # noqa: F821


async def respond() -> Unknown:
    return PlainTextResponse("own", 418)


async def respond_with_several() -> list[Unknown]:
    return PlainTextResponse("own", 418)


async def respond_with_a_model() -> Later:
    return PlainTextResponse("own", 418)  # type: ignore[return-value]  # FastAPI allows it


async def refuse() -> Unknown:
    raise HTTPException(418, "own")


async def ask(q: int) -> Unknown:
    return q


async def give_back() -> Unknown:
    return 1


async def give_back_several() -> dict[str, Unknown]:
    return {}


def served(endpoint: Any, **options: Any) -> TestClient:
    app = FastAPI()
    app.get("/", **options)(endpoint)
    return TestClient(app)


@pytest.mark.parametrize(
    ("endpoint", "status"),
    [
        pytest.param(respond, 418, id="a response"),
        pytest.param(respond_with_several, 418, id="a response for a list"),
        pytest.param(respond_with_a_model, 418, id="a response for a model"),
        pytest.param(refuse, 418, id="an exception"),
        pytest.param(ask, 422, id="a wrong parameter"),
    ],
)
def test_who_gives_no_value_needs_no_type(endpoint: Any, status: int) -> None:
    assert served(endpoint).get("/").status_code == status


@pytest.mark.parametrize("endpoint", [give_back, give_back_several])
@pytest.mark.parametrize("options", [{}, {"response_class": PlainTextResponse}], ids=["", "class"])
def test_a_value_that_is_to_fit_is_an_error(endpoint: Any, options: dict[str, Any]) -> None:
    client = served(endpoint, **options)
    with pytest.raises(PydanticUserError, match="is not fully defined"):
        client.get("/")


def test_a_type_that_is_defined_later_is_that_of_the_next_reply() -> None:
    class Late(BaseModel):
        number: DefinedAfterwards  # type: ignore[name-defined]  # noqa: F821

    async def give_back() -> Any:
        return {"number": "1"}

    client = served(give_back, response_model=Late)
    with pytest.raises(PydanticUserError):
        client.get("/")
    Late.model_rebuild(_types_namespace={"DefinedAfterwards": int})
    assert client.get("/").json() == {"number": 1}
