"""Serving with several processes."""

import sys
from typing import Any

from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

__all__ = ["serve_with_workers"]


def serve_with_workers(config: Config) -> None:
    """Serves until the signal to stop; exits with 3 where a process could not start.

    uvicorn itself says only of a single process that it could not.
    """
    with config.bind_socket() as listening:
        supervisor: Any = Multiprocess(config, sockets=[listening])
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        sys.exit(STARTUP_FAILURE)
