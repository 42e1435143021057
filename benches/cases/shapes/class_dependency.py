"""A class as a dependency, two of its parameters lists."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any, NotRequired

from annotated_types import Le
from pydantic import TypeAdapter
from pydantic_core import to_json
from typing_extensions import TypedDict

from cases.receiving import query_pairs
from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row


class Parameters(TypedDict):
    """What the floor validates."""

    tag: NotRequired[list[str]]
    size: NotRequired[list[int]]
    limit: NotRequired[Annotated[int, Le(100)]]


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    class Selection:
        def __init__(
            self,
            tag: Annotated[list[str], framework.Query()] = [],  # noqa: B006  # FastAPI copies it
            size: Annotated[list[int], framework.Query()] = [],  # noqa: B006  # FastAPI copies it
            limit: Annotated[int, framework.Query(le=100)] = 10,
        ) -> None:
            self.tag = tag
            self.size = size
            self.limit = limit

    @api.get("/items")
    async def read_items(selected: Annotated[Selection, framework.Depends()]):
        return {"tag": selected.tag, "size": selected.size, "limit": selected.limit}

    return api


def floor() -> ASGIApp:
    validator = TypeAdapter(Parameters).validator

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        given: dict[str, Any] = {}
        for name, value in query_pairs(scope):
            if name == "limit":
                given[name] = value
            else:
                given.setdefault(name, []).append(value)
        given = validator.validate_python(given)
        # A class that only keeps what it is given needs no thread.
        tag, size, limit = given.get("tag", []), given.get("size", []), given.get("limit", 10)
        await send_json(send, to_json({"tag": tag, "size": size, "limit": limit}))

    return application


CASE = Case(
    rows=(
        Row(
            name="class_dependency",
            title="class dependency with lists",
            request=Request("/items", query=b"tag=new&tag=light&size=3&size=5&limit=20"),
            expected=Expected({"tag": ["new", "light"], "size": [3, 5], "limit": 20}),
        ),
    ),
    app=app,
    floor=floor,
)
