"""What our server answers requests by: what it knows is freed with what it was made of."""

import gc
from typing import Any
from weakref import ref

from ferroapi._core import DirectTable, Router


class Compiling:
    """Compiles for a table that it holds."""

    def __init__(self) -> None:
        self.table = DirectTable(Router([("/", "http", None)]), self.compile)

    def compile(self, _index: int) -> Any:
        return None


def test_a_circle_is_freed() -> None:
    compiling = Compiling()
    gone = ref(compiling)
    del compiling
    gc.collect()
    assert gone() is None
