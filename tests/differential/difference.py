"""A request that the frameworks answered differently."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.differential.descriptions import Answer, Sent


@dataclass(frozen=True)
class Difference:
    """A request that was answered differently."""

    sent: Sent
    ours: Answer
    theirs: Answer

    @property
    def parts(self) -> set[str]:
        """The parts of the answers that are not equal."""
        return {key for key, value in self.ours.items() if value != self.theirs[key]}  # type: ignore[literal-required]  # both have the same keys

    @property
    def body(self) -> str:
        """The text of the request's body, as JSON decoders read it; its bytes if they cannot."""
        raw = "".join(self.sent["body"]).encode("latin-1")
        try:
            return raw.decode(json.detect_encoding(raw), "surrogatepass")
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    def error(self, kind: str) -> bool:
        """Whether theirs ended with that exception."""
        return self.theirs["status"] == 500 and (self.theirs["error"] or "").startswith(kind)


def calls_whatever_was_seen(answer: Answer) -> list[str]:
    """What was called, without the exceptions that those who were called have seen."""
    return [call.partition(" sees ")[0] for call in answer["calls"]]


def errors_of(answer: Answer) -> list[Any]:
    """The errors of a 422."""
    if answer["status"] != 422:
        return []
    try:
        detail = json.loads(answer["body"].encode("latin-1"))["detail"]
    except (ValueError, KeyError, TypeError):
        return []
    # What handlers answer may look like anything.
    return detail if isinstance(detail, list) else []


def repeats(longer: list[Any], shorter: list[Any]) -> bool:
    """Whether `longer` has what is in `shorter`, and some of it again."""
    more = Counter(json.dumps(item) for item in longer)
    more.subtract(Counter(json.dumps(item) for item in shorter))
    repeated = {_without_input(json.loads(item)) for item in +more}
    known = {_without_input(item) for item in shorter}
    return bool(repeated) and min(more.values()) >= 0 and repeated <= known


def _without_input(item: Any) -> str:
    # A file that was sent looks different after it was read.
    return json.dumps({**item, "input": None} if isinstance(item, dict) else item)
