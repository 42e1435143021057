"""What the connections of one server of uvicorn have in common."""

from __future__ import annotations

import asyncio
import sys
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, finalize

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.flow_control import service_unavailable

from ferroapi._core import ServerSettings
from ferroapi.server.access_log import ERROR_LOGGER, access_log_of
from ferroapi.serving import ServingApplication

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from uvicorn import Config
    from uvicorn.server import ServerState

    from ferroapi.server.options import ServerOptions

_made: WeakKeyDictionary[ServerState, ServerSettings] = WeakKeyDictionary()


def settings_of(
    config: Config,
    server_state: ServerState,
    app_state: dict[str, Any],
    loop: asyncio.AbstractEventLoop,
    options: ServerOptions,
) -> ServerSettings:
    """The settings of a server, made by its first connection."""
    settings = _made.get(server_state)
    if settings is None:
        settings = _made[server_state] = _make(config, server_state, app_state, loop, options)
    return settings


def _make(
    config: Config,
    server_state: ServerState,
    app_state: dict[str, Any],
    loop: asyncio.AbstractEventLoop,
    options: ServerOptions,
) -> ServerSettings:
    if not config.loaded:
        config.load()
    app = config.loaded_app
    # Without the fields that it reads it does nothing.
    direct_app = app.app if type(app) is ProxyHeadersMiddleware else None
    served = direct_app or app
    access_log = access_log_of(options, loop)
    if access_log is not None:
        # Also when the interpreter ends.
        finalize(server_state, access_log.flush)
    return ServerSettings(
        event_loop=loop,
        app=app,
        direct_app=direct_app,
        # By its class: what is around an application may hand on its attributes.
        own_app=served
        if issubclass(type(served), ServingApplication) and not config.root_path
        else None,
        unavailable=service_unavailable,
        limit_concurrency=config.limit_concurrency,
        scope={
            "type": "http",
            "asgi": {"version": config.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "root_path": config.root_path,
        },
        app_state=app_state,
        root_path=config.root_path,
        connections=server_state.connections,
        tasks=server_state.tasks,
        logger=ERROR_LOGGER,
        create_task=_create_task(config, loop),
        access_log=access_log,
        head_size=options.head_size,
        head_fields=options.head_fields,
        target_size=options.target_size,
        keep_alive_seconds=config.timeout_keep_alive,
        head_seconds=options.head_seconds,
        body_seconds=options.body_seconds,
    )


def _create_task(
    config: Config, loop: asyncio.AbstractEventLoop
) -> Callable[[Coroutine[Any, Any, None]], Any]:
    """What starts the task of a request: at once, where asyncio can."""
    if getattr(config, "reset_contextvars", False):
        return partial(_create_task_in_new_context, loop)
    if not isinstance(loop, asyncio.AbstractEventLoop) or loop.get_task_factory() is not None:
        return loop.create_task
    if sys.version_info >= (3, 12):
        return partial(asyncio.Task, loop=loop, eager_start=True)
    # As the loop does, without asking each time for a factory: an eighth of a task's making.
    return partial(asyncio.Task, loop=loop)


def _create_task_in_new_context(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, None]
) -> asyncio.Task[None]:
    return loop.create_task(coroutine, context=Context())
