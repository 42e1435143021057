"""Serves an application that is verified, by its import string, until it is told to end.

python benches/verified.py TARGET HTTP PORT collect|keep
"""

from __future__ import annotations

import gc
import sys

import uvicorn

from harness.case import LOOPBACK
from harness.servers import CONNECTIONS


def main(target: str, http: str, port: str, garbage: str) -> None:
    """`garbage`: whether it is collected or kept."""
    if garbage == "keep":
        gc.disable()
    uvicorn.run(
        target,
        host=LOOPBACK,
        port=int(port),
        http=http,
        loop="uvloop",
        backlog=CONNECTIONS,
        access_log=False,
        log_level="critical",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
