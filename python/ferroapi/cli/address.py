"""Where a server listens."""

import os
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ferroapi.cli.failure import CommandError
from ferroapi.cli.unix_socket import check_path

__all__ = ["Address"]

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What a browser on this machine opens instead of all addresses (RFC 1122, section 3.2.1.3)."""


@dataclass(frozen=True)
class Address:
    """A host and a port, the path of a Unix socket, or the number of an open socket."""

    host: str
    port: int
    uds: Path | None = None
    fd: int | None = None
    secure: bool = False
    """Whether it is reached by TLS."""

    @property
    def name(self) -> str:
        """What to tell the user: the URL, or which socket."""
        if self.uds is not None:
            return f"unix:{self.uds}"
        if self.fd is not None:
            return f"file descriptor {self.fd}"
        if not self.port and not self.is_public:
            return "a port that is free"
        return self.url

    @property
    def url(self) -> str:
        """The URL of the root for a browser, as the environment or host and port have it."""
        host = _LOOPBACK.get(self.host, self.host)
        host = f"[{host}]" if ":" in host else host
        own = f"{'https' if self.secure else 'http'}://{host}:{self.port}"
        return (os.environ.get("FASTAPI_PUBLIC_URL") or own).rstrip("/")

    @property
    def is_public(self) -> bool:
        """Whether the environment names the URL that a browser uses."""
        return bool(os.environ.get("FASTAPI_PUBLIC_URL"))

    @property
    def settings(self) -> dict[str, str | int | None]:
        """The keywords of `uvicorn.Config`."""
        uds = None if self.uds is None else str(self.uds)
        return {"host": self.host, "port": self.port, "uds": uds, "fd": self.fd}

    def check_free(self) -> None:
        """Raises `CommandError` where nobody can listen now."""
        if self.uds is not None:
            place, advice = self.name, "choose another path with --uds"
            attempt = partial(check_path, self.uds)
        elif self.fd is not None:
            place, advice = self.name, "give that of an open socket with --fd"
            attempt = partial(_check_open_socket, self.fd)
        else:
            place = f"{self.host}:{self.port}"
            advice = "choose another address with --host and --port, or stop what listens there"
            attempt = partial(_check_port, self.host, self.port)
        try:
            attempt()
        except (OSError, UnicodeError) as error:
            reason = str(getattr(error, "strerror", None) or error).partition(" (while")[0]
            raise CommandError(f"Cannot listen on {place}, {reason}: {advice}") from None


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    host.encode("idna")  # what cannot be a name makes create_server forget its socket
    socket.create_server((host, port), family=family).close()


def _check_open_socket(number: int) -> None:
    socket.socket(fileno=os.dup(number)).close()
