"""A source distribution without cargo says what it needs; with it, maturin builds."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("maturin")

import build_backend
import maturin

ROOT = Path(__file__).parents[2]
HOOKS = [name for name in dir(maturin) if name.startswith(("build_", "prepare_", "get_requires_"))]


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_of_maturin_is_there(name: str) -> None:
    assert callable(getattr(build_backend, name))


@pytest.mark.parametrize("name", [name for name in HOOKS if name.startswith("get_requires_")])
def test_without_cargo_nothing_is_downloaded(name: str) -> None:
    """As a front end asks it, in a process of its own."""
    call = f"import build_backend; print(build_backend.{name}())"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=ROOT,
        env={"PATH": "", "PYTHONPATH": str(ROOT / "packaging")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs Rust 1.88 or newer: there is no `cargo` on PATH" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_with_cargo_maturin_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert build_backend.get_requires_for_build_wheel() == maturin.get_requires_for_build_wheel()
