"""What stands in a signature to declare a parameter: `x: int = Query(ge=0)`.

They return `Any` so that the default of a parameter may be one of them. The keywords are described
by `ferroapi.params.ParameterOptions`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic_core import PydanticUndefined as Undefined
from typing_extensions import Unpack

from ferroapi import params

__all__ = [
    "Body",
    "Cookie",
    "Depends",
    "File",
    "Form",
    "Header",
    "Part",
    "Path",
    "Query",
    "Security",
]

# The names are classes' to the eye: they are read as types of parameters.
# ruff: noqa: N802


def Path(default: Any = ..., **options: Unpack[params.ParameterOptions]) -> Any:
    """A part of the path.

    Takes no default (it only has the keyword to be like the others): raises `AssertionError`.
    """
    return params.Path(default, **options)


def Query(default: Any = Undefined, **options: Unpack[params.ParameterOptions]) -> Any:
    """A part of the query string; a repeated key gives its last value, or all to a list."""
    return params.Query(default, **options)


def Header(
    default: Any = Undefined,
    *,
    convert_underscores: bool = True,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A header field, found in any case; a repeated one gives its first value, or all to a list.

    `convert_underscores`: the field's name has hyphens where the parameter's has underscores.
    """
    return params.Header(default, convert_underscores=convert_underscores, **options)


def Cookie(default: Any = Undefined, **options: Unpack[params.ParameterOptions]) -> Any:
    """A cookie (RFC 6265)."""
    return params.Cookie(default, **options)


def Body(
    default: Any = Undefined,
    *,
    embed: bool | None = None,
    media_type: str = "application/json",
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """The body, or one key of it.

    `embed`: it is the value of a key, also when it is the only body parameter (several always are).
    `media_type` is what the schema says.
    """
    return params.Body(default, embed=embed, media_type=media_type, **options)


def Form(
    default: Any = Undefined,
    *,
    media_type: str = "application/x-www-form-urlencoded",
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A field of a form; an empty string counts as missing. The schema says `media_type`."""
    return params.Form(default, media_type=media_type, **options)


def File(
    default: Any = Undefined,
    *,
    media_type: str = "multipart/form-data",
    max_size: int | None = None,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A file of a multipart form (RFC 7578): `bytes`, `UploadFile` or `FileStream`.

    `max_size`: the most bytes of a `FileStream`. Raises `ValueError` for one that is no positive
    integer.
    """
    return params.File(default, media_type=media_type, max_size=max_size, **options)


def Part(
    default: Any = Undefined,
    *,
    content_type: str = "application/json",
    max_size: int = 1024 * 1024,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A part of a multipart form that is decoded by its own content type (RFC 7578, section 4.4).

    `content_type` is that of a part which names none, `max_size` the most bytes of one. Raises
    `ValueError` for a size that is no positive integer.
    """
    return params.Part(default, content_type=content_type, max_size=max_size, **options)


def Depends(
    dependency: Callable[..., Any] | None = None,
    *,
    use_cache: bool = True,
    scope: Literal["function", "request"] | None = None,
    max_concurrency: int | None = None,
) -> Any:
    """The result of `dependency`, a callable whose parameters are declared in the same way.

    The keywords are those of `ferroapi.params.Depends`.
    """
    return params.Depends(
        dependency, use_cache=use_cache, scope=scope, max_concurrency=max_concurrency
    )


def Security(
    dependency: Callable[..., Any] | None = None,
    *,
    scopes: Sequence[str] | None = None,
    use_cache: bool = True,
) -> Any:
    """As `Depends`, for a dependency that checks the OAuth2 `scopes` it is asked for."""
    return params.Security(dependency, use_cache=use_cache, scopes=scopes)
