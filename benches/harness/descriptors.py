"""How many connections a process may have."""

from __future__ import annotations

import resource

SPARE = 200
"""What a process has open beside its connections."""


class TooFewDescriptorsError(Exception):
    """The system does not let a process open as many files as a load needs."""


def allow_connections(count: int) -> None:
    """Raises the soft limit of this process and those that it starts, as far as needed.

    Raises `TooFewDescriptorsError` when the hard limit is lower.
    """
    needed = count + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFewDescriptorsError(
            f"{needed:,} open files are needed and the hard limit is {hard:,}: raise it "
            "(ulimit -Hn, or nofile in /etc/security/limits.conf), or run with --quick"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
