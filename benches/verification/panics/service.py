"""The application with every kind of answer, and a line by which its extension is told to panic.

A client of the port `PANICS_PORT` is told all names of exports. It sends one of them, `fresh` to
have everything compiled again, or an empty line to have nothing panic any more, and is told which
ones have panicked since it sent the last.
"""

from __future__ import annotations

import json
import os
import threading
from socketserver import StreamRequestHandler, TCPServer
from typing import Any

from ferroapi import _core
from harness.case import LOOPBACK
from verification.memory.service import app, tell_state

__all__ = ["app"]

_extension: Any = _core
_panicking = type(_extension.encode_json)


def exports() -> list[str]:
    """What may be told to panic."""
    names = []
    for name, export in vars(_core).items():
        if isinstance(export, _panicking):
            names.append(name)
        elif isinstance(export, type) and isinstance(vars(export).get("__init__"), _panicking):
            methods = [method for method in vars(export) if not method.startswith("_")]
            names += [name, *(f"{name}.{method}" for method in methods)]
    return names


class Line(StreamRequestHandler):
    """The connection of the one client."""

    def handle(self) -> None:
        """Does what each line says."""
        self.wfile.write(json.dumps(exports()).encode() + b"\n")
        for line in self.rfile:
            name = line.decode().strip()
            if name == "fresh":
                app.add_api_route("/again", tell_state)
            else:
                _extension.panic_in(name or None)
            self.wfile.write(json.dumps(_extension.panicked()).encode() + b"\n")


if port := os.environ.get("PANICS_PORT"):
    server = TCPServer((LOOPBACK, int(port)), Line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
