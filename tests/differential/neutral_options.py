"""From described options that FastAPI does not have to keywords."""

from typing import Any

from starlette.middleware import Middleware
from tests.differential.frameworks import Framework

MOUNTED = "/mounted"
"""The path of an application that nobody asks for."""


class UnusedError(Exception):
    """Nobody raises it."""


class Through:
    """Middleware that does nothing."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


def neutral_options(framework: Framework, described: Any) -> dict[str, Any]:
    """The options of a member as keywords; FastAPI has none of them."""
    if not framework.has_more:
        return {}
    return {
        name: _value(framework, name, value)
        for name, value in described.get("neutral", {}).items()
        if name != "mounted"
    }


def mount(framework: Framework, app: Any, described: Any) -> None:
    """Mounts an application, where one is described."""
    options = described.get("neutral", {}).get("mounted")
    if options is not None:
        mounted = framework.module.FastAPI()
        app.mount(MOUNTED, mounted, **(options if framework.has_more else {}))


def _value(framework: Framework, name: str, value: Any) -> Any:
    match name, value:
        case "exception_handlers", "unused":
            return {UnusedError: _handle}
        case "middleware", "through":
            return [Middleware(Through)]
        case "validation_errors", "fastapi":
            formats = framework.part("error_format")
            return formats.ErrorFormat(model=dict[str, Any], render=_as_fastapi)
    return value


async def _handle(_connection: Any, _error: Any) -> Any:
    raise AssertionError("nobody raises it")


def _as_fastapi(errors: Any, _request: Any) -> Any:
    return {"detail": [_as_shown(error) for error in errors]}


def _as_shown(error: Any) -> Any:
    # A form is given the messages of exceptions, and FastAPI shows nothing of them.
    is_raised = error.get("type") in ("value_error", "assertion_error")
    return {**error, "ctx": {"error": {}}} if is_raised and "ctx" in error else error
