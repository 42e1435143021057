"""`examples/dependencies.py` as a program and as a service."""

import subprocess
import sys
from pathlib import Path
from runpy import run_path

from ferroapi.testclient import TestClient

EXAMPLE = Path(__file__).parents[2] / "examples" / "dependencies.py"


def test_the_program_runs_the_job() -> None:
    ran = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.splitlines() == ["Hello, ada of one", "Hello, grace of one", "2 users"]
    assert ran.stderr == ""


def test_the_service_answers() -> None:
    with TestClient(run_path(str(EXAMPLE))["app"]) as client:
        assert client.get("/users", headers={"x-tenant": "one"}).json() == ["ada", "grace"]
        assert client.get("/users").status_code == 422
