"""How a built front end is declared."""

from __future__ import annotations

import os
from inspect import Parameter
from types import SimpleNamespace
from typing import Literal, Required, TypeAlias, TypedDict

from ferroapi.keywords import Keywords

Directory: TypeAlias = "str | os.PathLike[str]"
Fallback: TypeAlias = Literal["auto", "index.html", "404.html"] | None

METHODS = ("GET", "HEAD")


class FrontendOptions(TypedDict, total=False):
    """Keywords of `frontend`."""

    directory: Required[Directory]
    """Where the built files are."""
    fallback: Fallback
    """The file that answers for paths without one: `"404.html"` with status 404, `"index.html"`
    with status 200 to requests that accept HTML, `None` for no file. `"auto"`, the default, is the
    first of the two that exists."""
    check_dir: bool | Literal["auto"]
    """Whether the directory, and a fallback that was named, have to exist when this is declared.
    `"auto"`, the default, is True, but only warns where the environment says
    `FASTAPI_ENV=development`."""


FRONTEND_KEYWORDS = Keywords(
    FrontendOptions, SimpleNamespace(fallback="auto", check_dir="auto"), otherwise=Parameter.empty
)
