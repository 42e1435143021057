"""Two lists in the query."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from typing_extensions import TypedDict

from cases.receiving import query_pairs
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Parameters(TypedDict):
    """What the floor validates."""

    tag: list[str]
    id: list[int]


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    @api.get("/items")
    async def read_items(
        tag: Annotated[list[str], framework.Query()],
        id: Annotated[list[int], framework.Query()],
    ):
        return {"tag": tag, "id": id}

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        given: dict[str, list[str]] = {}
        for name, value in query_pairs(scope):
            given.setdefault(name, []).append(value)
        await send_json(send, to_json(validator.validate_python(given)))

    return application


CASE = Case(
    rows=(
        Row(
            name="query_lists",
            title="two lists in the query",
            request=Request("/items", query=b"tag=new&tag=light&id=3&id=5&id=8"),
            expected=Expected({"tag": ["new", "light"], "id": [3, 5, 8]}),
        ),
    ),
    app=app,
    floor=floor,
)
