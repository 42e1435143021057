"""The shop with generated applications mounted in it, for servers."""

from __future__ import annotations

from typing import Any

from examples.shop.main import app

from harness.ledger import Ledger
from verification.malformed.applications import built, mounted

ledger = Ledger()


@app.get("/state")
async def tell_state() -> dict[str, Any]:
    return ledger.state()


for path, seed in mounted().items():
    app.mount(path, built(seed, []))
