"""The objects of a document: what they accept and how they are written."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from ferroapi.encoders import jsonable_encoder
from ferroapi.openapi import models

INFO = {"title": "t", "version": "1"}

WRITTEN: dict[str, tuple[type[BaseModel], dict[str, Any], dict[str, Any]]] = {
    "URLs are normalised": (
        models.Contact,
        {"url": "http://u", "email": "a@example.com"},
        {"url": "http://u/", "email": "a@example.com"},
    ),
    "server URLs may be relative": (models.Server, {"url": "/v1"}, {"url": "/v1"}),
    "extensions are kept": (
        models.Info,
        {**INFO, "x-audience": "all"},
        {**INFO, "x-audience": "all"},
    ),
    "null is left out": (models.Schema, {"title": None, "default": None}, {}),
    "several types": (
        models.Schema,
        {"type": ["string", "null"]},
        {"type": ["string", "null"]},
    ),
    "boolean schemas": (
        models.Schema,
        {"additionalProperties": False, "items": True},
        {"additionalProperties": False, "items": True},
    ),
    "keywords that are reserved in Python": (
        models.Schema,
        {"not": {"$ref": "#/a"}, "if": True, "else": False, "$defs": {"a": True}},
        {"$defs": {"a": True}, "not": {"$ref": "#/a"}, "if": True, "else": False},
    ),
    "API key": (
        models.APIKey,
        {"in": "header", "name": "key"},
        {"type": "apiKey", "in": "header", "name": "key"},
    ),
    "bearer": (models.HTTPBearer, {}, {"type": "http", "scheme": "bearer"}),
    "OAuth2": (
        models.OAuth2,
        {"flows": {"password": {"tokenUrl": "token"}}},
        {"type": "oauth2", "flows": {"password": {"scopes": {}, "tokenUrl": "token"}}},
    ),
    "OpenID": (
        models.OpenIdConnect,
        {"openIdConnectUrl": "u"},
        {"type": "openIdConnect", "openIdConnectUrl": "u"},
    ),
}


@pytest.mark.parametrize(("model", "given", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written(model: type[BaseModel], given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert jsonable_encoder(model.model_validate(given), exclude_none=True) == expected


REFUSED: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "unknown type": (models.Schema, {"type": "text"}),
    "negative count": (models.Schema, {"minLength": -1}),
    "multiple of nothing": (models.Schema, {"multipleOf": 0}),
    "variable without values": (models.ServerVariable, {"default": "a", "enum": []}),
    "contact without a URL": (models.Contact, {"url": "nowhere"}),
    "response without a description": (models.Response, {}),
}


@pytest.mark.parametrize(("model", "given"), REFUSED.values(), ids=REFUSED)
def test_refused(model: type[BaseModel], given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(given)


def test_email_is_text_without_its_validator() -> None:
    program = """if True:
        import sys
        from importlib import machinery

        class Hidden(machinery.PathFinder):
            @classmethod
            def find_spec(cls, name, path=None, target=None):
                return None if name == "email_validator" else super().find_spec(name, path, target)

        sys.meta_path[:] = [
            Hidden if finder is machinery.PathFinder else finder for finder in sys.meta_path
        ]
        from ferroapi.openapi.models import Contact

        print(Contact(email="nobody").email, Contact.model_json_schema()["properties"]["email"])
    """
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout.startswith("nobody {'anyOf': [{'format': 'email', 'type': 'string'}")
    assert "email-validator not installed, email fields will be treated as str." in result.stderr


def test_importing_the_package_does_not_import_the_models() -> None:
    program = "import sys, ferroapi; print('ferroapi.openapi.models' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )

    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
    ],
)
def test_subclasses_in_other_modules_are_fully_defined(model: type[BaseModel]) -> None:
    """What the annotations name is found, although it is no name of this module."""
    subclass = type("Subclass", (model,), {"__module__": __name__})
    assert subclass.model_rebuild() in (True, None)
    field = type("Field", (BaseModel,), {"__module__": __name__, "__annotations__": {"a": model}})
    assert field.model_json_schema()["type"] == "object"


def test_subclass() -> None:
    class Operation(models.Operation):
        rate_limit: int = 10

    operation = Operation.model_validate(
        {"callbacks": {"c": {"/": {"get": {"summary": "s"}}}}, "rate_limit": "3"}
    )
    assert isinstance(operation.callbacks, dict)
    item = operation.callbacks["c"]
    assert isinstance(item, dict)
    assert item["/"].get == models.Operation(summary="s")
    assert operation.rate_limit == 3
