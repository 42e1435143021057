"""What a core schema is made of, whatever its defaults are and its fields are called."""

from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, TypeAdapter

from ferroapi import Body, FastAPI, Query
from ferroapi.plan.reading.validators import calls_functions_of_users
from ferroapi.schema_parts import schema_parts
from ferroapi.testclient import TestClient

LOOP: dict[str, Any] = {"type": []}
LOOP["loop"] = LOOP
LISTS: list[Any] = []
LISTS.append(LISTS)


class Named(BaseModel):
    """Its fields have the names of keys of schemas."""

    default: Annotated[int, AfterValidator(abs)] = 1
    metadata: Annotated[int, AfterValidator(abs)] = 1
    type: str = ""


def test_fields_with_names_of_keys_are_parts() -> None:
    schema = TypeAdapter(Named).core_schema
    assert (
        sum(part.get("type") == "int" for part in schema_parts(schema, without=("metadata",))) == 2
    )


class OnlyMetadata(BaseModel):
    metadata: Annotated[int, AfterValidator(lambda value: value)]


def test_functions_are_found_behind_any_name() -> None:
    assert calls_functions_of_users(TypeAdapter(OnlyMetadata).core_schema)
    assert not calls_functions_of_users(TypeAdapter(dict[str, int]).core_schema)


@pytest.mark.parametrize("default", [LOOP, LISTS], ids=["dictionary", "list"])
def test_a_default_may_contain_itself(default: Any) -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/")
    async def endpoint(
        number: int, one: Annotated[Any, Query()] = default, two: Annotated[Any, Body()] = default
    ) -> list[int]:
        return [len(one), len(two)]

    client = TestClient(app)
    assert client.post("/?number=1").json() == [len(default), len(default)]
    assert client.post("/?number=x").status_code == 422
