"""A reply without a declared type, of values that JSON has no form for."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from types import ModuleType
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class State(Enum):
    OPEN = "open"
    PAID = "paid"


class Buyer(BaseModel):
    name: str
    since: datetime


MOMENT = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)
ORDER = {
    "id": UUID("5b1f9d3e-0c7a-4e55-9a53-6a0a3c1f7d20"),
    "placed": MOMENT,
    "total": Decimal("162.75"),
    "state": State.PAID,
    "buyer": Buyer(name="Ada", since=MOMENT),
}
VALUE = {
    "id": "5b1f9d3e-0c7a-4e55-9a53-6a0a3c1f7d20",
    "placed": "2026-11-28T12:30:00+00:00",
    "total": 162.75,
    "state": "paid",
    "buyer": {"name": "Ada", "since": "2026-11-28T12:30:00Z"},
}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/order")
    async def read_order():
        return ORDER

    return api


def plain(value: Any) -> Any:
    """What pydantic-core would write in another form than FastAPI."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/order"
        await send_json(send, to_json({name: plain(value) for name, value in ORDER.items()}))

    return application


CASE = Case(
    rows=(
        Row(
            name="rich_values",
            title="untyped datetime, Decimal, UUID, model",
            request=Request("/order"),
            expected=Expected(VALUE),
        ),
    ),
    app=app,
    floor=floor,
)
