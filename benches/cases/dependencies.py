"""Three levels of asynchronous dependencies, the lower two with a header and a cookie.

The second application is the same with a dependency overridden that the request has nothing to do
with; only FastAPI and ferroapi know such a thing.
"""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row, Within


async def find_tenant(name: str) -> dict[str, str]:
    return {"tenant": name}


async def open_session(tenant: dict[str, str], token: str) -> dict[str, str]:
    return {**tenant, "session": token}


async def load_user(session: dict[str, str]) -> dict[str, str]:
    return {**session, "user": "ada"}


def app(framework: ModuleType) -> Any:
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

    return api


def overridden(framework: ModuleType) -> Any:
    async def unrelated() -> None:
        pass

    api = app(framework)
    api.dependency_overrides[unrelated] = unrelated
    return api


def starlette() -> ASGIApp:
    async def me(request: StarletteRequest) -> JSONResponse:
        tenant = await find_tenant(request.headers["x-tenant"])
        session = await open_session(tenant, request.cookies["session_token"])
        return JSONResponse(await load_user(session))

    return Starlette(routes=[Route("/me", me)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.di import Provide
    from litestar.params import Parameter

    async def provide_tenant(
        x_tenant: Annotated[str, Parameter(header="x-tenant")],
    ) -> dict[str, str]:
        return await find_tenant(x_tenant)

    async def provide_session(
        tenant: dict[str, str], token: Annotated[str, Parameter(cookie="session_token")]
    ) -> dict[str, str]:
        return await open_session(tenant, token)

    async def provide_user(session: dict[str, str]) -> dict[str, str]:
        return await load_user(session)

    @get("/me")
    async def me(user: dict[str, str]) -> dict[str, str]:
        return user

    return Litestar(
        [me],
        dependencies={
            "tenant": Provide(provide_tenant),
            "session": Provide(provide_session),
            "user": Provide(provide_user),
        },
    )


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router
    from blacksheep import Request as BlackSheepRequest

    api = Application(router=Router())

    @api.router.get("/me")
    async def me(request: BlackSheepRequest):
        tenant = await find_tenant(request.headers.get_single(b"x-tenant").decode())
        session = await open_session(tenant, request.cookies["session_token"])
        return await load_user(session)

    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Me:
        async def on_get(self, request: Any, response: Any) -> None:
            tenant = await find_tenant(request.get_header("x-tenant"))
            session = await open_session(tenant, request.cookies["session_token"])
            response.media = await load_user(session)

    api = App()
    api.add_route("/me", Me())
    return api


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


REQUEST = Request(
    "/me",
    headers=((b"x-tenant", b"acme"), (b"cookie", b"theme=dark; session_token=f00dcafe")),
)
EXPECTED = Expected({"tenant": "acme", "session": "f00dcafe", "user": "ada"})

CASE = Case(
    rows=(
        Row(
            name="dependencies",
            title="three-level dependencies",
            request=REQUEST,
            expected=EXPECTED,
            goals=(Within("fastapi", 1 / 10), Within("floor", 2)),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
    },
)
OVERRIDDEN = Case(
    rows=(
        Row(
            name="overrides",
            title="the same, another one overridden",
            request=REQUEST,
            expected=EXPECTED,
            goals=(Within("dependencies", 1.05),),
        ),
    ),
    app=overridden,
    floor=floor,
)
