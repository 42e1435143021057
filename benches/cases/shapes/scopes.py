"""A bearer token of OAuth2, and the scopes that an endpoint asks for."""

# mypy: disable-error-code="no-any-return, no-untyped-def, untyped-decorator"
# The framework is known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic_core import to_json

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Request, Row

USERS = {"ada-token": {"name": "ada", "scopes": ["items:read", "items:write"]}}
MISSING = {"detail": "Not allowed"}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    bearer = framework.security.OAuth2PasswordBearer(
        "token", scopes={"items:read": "Read", "items:write": "Write"}
    )

    async def user(
        asked: framework.security.SecurityScopes,  # type: ignore[name-defined]  # of the module
        token: Annotated[str, framework.Depends(bearer)],
    ) -> dict[str, Any]:
        found = USERS.get(token)
        if found is None or not set(asked.scopes) <= set(found["scopes"]):
            raise framework.HTTPException(401, MISSING["detail"])
        return found

    @api.get("/items")
    async def read_items(
        user: Annotated[dict[str, Any], framework.Security(user, scopes=["items:read"])],
    ):
        return {"user": user["name"]}

    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/items"
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, token = authorization.partition(" ")
        found = USERS.get(token) if scheme.lower() == "bearer" else None
        if found is None or not {"items:read"} <= set(found["scopes"]):
            await send_json(send, to_json(MISSING), 401)
            return
        await send_json(send, to_json({"user": found["name"]}))

    return application


CASE = Case(
    rows=(
        Row(
            name="scopes",
            title="OAuth2 scopes",
            request=Request("/items", headers=((b"authorization", b"Bearer ada-token"),)),
            expected=Expected({"user": "ada"}),
        ),
    ),
    app=app,
    floor=floor,
)
