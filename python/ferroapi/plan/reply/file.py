"""Sending a small file: it is looked at, opened and read in one visit of a worker thread."""

from __future__ import annotations

import os
import stat
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import FileResponse

from ferroapi.originals import class_unchanged, has_own
from ferroapi.threads import run_in_thread

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

# Reading the annotations of a class without any adds them to it.
_ = getattr(FileResponse, "__annotations__", None)
# As it was imported: a class that somebody has changed since then sends by itself.
_is_as_declared = class_unchanged(FileResponse)
_CALL_IS_OWN = has_own(FileResponse, "__call__")


async def send_file(response: FileResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends what `response` does, in fewer visits where its file is one chunk and all is wanted.

    Whatever else there is to say, also what is wrong with the file, it says itself. As with other
    responses that are sent at once, nobody asks first whether the client has left.
    """
    if _sends_whole_file(response, scope):
        found = await run_in_thread(partial(_read, response.path, response.chunk_size))
        if found is not None:
            about, content = found
            response.set_stat_headers(about)
            start = {"status": response.status_code, "headers": response.raw_headers}
            await send({"type": "http.response.start", **start})
            await send({"type": "http.response.body", "body": content, "more_body": False})
            if response.background is not None:
                await response.background()
            return
    await response(scope, receive, send)


def _sends_whole_file(response: FileResponse, scope: Scope) -> bool:
    return (
        response.stat_result is None
        and scope["method"] == "GET"
        and "http.response.pathsend" not in scope.get("extensions", {})
        and not any(name == b"range" for name, _ in scope["headers"])
        and _CALL_IS_OWN
        and _is_as_declared()
    )


def _read(path: str | os.PathLike[str], chunk_size: int) -> tuple[os.stat_result, bytes] | None:
    """A regular file that is smaller than a chunk, and what the system says about it."""
    try:
        about = os.stat(path)
        if not stat.S_ISREG(about.st_mode) or about.st_size >= chunk_size:
            return None
        with open(path, "rb") as file:
            content = file.read(chunk_size)
    except (OSError, ValueError):
        return None
    return (about, content) if len(content) < chunk_size else None
