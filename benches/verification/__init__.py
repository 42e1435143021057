"""What is looked for, one kind of fault a module."""

from verification import differential, malformed
from verification.part import Part

PARTS: dict[str, Part] = {
    "differential": differential.PART,
    "malformed": malformed.PART,
}
