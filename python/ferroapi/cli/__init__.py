"""The command `ferroapi`, also `python -m ferroapi`."""

import sys

from ferroapi.cli.failure import CommandError

__all__ = ["main"]


def main() -> None:
    """Runs the command; exits with 1 and one line where it cannot do what it was asked."""
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
