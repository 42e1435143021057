"""A discriminated union in, the same out."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter
from pydantic_core import to_json

from cases.receiving import receive_json
from cases.sending import send_json
from harness.case import JSON_BODY, ASGIApp, Case, Expected, Request, Row


class Card(BaseModel):
    kind: Literal["card"]
    number: str
    cvc: Annotated[str, Field(min_length=3, max_length=4)]


class Transfer(BaseModel):
    kind: Literal["transfer"]
    iban: str


Payment = Annotated[Card | Transfer, Field(discriminator="kind")]

TRANSFER = {"kind": "transfer", "iban": "CH9300762011623852957"}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/payments")
    async def pay(payment: Payment) -> Payment:
        return payment

    return api


def floor() -> ASGIApp:
    adapter: TypeAdapter[Any] = TypeAdapter(Payment)
    validator, serializer = adapter.validator, adapter.serializer

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] == "/payments"
        payment = validator.validate_json(await receive_json(scope, receive))
        await send_json(send, serializer.to_json(payment))

    return application


CASE = Case(
    rows=(
        Row(
            name="union",
            title="discriminated union in and out",
            request=Request("/payments", method="POST", headers=JSON_BODY, body=to_json(TRANSFER)),
            expected=Expected(TRANSFER),
        ),
    ),
    app=app,
    floor=floor,
)
