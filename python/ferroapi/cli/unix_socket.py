"""The file of a Unix socket: whether somebody listens there, and that none is left behind."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

__all__ = ["check_path", "removed_afterwards"]


def check_path(path: Path) -> None:
    """Raises `OSError` where nobody can listen now; a socket that nobody listens at is removed."""
    if path.is_socket():
        if not _removed_stale(path):
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    elif path.exists():  # uvicorn would remove it
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    with socket.socket(socket.AF_UNIX) as attempt:
        attempt.bind(str(path))
    path.unlink()


@contextmanager
def removed_afterwards(path: Path | None) -> Iterator[None]:
    """Removes the socket of the server inside when that ends, but not one of its successor."""
    if path is None:
        yield
        return

    def remove() -> None:
        with suppress(OSError):
            _removed_stale(path)

    def end(number: int, _: FrameType | None) -> None:
        remove()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    # uvicorn hands the signal on to whoever had it before, by default the end of the process.
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        remove()
        signal.signal(signal.SIGTERM, before)


def _removed_stale(path: Path) -> bool:
    """Removes the socket if nobody listens at it; says whether it did."""
    with socket.socket(socket.AF_UNIX) as attempt:
        attempt.setblocking(False)
        try:
            attempt.connect(str(path))
        except BlockingIOError:
            pass  # somebody listens, and has more clients than are taken up
        except ConnectionRefusedError:
            path.unlink()
            return True
    return False
