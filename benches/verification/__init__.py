"""What is looked for, one kind of fault a module."""

from verification import bounded, differential, fuzz, hostile, malformed, memory, toxic
from verification.part import Part

# In the order in which they run: what finds most in the shortest time is first.
PARTS: dict[str, Part] = {
    "differential": differential.PART,
    "malformed": malformed.PART,
    "hostile": hostile.PART,
    "memory": memory.PART,
    "bounded": bounded.PART,
    "toxic": toxic.PART,
    "fuzz": fuzz.PART,
}
