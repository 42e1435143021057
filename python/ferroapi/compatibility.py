"""Whether a process answers as FastAPI does also where ferroapi is more careful.

For comparing both, and for moving one step at a time: `docs/differences.md` says what it is about.
"""

import os

COMPATIBLE = os.environ.get("FERROAPI_COMPAT") == "1"
"""Whether settings that nobody has chosen have the values that make answers FastAPI's."""
