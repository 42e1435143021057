"""Names that a module offers, but that live in another one.

FastAPI's users replace some names in the module from which FastAPI uses them. Ours uses them in a
module further down: what is put into their place in the one is put there in the other, and plans
are made again.
"""

import sys
from types import ModuleType
from typing import Any

from ferroapi.live import changed


def forward(module: str, **owners: ModuleType) -> None:
    """Has `module` read, write and delete some of its names where they live.

    Args:
        module: the name of the module.
        owners: the module that each name lives in.
    """
    forwarding = sys.modules[module]
    names = {name: _forwarded(owner, name) for name, owner in owners.items()}
    forwarding.__class__ = type("ForwardingModule", (type(forwarding),), names)


def _forwarded(owner: ModuleType, name: str) -> property:
    def read(_module: ModuleType) -> Any:
        return getattr(owner, name)

    def write(_module: ModuleType, value: Any) -> None:
        setattr(owner, name, value)
        changed()

    def delete(_module: ModuleType) -> None:
        delattr(owner, name)

    return property(read, write, delete)
