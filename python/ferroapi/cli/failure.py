"""What ends a command."""

__all__ = ["CommandError"]


class CommandError(Exception):
    """The command cannot do what it was asked: one line that says why, and what to do."""
