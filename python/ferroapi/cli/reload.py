"""Serving with reload: files are watched before anything is served.

uvicorn's supervisors start a server first and begin to watch a moment later. Whoever edits a file
within that moment, which a service that starts fast allows, would wait for a reload in vain.
"""

import logging
from socket import socket
from typing import Any

from uvicorn import Config, Server
from uvicorn.supervisors import ChangeReload

__all__ = ["Reload"]

TURN = 100
"""Milliseconds for which a watcher of `watchfiles` waits for changes at a time."""


class _Server(Server):
    """Says that it has ended: its socket stays open, so that clients wait for the next one."""

    def run(self, sockets: list[socket] | None = None) -> None:
        try:
            super().run(sockets)
        except SystemExit as end:
            logging.getLogger("uvicorn.error").error(
                "The server has ended: %r. It is started again when a file changes.", end
            )
            raise


class Reload:
    """Starts a server again when a file has changed."""

    def __init__(self, app: str, **settings: Any) -> None:
        """
        Args:
            app: the import string of an application.
            settings: keywords of `uvicorn.Config`.
        """
        self._config = Config(app, reload=True, **settings)
        # Which class it is depends on what is installed.
        self._supervisor: Any = ChangeReload(
            self._config, target=_Server(self._config).run, sockets=[]
        )

    def watch(self) -> None:
        """Begins to watch: what is changed from now on is noticed."""
        supervisor = self._supervisor
        if hasattr(supervisor, "watcher"):
            from watchfiles import watch

            # One that ends its first turn soon, and keeps what happens between its turns.
            supervisor.watcher = watch(
                *supervisor.reload_dirs,
                watch_filter=None,
                stop_event=supervisor.should_exit,
                rust_timeout=TURN,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            )
        supervisor.should_restart()

    def serve(self) -> None:
        """Serves until the signal to stop."""
        self._supervisor.sockets = [self._config.bind_socket()]
        self._supervisor.run()
