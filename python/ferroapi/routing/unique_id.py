"""Operation ids."""

from __future__ import annotations

import re
from typing import Any


def generate_unique_id(route: Any) -> str:
    """The default operation id: name, path and first method of a route in word characters."""
    name = re.sub(r"\W", "_", f"{route.name}{route.path_format}")
    return f"{name}_{min(route.methods).lower()}"
