"""The limits that there can be."""

import math
from typing import Any

import pytest

from ferroapi.server import ServerOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"head_size": 0}, "head_size is 0: it has to be more than 0 and at most 2147483647"),
        ({"head_seconds": math.inf}, "head_seconds is inf: it has to be more than 0 and at most"),
        ({"body_seconds": math.nan}, "body_seconds is nan: it has to be more than 0 and at most"),
        ({"target_size": 2**31}, "target_size is 2147483648: it has to be more than 0 and at most"),
        ({"access_log": "xml"}, "access_log is xml: it has to be off, text or json"),
        ({"access_log_fields": ("size",)}, "access_log_fields has 'size': there are client, .*"),
        ({"access_log_fields": ("client", "")}, "access_log_fields has '': there are client, .*"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ServerOptions(**options)
