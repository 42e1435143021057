"""The files of a built front end, and what is sent for paths that have none."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from ferroapi.exceptions import warn_caller
from ferroapi.routing.answers import redirection
from ferroapi.routing.frontend_options import METHODS, Directory, Fallback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Scope

RunInThread: TypeAlias = "Callable[..., Awaitable[Any]]"

_FALLBACKS = (("404.html", 404), ("index.html", 200))
_HTML = ("text/html", "application/xhtml+xml")


class _File(NamedTuple):
    path: str
    status: os.stat_result
    is_index: bool


class FrontendFiles(StaticFiles):
    """Serves one directory."""

    def __init__(
        self,
        *,
        directory: Directory,
        fallback: Fallback = "auto",
        check_dir: bool | Literal["auto"] = "auto",
    ) -> None:
        """
        Args:
            directory, fallback, check_dir: see `FrontendOptions`.

        Raises:
            AssertionError: there is no such fallback.
            RuntimeError: the directory or the fallback does not exist.
        """
        assert fallback in ("auto", "index.html", "404.html", None), (
            "fallback must be 'auto', 'index.html', '404.html', or None"
        )
        self.fallback = fallback
        missing = None
        if not os.path.isdir(directory):
            missing = (
                f"Frontend directory '{directory}' does not exist. "
                f"Resolved absolute path: '{os.path.realpath(directory)}'"
            )
        if check_dir == "auto":
            check_dir = os.environ.get("FASTAPI_ENV") != "development"
            if missing and not check_dir:
                warn_caller(missing, UserWarning)
        if missing and check_dir:
            raise RuntimeError(missing)
        super().__init__(directory=directory, check_dir=check_dir)
        if check_dir and fallback in ("index.html", "404.html"):
            self._fallback_file(fallback, required=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See `respond`."""
        return await self.respond(path, scope, run_in_threadpool)

    async def respond(self, path: str, scope: Scope, in_thread: RunInThread) -> Response:
        """The response to a request for `path`, relative to the directory.

        Args:
            path: the path.
            scope: the request.
            in_thread: runs the look-up of the file in a thread.

        Raises:
            HTTPException: 404 without a file, 401 for one that may not be read, 405 for a file and
                another method than GET and HEAD.
            RuntimeError: the directory, or a fallback that was named, does not exist.
        """
        if not self.config_checked:
            await self.check_config()
            self.config_checked = True
        response: Response = await in_thread(self._respond, path, scope)
        return response

    def _respond(self, path: str, scope: Scope) -> Response:
        file = self._find(os.path.normpath(os.path.join(*path.split("/"))))
        if scope["method"] not in METHODS:
            if file is None:
                raise HTTPException(404)
            raise HTTPException(405, headers={"Allow": ", ".join(METHODS)})
        if file is None:
            return self._fall_back(scope)
        if file.is_index and not scope["path"].endswith("/"):
            # Relative links in an index are meant to start below its directory.
            return redirection(scope, scope["path"] + "/")
        return self.file_response(file.path, file.status, scope)

    def _find(self, path: str) -> _File | None:
        """The file with that path, or the index of the directory with that path."""
        try:
            for name in (path, os.path.join(path, "index.html")):
                full_path, status = self.lookup_path(name)
                if status is None:
                    return None
                if stat.S_ISREG(status.st_mode):
                    return _File(full_path, status, is_index=name is not path)
                if not stat.S_ISDIR(status.st_mode):
                    return None
        except PermissionError:
            raise HTTPException(401) from None
        except ValueError:
            # No path of a file: it has a NUL.
            raise HTTPException(404) from None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                raise HTTPException(404) from None
            raise
        return None

    def _fall_back(self, scope: Scope) -> Response:
        for name, status_code in _FALLBACKS:
            if self.fallback not in ("auto", name):
                continue
            if name == "index.html" and not accepts_html(Headers(scope=scope).get("accept", "")):
                continue
            file = self._fallback_file(name, required=self.fallback == name)
            if file is not None:
                return self.file_response(file.path, file.status, scope, status_code)
        raise HTTPException(404)

    def _fallback_file(self, name: str, *, required: bool) -> _File | None:
        full_path, status = self.lookup_path(name)
        if status is not None and stat.S_ISREG(status.st_mode):
            return _File(full_path, status, is_index=False)
        if not required:
            return None
        assert self.directory is not None
        raise RuntimeError(
            f"Frontend fallback file '{name}' does not exist in directory '{self.directory}'. "
            f"Resolved absolute directory: '{os.path.realpath(self.directory)}'"
        )


def accepts_html(accept: str) -> bool:
    """Whether an `Accept` value (RFC 9110, section 12.5.1) names HTML.

    Browsers do when they open a page. Wildcards do not count: scripts and images ask with them.
    """
    for element in accept.split(","):
        media_type, *parameters = element.split(";")
        if media_type.strip().lower() in _HTML and _quality(parameters) != 0:
            return True
    return False


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value.strip(' \t"'))
            except ValueError:
                break
    return 1.0
