"""Fetches the files of the wheel, by their digests: `python docs-assets/fetch.py`."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from verify import ASSETS, STATIC, verify


def main() -> None:
    """Puts the files into `static`, by the digests in `pyproject.toml`; exits where one differs."""
    STATIC.mkdir(exist_ok=True)
    for assets in ASSETS:
        with tempfile.TemporaryDirectory() as folder:
            requirements = Path(folder, "requirements.txt")
            requirements.write_text(f"{assets['package']} --hash=sha256:{assets['digest']}\n")
            download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            download += ["--require-hashes", "--requirement", str(requirements), "--dest", folder]
            subprocess.run(download, check=True)
            (wheel,) = Path(folder).glob("*.whl")
            with zipfile.ZipFile(wheel) as packed:
                for path, file in assets["files"].items():
                    (STATIC / file["name"]).write_bytes(packed.read(f"{assets['root']}/{path}"))
    verify()


if __name__ == "__main__":
    main()
