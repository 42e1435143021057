"""Runs uvicorn's own tests of its HTTP protocols against ours, and compares with known.toml."""

import sys
from pathlib import Path

from tests.upstream import Suite

MODULE = "uvicorn.protocols.http.httptools_impl"
SUITE = Suite(
    package="uvicorn",
    home=Path(__file__).parent,
    tests=(
        "tests/protocols/test_http.py",
        "tests/protocols/test_utils.py",
        "tests/protocols/test_websocket.py",
        "tests/middleware/test_proxy_headers.py",
        "tests/test_server.py",
    ),
    imported={
        f"{MODULE}:HttpToolsProtocol": "observed:ObservedProtocol",
        f"from {MODULE} import HttpToolsProtocol": (
            "from observed import ObservedProtocol as HttpToolsProtocol"
        ),
    },
    plugins=("observed",),
)

if __name__ == "__main__":
    sys.exit(SUITE.main())
