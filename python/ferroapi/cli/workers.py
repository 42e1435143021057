"""Serving with several processes."""

import os
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
    supervisor: Any = Multiprocess(config, sockets=[config.bind_socket()])
    try:
        supervisor.run()
    finally:
        if config.uds and os.path.exists(config.uds):
            os.remove(config.uds)
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        sys.exit(STARTUP_FAILURE)
