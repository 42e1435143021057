"""Malformed requests without end, to one application after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from random import Random

from tests.differential.choices import Choices
from tests.differential.descriptions import Application, Sent
from tests.differential.requests import requests_to

from verification.malformed.mutations import cut_everywhere, mutated, with_each_token

MUTATED = 10
"""How often each request is made wrong."""

REQUESTS = 20
"""Good requests that an application gets malformed ones of."""

CURATED = 400
"""The most of each kind of curated ones of an application."""


def good_requests(seed: int, described: Application) -> list[Sent]:
    """Requests that a generated application mostly accepts."""
    return requests_to(Choices.seeded(seed), described, REQUESTS)


def to_generated(seed: int, described: Application) -> Iterator[Sent]:
    """Malformed requests to a generated application."""
    good = good_requests(seed, described)
    longest = max(good, key=lambda sent: len("".join(sent["body"])))
    yield from islice(cut_everywhere(longest), CURATED)
    yield from islice(with_each_token(longest), CURATED)
    yield from to_these(Random(seed), good)


def to_these(random: Random, good: list[Sent]) -> Iterator[Sent]:
    """Each of these requests, made wrong some times."""
    for sent in good:
        for _ in range(MUTATED):
            yield mutated(random, sent)
