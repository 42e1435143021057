"""Runs Starlette's own tests of `BaseHTTPMiddleware` against ours, and compares with known.toml."""

import sys
from pathlib import Path

from tests.upstream import Suite

SUITE = Suite(
    package="starlette",
    home=Path(__file__).parent,
    tests=("tests/middleware/test_base.py",),
    imported={
        "from starlette.applications import Starlette": "from ferroapi import FastAPI as Starlette",
        "from starlette.middleware.base import": "from observed import",
    },
)

if __name__ == "__main__":
    sys.exit(SUITE.main())
