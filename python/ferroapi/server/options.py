"""What the protocol allows a client, and what it says about requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AccessLog = Literal["off", "text", "json"]
"""How the line of a request is written."""


@dataclass(frozen=True)
class ServerOptions:
    """Limits of requests. Whatever exceeds one is refused, and its connection closed."""

    head_size: int = 65_536
    """Bytes of the request line and all fields (431)."""
    head_fields: int = 128
    """Fields of a request (431)."""
    target_size: int = 32_768
    """Bytes of the request target (414)."""
    head_seconds: float = 10
    """Time in which a head has to come, from its first byte or that of the connection (408)."""
    body_seconds: float = 60
    """Time in which the next part of a body has to come (408)."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for a limit that no request could keep."""
        for name in ("head_size", "head_fields", "target_size", "head_seconds", "body_seconds"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it has to be more than 0")
