"""The command `ferroapi`, also `python -m ferroapi`."""

import errno
import os
import sys
import traceback

from ferroapi.cli.failure import ApplicationError, CommandError

__all__ = ["main"]


def main() -> None:
    """Runs the command; exits with 1 and one line where it cannot do what it was asked.

    Where the application itself fails, its traceback stands in place of the line.
    """
    try:
        from ferroapi.cli.commands import application
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "uvicorn"}:
            raise
        sys.exit(
            f"ferroapi: the command needs {error.name}, which is not installed: install it, or "
            "ferroapi with its extra `standard`"
        )
    try:
        application(prog_name="ferroapi")
    except CommandError as error:
        sys.exit(f"ferroapi: {error}")
    except ApplicationError as error:
        traceback.print_exception(error.cause)
        sys.exit(1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # Of what is left for standard output, Python would say when it ends that it does not fit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(f"ferroapi: Cannot write the answer: {error.strerror}")
