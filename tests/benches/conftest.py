"""The benchmarks are programs of `benches`, whose modules see each other from there."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "benches"))
