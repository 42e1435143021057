"""Names that secrets are sent under."""

from __future__ import annotations

import re

_NAME = re.compile(
    "password|passwd|passphrase|secret|token$|api[-_]?key|private[-_]?key|authorization|^cookie$",
    re.IGNORECASE,
)


def names_secret(name: str) -> bool:
    """Whether a value of that name is a secret, whatever its type is."""
    return _NAME.search(name) is not None
