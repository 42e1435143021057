"""A UUID in the path, a date and an enumeration in the query."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from datetime import date
from enum import StrEnum
from types import ModuleType
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import to_json
from typing_extensions import TypedDict

from cases.receiving import query_pairs
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"


class Parameters(TypedDict):
    """What the floor validates."""

    meter: UUID
    since: date
    unit: Unit


METER = "5b1f9d3e-0c7a-4e55-9a53-6a0a3c1f7d20"


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/meters/{meter}")
    async def read_meter(meter: UUID, since: date, unit: Unit):
        return {"meter": meter.hex, "year": since.year, "unit": unit.value}

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        prefix, _, meter = scope["path"].rpartition("/")
        assert prefix == "/meters"
        given = validator.validate_python({**dict(query_pairs(scope)), "meter": meter})
        answer = {
            "meter": given["meter"].hex,
            "year": given["since"].year,
            "unit": given["unit"].value,
        }
        await send_json(send, to_json(answer))

    return application


CASE = Case(
    rows=(
        Row(
            name="rich_parameters",
            title="UUID, date, enumeration as parameters",
            request=Request(f"/meters/{METER}", query=b"since=2026-11-01&unit=day"),
            expected=Expected({"meter": METER.replace("-", ""), "year": 2026, "unit": "day"}),
        ),
    ),
    app=app,
    floor=floor,
)
