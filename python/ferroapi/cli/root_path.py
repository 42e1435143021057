"""The path under which a proxy serves an application."""

from urllib.parse import urlsplit

import typer

__all__ = ["root_path_of"]


def root_path_of(given: str) -> str:
    """The path with one slash before it and none behind it; empty for the root.

    Without the first, a browser looks for the document below its page; with two it takes what
    follows for a host.

    Raises `typer.BadParameter` of a URL, or where a query or fragment follows.
    """
    path = given.strip("/")
    if urlsplit(path).path != path:
        raise typer.BadParameter(f"{given} is no path: give it alone, such as /shop")
    return path and f"/{path}"
