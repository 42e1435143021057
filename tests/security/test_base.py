"""What all schemes have in common."""

import inspect
import subprocess
import sys
from typing import Any

import pytest

from ferroapi import Depends, FastAPI, HTTPException, Request, security
from ferroapi.openapi import models
from ferroapi.responses import PlainTextResponse
from ferroapi.security.base import SecurityBase
from ferroapi.testclient import TestClient

SCHEMES: dict[str, dict[str, Any]] = {
    "APIKeyCookie": {"name": "key"},
    "APIKeyHeader": {"name": "key"},
    "APIKeyQuery": {"name": "key"},
    "HTTPBasic": {},
    "HTTPBearer": {},
    "HTTPDigest": {},
    "OAuth2": {},
    "OAuth2AuthorizationCodeBearer": {"authorizationUrl": "a", "tokenUrl": "t"},
    "OAuth2PasswordBearer": {"tokenUrl": "t"},
    "OpenIdConnect": {"openIdConnectUrl": "/o"},
}


def test_table_has_every_scheme() -> None:
    """A new scheme needs a row here."""
    public = {name for name in security.__all__ if hasattr(getattr(security, name), "model")}

    assert public == set(SCHEMES)


@pytest.mark.parametrize(("name", "arguments"), SCHEMES.items(), ids=SCHEMES)
def test_names_and_model(name: str, arguments: dict[str, Any]) -> None:
    """The class gives the name, unless one is given; the model is made once."""
    kind = getattr(security, name)
    scheme = kind(**arguments)

    assert isinstance(scheme, SecurityBase)
    assert (scheme.scheme_name, scheme.auto_error) == (name, True)
    assert kind(**arguments, scheme_name="other").scheme_name == "other"
    assert type("Sub", (kind,), {})(**arguments).scheme_name == "Sub"
    assert scheme.model is scheme.model
    assert scheme.model.description is None
    assert kind(**arguments, description="d").model.description == "d"


@pytest.mark.parametrize(("name", "arguments"), SCHEMES.items(), ids=SCHEMES)
def test_is_an_async_dependency(name: str, arguments: dict[str, Any]) -> None:
    """The call is a coroutine function with one parameter, the connection."""
    call = getattr(security, name)(**arguments).__call__

    assert inspect.iscoroutinefunction(call)
    assert list(inspect.signature(call).parameters) == ["request"]


def test_subclass_may_assign_its_model() -> None:
    """A scheme of one's own needs no more than the attributes."""

    class Own(SecurityBase):
        def __init__(self) -> None:
            self.model = models.HTTPBase(scheme="own")
            self.scheme_name = "own"

    assert Own().model == models.HTTPBase(scheme="own")


def test_a_scheme_without_a_model_has_none() -> None:
    """The class that all have in common describes no scheme."""
    assert not hasattr(SecurityBase(), "model")


def test_models_of_openapi_are_imported_late() -> None:
    """Declaring schemes does not import what only the schema needs."""
    program = (
        "import sys; from ferroapi import security; security.HTTPBearer(); "
        "security.OAuth2PasswordBearer(tokenUrl='t'); "
        "sys.exit('ferroapi.openapi.models' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


@pytest.mark.parametrize(("name", "arguments"), SCHEMES.items(), ids=SCHEMES)
def test_a_handler_of_http_exceptions_sees_all_refusals(
    name: str, arguments: dict[str, Any]
) -> None:
    app = FastAPI()

    @app.exception_handler(HTTPException)
    async def handle(request: Request, error: HTTPException) -> PlainTextResponse:
        return PlainTextResponse("handled", error.status_code)

    @app.get("/", dependencies=[Depends(getattr(security, name)(**arguments))])
    async def read() -> None: ...

    response = TestClient(app).get("/")
    assert (response.status_code, response.text) == (401, "handled")
