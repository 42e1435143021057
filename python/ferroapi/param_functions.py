"""What stands in a signature to declare a parameter: `x: int = Query(ge=0)`.

They return `Any` so that the default of a parameter may be one of them. The keywords are described
by `ferroapi.params.ParameterOptions`.
"""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Literal

from pydantic_core import PydanticUndefined as Undefined
from typing_extensions import Unpack

from ferroapi import params
from ferroapi.keywords import Keywords

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

_OPTIONS = Keywords(
    params.ParameterOptions, SimpleNamespace(include_in_schema=True), otherwise=Undefined
)


@_OPTIONS.shown
def Path(default: Any = ..., **options: Unpack[params.ParameterOptions]) -> Any:
    """A part of the path.

    Args:
        default: not to be given: the keyword is there because the others have it.
        options: see `ferroapi.params.ParameterOptions`.

    Raises:
        AssertionError: there is a default.
    """
    return params.Path(default, **options)


@_OPTIONS.shown
def Query(default: Any = Undefined, **options: Unpack[params.ParameterOptions]) -> Any:
    """A part of the query string; a repeated key gives its last value, or all to a list.

    Args:
        default: the value when the key is not sent; without it that is a 422.
        options: see `ferroapi.params.ParameterOptions`.
    """
    return params.Query(default, **options)


@_OPTIONS.shown
def Header(
    default: Any = Undefined,
    *,
    convert_underscores: bool = True,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A header field, found in any case; a repeated one gives its first value, or all to a list.

    Args:
        default: the value when the field is not sent; without it that is a 422.
        convert_underscores: the field's name has hyphens where the parameter's has underscores. Not
            for an `alias`.
        options: see `ferroapi.params.ParameterOptions`.
    """
    return params.Header(default, convert_underscores=convert_underscores, **options)


@_OPTIONS.shown
def Cookie(default: Any = Undefined, **options: Unpack[params.ParameterOptions]) -> Any:
    """A cookie (RFC 6265).

    Args:
        default: the value when the cookie is not sent; without it that is a 422.
        options: see `ferroapi.params.ParameterOptions`.
    """
    return params.Cookie(default, **options)


@_OPTIONS.shown
def Body(
    default: Any = Undefined,
    *,
    embed: bool | None = None,
    media_type: str = "application/json",
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """The body, or one key of it.

    Args:
        default: the value when there is no body, or it lacks the key; without it that is a 422.
        embed: whether it is the value of a key. Several body parameters always are, the only one is
            not unless it is said here.
        media_type: the content type that the schema says; what is read does not depend on it.
        options: see `ferroapi.params.ParameterOptions`.
    """
    return params.Body(default, embed=embed, media_type=media_type, **options)


@_OPTIONS.shown
def Form(
    default: Any = Undefined,
    *,
    media_type: str = "application/x-www-form-urlencoded",
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A field of a form; an empty string counts as missing.

    Args:
        default: the value when the field is not sent; without it that is a 422.
        media_type: the content type that the schema says. Both kinds of forms are read, and one
            with a file is shown as `multipart/form-data`.
        options: see `ferroapi.params.ParameterOptions`.
    """
    return params.Form(default, media_type=media_type, **options)


@_OPTIONS.shown
def File(
    default: Any = Undefined,
    *,
    media_type: str = "multipart/form-data",
    max_size: int | None = None,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A file of a multipart form (RFC 7578), as its type says.

    `bytes` are in memory, an `UploadFile` beyond a size on disk, and a `FileStream` is read as it
    comes.

    Args:
        default: the value when the file is not sent; without it that is a 422.
        media_type: the content type that the schema says.
        max_size: the most bytes of a `FileStream`.
        options: see `ferroapi.params.ParameterOptions`; `max_length` of `bytes` is in bytes.

    Raises:
        ValueError: `max_size` is no positive integer.
    """
    return params.File(default, media_type=media_type, max_size=max_size, **options)


@_OPTIONS.shown
def Part(
    default: Any = Undefined,
    *,
    content_type: str = "application/json",
    max_size: int = 1024 * 1024,
    **options: Unpack[params.ParameterOptions],
) -> Any:
    """A part of a multipart form that is decoded by its own content type (RFC 7578, section 4.4).

    Args:
        default: the value when the part is not sent; without it that is a 422.
        content_type: that of a part which names none.
        max_size: the most bytes of a part.
        options: see `ferroapi.params.ParameterOptions`.

    Raises:
        ValueError: `max_size` is no positive integer.
    """
    return params.Part(default, content_type=content_type, max_size=max_size, **options)


def Depends(
    dependency: Callable[..., Any] | None = None,
    *,
    use_cache: bool = True,
    scope: Literal["function", "request", "lifespan"] | None = None,
    max_concurrency: int | None = None,
    inline: bool = False,
) -> Any:
    """The result of a callable whose parameters are declared in the same way.

    Args:
        dependency: a function, a coroutine function, a generator that yields once, a class or an
            object that is called; `None` for the type of the parameter.
        use_cache: call it once for each request, however often it is depended on; else each time.
        scope: when a generator is left: after the response was sent (`"request"`, which `None`
            means), before it (`"function"`), or when the application stops (`"lifespan"`), which
            has one value for all requests. That one depends on what is left earlier is a
            `DependencyScopeError` when it is declared.
        max_concurrency: how many requests may have it at once, others wait; `None` for any number.
        inline: call a function that is no `async def` and does not block in the event loop, not in
            a thread.

    Raises:
        ValueError: `max_concurrency` is no positive integer.
    """
    return params.Depends(
        dependency,
        use_cache=use_cache,
        scope=scope,
        max_concurrency=max_concurrency,
        inline=inline,
    )


def Security(
    dependency: Callable[..., Any] | None = None,
    *,
    scopes: Sequence[str] | None = None,
    use_cache: bool = True,
) -> Any:
    """As `Depends`, for a dependency that checks the OAuth2 scopes it is asked for.

    Args:
        dependency: as for `Depends`; it is told the scopes by a parameter of type `SecurityScopes`.
        scopes: what it needs (RFC 6749, section 3.3), in addition to those of its dependants. One
            string instead of a sequence of them is taken for its characters.
        use_cache: as for `Depends`, for each set of scopes.
    """
    return params.Security(dependency, use_cache=use_cache, scopes=scopes)
