"""Names that secrets are sent under."""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = re.compile(
    "password|passwd|passphrase|secret|token$|api[-_]?key|private[-_]?key|authorization|^cookie$",
    re.IGNORECASE,
)


def names_secret(name: str) -> bool:
    """Whether a value of that name is a secret, whatever its type is."""
    return _is_known(name) if len(name) <= _SHORT else _is_found(name)


def _is_found(name: str) -> bool:
    return _NAME.search(name) is not None


_SHORT = 64
"""Characters of a name that may be kept: clients send any."""

_is_known = lru_cache(maxsize=1024)(_is_found)
"""Most names are those of a declaration."""
