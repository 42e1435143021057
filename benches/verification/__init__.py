"""What is looked for, one kind of fault a module."""

from verification import (
    bounded,
    differential,
    fuzz,
    hostile,
    isolation,
    malformed,
    memory,
    panics,
    sanitizers,
    sweep,
    toxic,
)
from verification.part import Part

# In the order in which they run: what finds most in the shortest time is first.
PARTS: dict[str, Part] = {
    "differential": differential.PART,
    "malformed": malformed.PART,
    "hostile": hostile.PART,
    "memory": memory.PART,
    "bounded": bounded.PART,
    "toxic": toxic.PART,
    "sweep": sweep.PART,
    "isolation": isolation.PART,
    "panics": panics.PART,
    "sanitizers": sanitizers.PART,
    "fuzz": fuzz.PART,
}
