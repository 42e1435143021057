"""Which responses have content."""

import http

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferroapi.content import is_body_allowed, is_body_allowed_for_status_code


def has_content_by_rfc_9110(status_code: int) -> bool:
    """Section 6.4.1, which names them one by one; HEAD is of no concern here."""
    informational = status_code // 100 == 1
    return not informational and http.HTTPStatus(status_code) not in (
        http.HTTPStatus.NO_CONTENT,
        http.HTTPStatus.NOT_MODIFIED,
        # Section 15.3.6: a server must not generate content.
        http.HTTPStatus.RESET_CONTENT,
    )


@pytest.mark.parametrize("status_code", [int(status) for status in http.HTTPStatus])
def test_each_registered_status(status_code: int) -> None:
    assert is_body_allowed(status_code) is has_content_by_rfc_9110(status_code)


@given(st.integers(100, 999))
def test_a_declared_status_may_be_text(status_code: int) -> None:
    assert is_body_allowed_for_status_code(str(status_code)) is is_body_allowed(status_code)
    assert is_body_allowed_for_status_code(status_code) is is_body_allowed(status_code)


@pytest.mark.parametrize("status_code", [None, "default", "1XX", "2XX", "3XX", "4XX", "5XX"])
def test_what_stands_for_several_has_content(status_code: str | None) -> None:
    assert is_body_allowed_for_status_code(status_code)


@pytest.mark.parametrize("text", ["", "6XX", "xx", "2xx", "20.4"])
def test_any_other_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        is_body_allowed_for_status_code(text)
