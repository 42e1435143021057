"""Values as text, so that nothing that endpoints could see is lost on its way to the client."""

from typing import Any

from pydantic import BaseModel
from starlette.background import BackgroundTasks
from starlette.responses import Response


def text_of(value: Any) -> str:
    """A value and its type, so that nothing that endpoints could see is lost."""
    if isinstance(value, BaseModel):
        fields = ", ".join(f"{name}={text_of(item)}" for name, item in value)
        return f"{type(value).__name__}({fields}; {sorted(value.model_fields_set)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {text_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({', '.join(sorted(text_of(item) for item in value))})"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(text_of(item) for item in value)})"
    if hasattr(value, "content_type") and hasattr(value, "file"):
        content = value.file.read()
        value.file.seek(0)
        described = (value.filename, value.content_type, value.size, content)
        return f"UploadFile{described!r}"
    if hasattr(value, "scope_str"):
        return f"{type(value).__name__}({value.scopes!r}, {value.scope_str!r})"
    if hasattr(value, "grant_type"):
        return f"{type(value).__name__}({text_of(vars(value))})"
    if hasattr(value, "scope"):
        return f"{type(value).__name__} {value.scope['path']} {value.scope['path_params']}"
    if isinstance(value, (str, int, float, bool)) or value is None:
        return repr(value)
    if isinstance(value, (Response, BackgroundTasks)):
        return type(value).__name__
    return repr(value)


def call_of(name: str, arguments: dict[str, Any]) -> str:
    """A call as text."""
    texts = [f"{key}={text_of(value)}" for key, value in sorted(arguments.items())]
    return f"{name}({', '.join(texts)})"
