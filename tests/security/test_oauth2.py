"""OAuth 2: tokens, the form of a token request, scopes."""

import inspect
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from ferroapi import Depends, FastAPI, params
from ferroapi.openapi.models import OAuthFlowPassword, OAuthFlows
from ferroapi.security import (
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    OAuth2PasswordRequestFormStrict,
    SecurityScopes,
)

REFUSED = (401, b'{"detail":"Not authenticated"}', "Bearer")
PASSWORD = {"tokenUrl": "token"}
CODE = {"authorizationUrl": "authorize", "tokenUrl": "token"}

# (class, arguments, Authorization header field, what is found)
ROWS: list[tuple[Any, dict[str, Any], bytes | None, str | None]] = [
    (OAuth2, {}, b"Bearer token", "Bearer token"),
    (OAuth2, {}, b"anything", "anything"),
    (OAuth2, {}, b"", None),
    (OAuth2, {}, None, None),
    *(
        (kind, arguments, header, found)
        for kind, arguments in (
            (OAuth2PasswordBearer, PASSWORD),
            (OAuth2AuthorizationCodeBearer, CODE),
        )
        for header, found in (
            (b"Bearer token", "token"),
            (b"bearer  a b ", "a b"),
            (b"Bearer", None),
            (b"Bearer  ", None),
            (b"Basic token", None),
            (b"", None),
            (None, None),
        )
    ),
]


@pytest.mark.parametrize(("kind", "arguments", "header", "found"), ROWS)
def test_token(
    ask: Any, kind: Any, arguments: dict[str, Any], header: bytes | None, found: str | None
) -> None:
    """A missing or empty token is a 401, or `None` without `auto_error`."""
    headers = [] if header is None else [(b"authorization", header)]

    assert ask(kind(**arguments), *headers) == (found or REFUSED)
    assert ask(kind(**arguments, auto_error=False), *headers) == found


MODELS: list[tuple[OAuth2, dict[str, Any]]] = [
    (OAuth2(), {"flows": {}}),
    (
        OAuth2(flows={"password": {"tokenUrl": "t"}}, description="d"),
        {"description": "d", "flows": {"password": {"scopes": {}, "tokenUrl": "t"}}},
    ),
    (
        OAuth2(flows=OAuthFlows(password=OAuthFlowPassword(tokenUrl="t"))),
        {"flows": {"password": {"scopes": {}, "tokenUrl": "t"}}},
    ),
    (
        OAuth2PasswordBearer("t", scopes={"a": "b"}, refreshUrl="r"),
        {"flows": {"password": {"refreshUrl": "r", "scopes": {"a": "b"}, "tokenUrl": "t"}}},
    ),
    (
        OAuth2AuthorizationCodeBearer("a", "t", "r"),
        {
            "flows": {
                "authorizationCode": {
                    "refreshUrl": "r",
                    "scopes": {},
                    "authorizationUrl": "a",
                    "tokenUrl": "t",
                }
            }
        },
    ),
]


@pytest.mark.parametrize(("scheme", "expected"), MODELS)
def test_model(scheme: OAuth2, expected: dict[str, Any]) -> None:
    """What the schema says."""
    found = scheme.model.model_dump(mode="json", by_alias=True, exclude_none=True)

    assert found == {"type": "oauth2", **expected}


@pytest.mark.parametrize("kind", [OAuth2PasswordRequestForm, OAuth2PasswordRequestFormStrict])
def test_form(kind: Any) -> None:
    """The fields are attributes, the scope is split at blanks."""
    form = kind(
        grant_type="password",
        username="u",
        password="p",
        scope=" a  b:c ",
        client_id="i",
        client_secret="s",
    )

    assert vars(form) == {
        "grant_type": "password",
        "username": "u",
        "password": "p",
        "scopes": ["a", "b:c"],
        "client_id": "i",
        "client_secret": "s",
    }


def test_only_the_strict_form_is_positional() -> None:
    """FastAPI's signatures."""
    assert OAuth2PasswordRequestFormStrict("password", "u", "p").scopes == []
    with pytest.raises(TypeError):
        OAuth2PasswordRequestForm("password", "u", "p")  # type: ignore[call-arg]  # the point


# class: the required fields, those that are shown as a password
FORMS: dict[Any, tuple[set[str], set[str]]] = {
    OAuth2PasswordRequestForm: ({"username", "password"}, {"password", "client_secret"}),
    OAuth2PasswordRequestFormStrict: ({"grant_type", "username", "password"}, set()),
}


@pytest.mark.parametrize(("kind", "required", "hidden"), [(k, *v) for k, v in FORMS.items()])
def test_form_fields(kind: Any, required: set[str], hidden: set[str]) -> None:
    """Every parameter is a form field; the grant can only be `password`."""
    parameters = inspect.signature(kind).parameters
    fields = {name: get_args(parameter.annotation) for name, parameter in parameters.items()}

    assert all(isinstance(field, params.Form) for _, field in fields.values())
    assert required == {
        name for name, parameter in parameters.items() if parameter.default is parameter.empty
    }
    assert hidden == {name for name, (_, field) in fields.items() if field.json_schema_extra}
    annotation: Any = parameters["grant_type"].annotation
    grant: TypeAdapter[Any] = TypeAdapter(annotation)
    assert grant.validate_python("password") == "password"
    with pytest.raises(ValidationError):
        grant.validate_python("passwords")


@pytest.mark.parametrize(
    ("scopes", "text"), [(None, ""), ([], ""), (["a"], "a"), (["a", "b"], "a b")]
)
def test_security_scopes(scopes: list[str] | None, text: str) -> None:
    """The list and the text."""
    found = SecurityScopes(scopes)

    assert (found.scopes, found.scope_str) == (scopes or [], text)


def test_wrong_flows_are_an_error_of_the_schema() -> None:
    """Declaring them is none: the models of OpenAPI are not there yet."""
    app = FastAPI()
    scheme = OAuth2(flows={"password": {"tokenUrl": 1}})
    app.get("/", dependencies=[Depends(scheme)])(lambda: None)
    with pytest.raises(ValidationError, match=r"flows\.password\.tokenUrl"):
        app.openapi()
