"""An object with attributes, of which a response model takes some."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class User:
    """A row of a table, as an object-relational mapper gives it."""

    def __init__(self, name: str, password: str, groups: list["Group"]) -> None:
        self.name = name
        self.password = password
        self.groups = groups


class Group:
    """A row of another table."""

    def __init__(self, id: int, title: str) -> None:
        self.id = id
        self.title = title


class GroupOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    title: str


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
    groups: list[GroupOut]


USER = User("ada", "secret", [Group(1, "admins"), Group(2, "authors")])


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/user", response_model=UserOut)
    async def read_user():
        return USER

    return api


def floor() -> ASGIApp:
    validator = UserOut.__pydantic_validator__
    serializer = UserOut.__pydantic_serializer__

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/user"
        user = validator.validate_python(USER, from_attributes=True)
        await send_json(send, serializer.to_json(user))

    return application


CASE = Case(
    rows=(
        Row(
            name="orm_object",
            title="ORM object by a response model",
            request=Request("/user"),
            expected=Expected(
                {"name": "ada", "groups": [{"title": "admins"}, {"title": "authors"}]}
            ),
        ),
    ),
    app=app,
    floor=floor,
)
