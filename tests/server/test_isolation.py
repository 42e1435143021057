"""No request sees a context variable of another one, whoever serves them."""

import asyncio
from pathlib import Path

import pytest
from tests.server.isolation import SERVERS, leaks, serving

REQUESTS = 480
"""Requests to each server."""


@pytest.mark.parametrize("name", SERVERS)
def test_no_request_sees_another(name: str, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with serving(name, output) as port:
        found = asyncio.run(asyncio.wait_for(leaks(port, REQUESTS), 60))
    assert found == [], output.read_text()
