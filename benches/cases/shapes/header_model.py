"""A model of headers."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Client(BaseModel):
    x_tenant: str
    x_attempt: int
    user_agent: str
    save_data: bool = False


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/client")
    async def read_client(client: Annotated[Client, framework.Header()]):
        return {"tenant": client.x_tenant, "attempt": client.x_attempt, "save": client.save_data}

    return api


def floor() -> ASGIApp:
    validator = Client.__pydantic_validator__
    fields = {name.replace("_", "-").encode(): name for name in Client.model_fields}

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/client"
        given = {
            fields[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in fields
        }
        client = validator.validate_python(given)
        answer = {"tenant": client.x_tenant, "attempt": client.x_attempt, "save": client.save_data}
        await send_json(send, to_json(answer))

    return application


CASE = Case(
    rows=(
        Row(
            name="header_model",
            title="model of headers",
            request=Request("/client", headers=((b"x-tenant", b"acme"), (b"x-attempt", b"2"))),
            expected=Expected({"tenant": "acme", "attempt": 2, "save": False}),
        ),
    ),
    app=app,
    floor=floor,
)
