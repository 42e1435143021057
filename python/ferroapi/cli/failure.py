"""What ends a command."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["ApplicationError", "CommandError", "of_application", "text_of"]


class CommandError(Exception):
    """The command cannot do what it was asked: one line that says why, and what to do."""


class ApplicationError(Exception):
    """The application's own code raised its `cause`, whose traceback begins in that code."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


def text_of(error: Exception) -> str:
    """What an error says of itself; that is the application's code too, and may fail."""
    try:
        return str(error)
    except Exception:
        return "<its text cannot be made>"


@contextmanager
def of_application() -> Iterator[None]:
    """Is around what imports or makes an application, and raises an `ApplicationError` of it."""
    try:
        yield
    except CommandError:
        raise
    except Exception as error:
        trace = error.__traceback__
        # Before it are those of the command and of the import system.
        while trace and trace.tb_frame.f_globals["__name__"].startswith(("ferroapi.", "importlib")):
            trace = trace.tb_next
        raise ApplicationError(error.with_traceback(trace)) from error
