"""A file of 1 KB."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

import os
from email.utils import formatdate
from hashlib import md5
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType
from typing import Any

import anyio.to_thread
from starlette.responses import FileResponse

from harness.case import ASGIApp, Case, Expected, Request, Row, Within

CONTENT = b"0123456789abcdef" * 64
PATH = Path(gettempdir()) / "ferroapi-bench-file.txt"


def written() -> Path:
    """The file, made where it is missing."""
    if not PATH.exists() or PATH.read_bytes() != CONTENT:
        PATH.write_bytes(CONTENT)
    return PATH


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()
    path = written()

    @api.get("/file")
    async def file():
        return FileResponse(path)

    return api


def floor() -> ASGIApp:
    path = written()

    def read() -> tuple[os.stat_result, bytes]:
        about = os.stat(path)
        with open(path, "rb") as file:
            return about, file.read(65536)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] == "/file"
        about, content = await anyio.to_thread.run_sync(read)
        tag = md5(f"{about.st_mtime}-{about.st_size}".encode(), usedforsecurity=False).hexdigest()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"accept-ranges", b"bytes"),
            (b"content-length", b"%d" % about.st_size),
            (b"last-modified", formatdate(about.st_mtime, usegmt=True).encode()),
            (b"etag", f'"{tag}"'.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return application


CASE = Case(
    rows=(
        Row(
            name="file",
            title="a file of 1 KB",
            request=Request("/file"),
            expected=Expected(
                CONTENT, form="bytes", headers={"content-type": "text/plain; charset=utf-8"}
            ),
            goals=(Within("floor", 1.25), Within("fastapi", 0.25)),
        ),
    ),
    app=app,
    floor=floor,
)
