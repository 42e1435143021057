"""The command `ferroapi`, also `python -m ferroapi`."""

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command; exits with 1 and a hint where the extra `standard` is not installed."""
    try:
        from ferroapi.cli.commands import application
    except ModuleNotFoundError as error:
        if error.name not in {"typer", "uvicorn"}:
            raise
        sys.exit(
            f"ferroapi: the command needs {error.name}, which is not installed: "
            'pip install "ferroapi[standard]"'
        )
    application(prog_name="ferroapi")
