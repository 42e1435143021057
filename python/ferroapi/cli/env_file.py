"""A file of environment variables."""

from pathlib import Path

import typer

__all__ = ["load_env_file"]


def load_env_file(path: Path | None) -> None:
    """Sets the variables of a file, but those that are set already.

    Raises `typer.BadParameter` where it is no text, or has what no variable can have.
    """
    if path is None:
        return
    from dotenv import load_dotenv

    try:
        load_dotenv(path)
    except ValueError as error:
        raise typer.BadParameter(f"{path} has no variables that can be read: {error}") from None
