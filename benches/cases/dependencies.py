"""Three levels of asynchronous dependencies, the lower two with a header and a cookie."""

# mypy: disable-error-code="no-untyped-def, untyped-decorator"
# The framework is known at run time; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Goal, Request, Row


async def find_tenant(name: str) -> dict[str, str]:
    return {"tenant": name}


async def open_session(tenant: dict[str, str], token: str) -> dict[str, str]:
    return {**tenant, "session": token}


async def load_user(session: dict[str, str]) -> dict[str, str]:
    return {**session, "user": "ada"}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    async def tenant(x_tenant: Annotated[str, framework.Header()]) -> dict[str, str]:
        return await find_tenant(x_tenant)

    async def session(
        tenant: Annotated[dict[str, str], framework.Depends(tenant)],
        session_token: Annotated[str, framework.Cookie()],
    ) -> dict[str, str]:
        return await open_session(tenant, session_token)

    async def user(
        session: Annotated[dict[str, str], framework.Depends(session)],
    ) -> dict[str, str]:
        return await load_user(session)

    @api.get("/me")
    async def me(user: Annotated[dict[str, str], framework.Depends(user)]):
        return user

    return api  # type: ignore[no-any-return]


def starlette() -> ASGIApp:
    async def me(request: StarletteRequest) -> JSONResponse:
        tenant = await find_tenant(request.headers["x-tenant"])
        session = await open_session(tenant, request.cookies["session_token"])
        return JSONResponse(await load_user(session))

    return Starlette(routes=[Route("/me", me)])


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/me"
        headers = dict(scope["headers"])
        cookies = dict(
            cookie.strip().split("=", 1) for cookie in headers[b"cookie"].decode().split(";")
        )
        tenant = await find_tenant(headers[b"x-tenant"].decode("latin-1"))
        session = await open_session(tenant, cookies["session_token"])
        await send_json(send, to_json(await load_user(session)))

    return application


CASE = Case(
    rows=(
        Row(
            name="dependencies",
            title="three-level dependencies, header, cookie",
            request=Request(
                "/me",
                headers=(
                    (b"x-tenant", b"acme"),
                    (b"cookie", b"theme=dark; session_token=f00dcafe"),
                ),
            ),
            expected=Expected({"tenant": "acme", "session": "f00dcafe", "user": "ada"}),
            goal=Goal("fastapi", 1 / 10),
        ),
    ),
    app=app,
    starlette=starlette,
    floor=floor,
)
