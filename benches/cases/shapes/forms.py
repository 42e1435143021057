"""A form, by its fields and by a model of them."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any
from urllib.parse import parse_qsl

from annotated_types import Ge
from pydantic import BaseModel
from pydantic_core import to_json

from cases.receiving import receive_body
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

TYPE = (b"content-type", b"application/x-www-form-urlencoded")


class Subscription(BaseModel):
    name: str
    age: Annotated[int, Ge(18)]
    weekly: bool = False


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.post("/fields")
    async def subscribe_by_fields(
        name: Annotated[str, framework.Form()],
        age: Annotated[int, framework.Form(ge=18)],
        weekly: Annotated[bool, framework.Form()] = False,
    ):
        return {"name": name, "age": age, "weekly": weekly}

    @api.post("/model")
    async def subscribe_by_model(subscription: Annotated[Subscription, framework.Form()]):
        return {
            "name": subscription.name,
            "age": subscription.age,
            "weekly": subscription.weekly,
        }

    return api


def floor() -> ASGIApp:
    validator = Subscription.__pydantic_validator__

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"
        assert scope["path"] in ("/fields", "/model")
        assert TYPE in scope["headers"]
        body = (await receive_body(receive)).decode("latin-1")
        given = validator.validate_python(dict(parse_qsl(body, keep_blank_values=True)))
        answer = {"name": given.name, "age": given.age, "weekly": given.weekly}
        await send_json(send, to_json(answer))

    return application


def _request(path: str) -> Request:
    body = b"name=Ada+Lovelace&age=36&weekly=true"
    return Request(path, method="POST", headers=(TYPE,), body=body)


EXPECTED = Expected({"name": "Ada Lovelace", "age": 36, "weekly": True})
CASE = Case(
    rows=(
        Row("form", "form of three fields", _request("/fields"), EXPECTED),
        Row("form_model", "form model", _request("/model"), EXPECTED),
    ),
    app=app,
    floor=floor,
)
