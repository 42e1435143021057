"""Headers of responses that would be no header, refused while there can still be an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi._core import check_headers

if TYPE_CHECKING:
    from starlette.types import Message


def check_start(message: Message) -> None:
    """Looks whether the headers can be sent that a response, or a WebSocket, begins with.

    Servers refuse those that cannot when it is too late for an answer, or send them.

    Raises:
        RuntimeError: a name is no token of RFC 9110, section 5.6.2, or a value has a control
            character other than the tab.
        TypeError: a header is no pair of bytes.
    """
    headers = message.get("headers")
    if not headers:
        return
    if type(headers) is not list:
        # What can be read once only is to be sent as well.
        message["headers"] = headers = [*headers]
    check_headers(headers)
