"""What is looked for, one kind of fault a module."""

from verification import bounded, differential, hostile, malformed, memory, toxic
from verification.part import Part

PARTS: dict[str, Part] = {
    "differential": differential.PART,
    "malformed": malformed.PART,
    "hostile": hostile.PART,
    "memory": memory.PART,
    "bounded": bounded.PART,
    "toxic": toxic.PART,
}
