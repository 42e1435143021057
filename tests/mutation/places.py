"""Where what is mutated and what is measured lies."""

from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "python"
MUTATED = ("ferroapi/plan", "ferroapi/streaming", "ferroapi/dependencies")
"""The folders below `PACKAGE` whose modules are mutated."""

FOLDER = CHECKOUT / "target/mutation"
TRACES = FOLDER / "traces"
"""Which test runs which line, and for how long."""
RESULTS = FOLDER / "results.jsonl"
"""What became of each mutant, one a line; of two lines of a mutant the later counts."""
