"""The application of the streams, for the command line of a server; the environment says whose."""

from __future__ import annotations

import os
from pathlib import Path

from harness.applications import framework
from harness.ledger import Ledger
from scenarios import shutdown, streams

if os.environ[shutdown.FRAMEWORK] == "ferroapi":
    from ferroapi.streaming import set_grace_period

    # The streams of this application never end.
    set_grace_period(1.0)

app = streams.app(
    framework(os.environ[shutdown.FRAMEWORK]), Ledger(Path(os.environ[shutdown.RECORD]))
)
