"""Objects in places, one after the other, in a process that may not survive it."""

from __future__ import annotations

import faulthandler
import gc
import json
import logging
import resource
import sys
import threading
import warnings
from collections.abc import Iterable

from verification.hostile.objects import OBJECTS, Trap
from verification.hostile.places import PLACES

MEMORY = 4 * 2**30
"""Bytes of addresses: who believes a length that is a lie has no more."""

STACK = 16 * 2**20

FAULTS = ("PanicException", "SystemError")
"""A panic of Rust, and an answer that is neither a value nor an exception."""


PATIENCE = 30
"""Seconds that one call may take, before the process ends itself."""


def try_all(trials: Iterable[tuple[str, str]]) -> None:
    """Writes a line before each call, and one after it when it ended as none may.

    `trials`: the names of a place and of an object.
    """
    for place, name in trials:
        print(json.dumps({"try": [place, name]}), flush=True)
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        trap = Trap()
        try:
            PLACES[place](OBJECTS[name](trap), trap)
        except BaseException as error:
            if type(error).__name__ in FAULTS:
                print(json.dumps({"fault": f"{type(error).__name__}: {error}"}), flush=True)
    gc.collect()
    faulthandler.cancel_dump_traceback_later()
    print(json.dumps({"done": True}), flush=True)


def main() -> None:
    """Tries what standard input names, in a thread, whose stack is of a known size."""
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda unraisable: None
    threading.stack_size(STACK)
    thread = threading.Thread(target=try_all, args=(json.load(sys.stdin),))
    thread.start()
    thread.join()
