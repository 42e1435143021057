"""The command `ferroapi`, also `python -m ferroapi`."""

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
