"""uvicorn's server, which ends open streams when it is told to stop."""

import sys
from types import FrameType

from uvicorn import Config, Server
from uvicorn.supervisors import ChangeReload, Multiprocess

from ferroapi.streaming import end_streams

__all__ = ["run"]

STARTUP_FAILURE = 3
"""uvicorn's exit code of a server that did not start."""


class StreamEndingServer(Server):
    """Ends streams first: a server that waits for its responses would wait for them for ever."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signals to stop."""
        end_streams()
        super().handle_exit(sig, frame)


def run(config: Config) -> None:
    """Serves until a signal, as `uvicorn.run` does.

    Worker processes are uvicorn's own: their streams end with the time they have to shut down.
    """
    server = StreamEndingServer(config)
    try:
        if config.should_reload:
            ChangeReload(config, target=server.run, sockets=[config.bind_socket()]).run()
        elif config.workers > 1:
            Multiprocess(config, sockets=[config.bind_socket()]).run()
        else:
            server.run()
    except KeyboardInterrupt:
        pass
    if not server.started and not config.should_reload and config.workers == 1:
        sys.exit(STARTUP_FAILURE)
