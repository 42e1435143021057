"""How often properties are tried."""

from hypothesis import settings

USUAL = settings.get_profile("default").max_examples


def examples(number: int) -> int:
    """How many examples a property has that needs `number` of them.

    Fewer where the profile has fewer than is usual, such as `further` of the conftest.
    """
    return max(1, number * settings.default.max_examples // USUAL)
