"""The `Authorization` header field is split in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi.security.authorization import get_authorization_scheme_param
from ferroapi.security.utils import get_authorization_scheme_param as compatible_name

ROWS = [
    (None, ("", "")),
    ("", ("", "")),
    (" ", ("", "")),
    ("Bearer", ("Bearer", "")),
    ("Bearer ", ("Bearer", "")),
    ("Bearer token", ("Bearer", "token")),
    ("Bearer   token  ", ("Bearer", "token")),
    ("Bearer a b", ("Bearer", "a b")),
    (" Bearer token", ("", "Bearer token")),
    ("Bearer\ttoken", ("Bearer\ttoken", "")),
]


@pytest.mark.parametrize(("value", "expected"), ROWS)
def test_split(value: str | None, expected: tuple[str, str]) -> None:
    """The first blank divides; blanks around the rest are dropped."""
    assert get_authorization_scheme_param(value) == expected


@given(st.text(st.characters(max_codepoint=255)))
def test_nothing_is_invented(value: str) -> None:
    """Both parts stand in the value, and the first has no blank."""
    scheme, parameter = get_authorization_scheme_param(value)

    assert value.startswith(scheme)
    assert parameter in value
    assert " " not in scheme
    assert parameter == parameter.strip()


def test_name_for_users_of_fastapi() -> None:
    """The function has its old address too."""
    assert compatible_name is get_authorization_scheme_param
