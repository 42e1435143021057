"""A scheme that reads one header field needs no request, and answers as with one."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from unittest.mock import patch

import anyio
import pytest
from starlette.requests import HTTPConnection

from ferroapi import Depends, FastAPI, Request
from ferroapi.routing import APIRoute
from ferroapi.security import (
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
)
from ferroapi.security.http import HTTPBase

SHORTCUT = "ferroapi.plan.reading.shortcut.Shortcut.compile"


class Shouting(OAuth2PasswordBearer):
    def credentials_in(self, field: str | None) -> str | None:
        return (super().credentials_in(field) or "").upper()


class Deaf(OAuth2PasswordBearer):
    async def __call__(self, request: HTTPConnection) -> str | None:
        return "nothing is read"


# name: (the scheme, whether it is called without a request)
SCHEMES: dict[str, tuple[Any, bool]] = {
    "oauth2": (OAuth2(), True),
    "password": (OAuth2PasswordBearer("token"), True),
    "password_or_nothing": (OAuth2PasswordBearer("token", auto_error=False), True),
    "code": (OAuth2AuthorizationCodeBearer("code", "token"), True),
    "base": (HTTPBase(scheme="own"), True),
    "bearer": (HTTPBearer(), True),
    "digest_or_nothing": (HTTPDigest(auto_error=False), True),
    "subclass": (Shouting("token"), True),
    "subclass_that_is_called": (Deaf("token"), False),
    "basic": (HTTPBasic(), False),
}
FIELDS: dict[str, list[tuple[bytes, bytes]]] = {
    "none": [],
    "empty": [(b"authorization", b"")],
    "bearer": [(b"authorization", b"Bearer  a b ")],
    "case": [(b"authorization", b"bEARER \xe9")],
    "digest": [(b"authorization", b"Digest a=1")],
    "basic": [(b"authorization", b"Basic YTpi")],
    "two": [(b"x", b"y"), (b"authorization", b"Bearer 1"), (b"authorization", b"Bearer 2")],
}


def application(scheme: Any, *before: Callable[..., Any]) -> FastAPI:
    app = FastAPI()

    @app.get("/", dependencies=[Depends(call) for call in before])
    async def read(found: Annotated[Any, Depends(scheme)]) -> Any:
        return found

    return app


def answer(ask: Any, app: FastAPI, headers: Any) -> Any:
    return anyio.run(partial(ask, app, "GET", headers=headers))


@pytest.mark.parametrize("headers", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize(("scheme", "alone"), SCHEMES.values(), ids=SCHEMES)
def test_answers_as_with_a_request(ask: Any, scheme: Any, alone: bool, headers: Any) -> None:
    with patch(SHORTCUT, return_value=None):
        expected = answer(ask, application(scheme), headers)
    assert answer(ask, application(scheme), headers) == expected
    source = application(scheme).explain("/")
    assert ("credentials_in" in source) is alone
    assert ("exchange.inject" in source) is not alone


def test_a_call_that_was_replaced_later_is_called(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def call(_scheme: Any, request: Request) -> str:
        return f"replaced, {request.url.path}"

    app = application(OAuth2PasswordBearer("token"))
    headers = [(b"authorization", b"Bearer 1")]
    assert answer(ask, app, headers).body == b'"1"'
    monkeypatch.setattr(OAuth2PasswordBearer, "__call__", call)
    assert answer(ask, app, headers).body == b'"replaced, /"'


def test_headers_that_were_replaced_later_are_asked(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(OAuth2PasswordBearer("token"))
    headers = [(b"authorization", b"Bearer 1")]
    assert answer(ask, app, headers).body == b'"1"'
    replaced = property(lambda _: {"Authorization": "Bearer replaced"})
    monkeypatch.setattr(HTTPConnection, "headers", replaced)
    assert answer(ask, app, headers).body == b'"replaced"'


def test_what_a_dependency_has_changed_is_read(ask: Any) -> None:
    async def change(request: Request) -> None:
        request._headers = {"Authorization": "Bearer changed"}  # type: ignore[assignment]  # as users do

    app = application(OAuth2PasswordBearer("token"), change)
    assert answer(ask, app, [(b"authorization", b"Bearer 1")]).body == b'"changed"'


async def read_by_own_request(
    found: Annotated[Any, Depends(OAuth2PasswordBearer("token"))],
) -> Any:
    return found


def test_the_request_of_a_route_handler_is_read(ask: Any) -> None:
    class OwnRequest(Request):
        @property
        def headers(self) -> Any:
            return {"Authorization": "Bearer own"}

    class Route(APIRoute):
        def get_route_handler(self) -> Any:
            handler = super().get_route_handler()

            async def handle(request: Request) -> Any:
                return await handler(OwnRequest(request.scope, request.receive))

            return handle

    app = application(OAuth2PasswordBearer("token"))
    app.router.route_class = Route
    app.get("/own")(read_by_own_request)
    answered = anyio.run(
        partial(ask, app, "GET", "/own", headers=[(b"authorization", b"Bearer 1")])
    )
    assert answered.body == b'"own"'
