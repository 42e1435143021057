"""What the protocol allows a client, and what it says about requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

AccessLog = Literal["off", "text", "json"]
"""How the line of a request is written."""

AccessLogField = Literal["client", "time", "duration", "bytes", "request_id", "user_agent"]
"""What a line of the access log may have beside method, target, version and status."""


LARGEST = 2**31 - 1
"""What a limit may be at most, in bytes, fields or seconds."""


@dataclass(frozen=True)
class ServerOptions:
    """Limits of requests, and their log. What exceeds one is refused, and its connection closed."""

    head_size: int = 65_536
    """Bytes of the request line and all fields (431)."""
    head_fields: int = 128
    """Fields of a request (431)."""
    target_size: int = 32_768
    """Bytes of the request target (414)."""
    head_seconds: float = 10
    """Time in which a head has to come, from its first byte or that of the connection (408)."""
    body_seconds: float = 60
    """Time for the next part of a body (408), and for all that is left behind its response."""
    access_log: AccessLog = "text"
    """How a request is logged. A logger that somebody has configured gets records instead."""
    access_log_fields: tuple[AccessLogField, ...] = ("client",)
    """What a line says. With `duration` or `bytes` it is made when the response has ended."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for a limit that no request could keep, and for an unknown log."""
        for name in ("head_size", "head_fields", "target_size", "head_seconds", "body_seconds"):
            value = getattr(self, name)
            if not 0 < value <= LARGEST:
                raise ValueError(
                    f"{name} is {value}: it has to be more than 0 and at most {LARGEST}"
                )
        if self.access_log not in get_args(AccessLog):
            raise ValueError(f"access_log is {self.access_log}: it has to be off, text or json")
        for field in self.access_log_fields:
            if field not in get_args(AccessLogField):
                known = ", ".join(get_args(AccessLogField))
                raise ValueError(f"access_log_fields has {field!r}: there are {known}")
