"""A subclass of `APIRoute` that adds to each response."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Any

from pydantic_core import to_json

from cases.sending import JSON_TYPE, send_answer
from harness.case import JSON, ASGIApp, Case, Expected, Request, Row

ANSWER = {"id": 7}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    class Identified(framework.routing.APIRoute):  # type: ignore[name-defined]  # of the module
        def get_route_handler(self):
            handle = super().get_route_handler()

            async def identified(request):
                response = await handle(request)
                response.headers["x-request-id"] = request.headers["x-request-id"]
                return response

            return identified

    router = framework.APIRouter(route_class=Identified)

    @router.get("/items/7")
    async def read_item():
        return ANSWER

    api.include_router(router)
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items/7"
        identity = (b"x-request-id", dict(scope["headers"])[b"x-request-id"])
        await send_answer(send, to_json(ANSWER), JSON_TYPE, identity)

    return application


CASE = Case(
    rows=(
        Row(
            name="custom_route",
            title="custom APIRoute",
            request=Request("/items/7", headers=((b"x-request-id", b"c0ffee"),)),
            expected=Expected(ANSWER, headers={**JSON, "x-request-id": "c0ffee"}),
        ),
    ),
    app=app,
    floor=floor,
)
