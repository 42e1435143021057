"""Each test has one name, whatever its suite puts into it."""

import pytest
from tests.ecosystem.running import with_stable_names


@pytest.mark.parametrize(
    ("random", "name"),
    [
        pytest.param("", "a.py::test[f3a9-GET]", id="nothing random"),
        pytest.param("[0-9a-f]{4}(?=-)", "a.py::test[*-GET]", id="a random part"),
    ],
)
def test_a_star_stands_for_what_is_random(random: str, name: str) -> None:
    assert with_stable_names({"a.py::test[f3a9-GET]": "passed"}, random) == {name: "passed"}
