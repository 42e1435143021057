"""Writing how a form that the core reads is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferroapi.plan.order.teardown import close_files
from ferroapi.plan.reading.incoming_form import new_form, read_form
from ferroapi.plan.writing.stage import reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ferroapi._form_limits import FormLimits
    from ferroapi.plan.writing.draft import Draft
    from ferroapi.plan.writing.source import Source


def write_new_form(draft: Draft, limits: FormLimits, *, otherwise: Sequence[str]) -> None:
    """Writes the making of a form: `new`, of which nothing was received.

    Args:
        draft: the function.
        limits: those of the operation.
        otherwise: the lines that leave forms which the core does not read.
    """
    source, interface = draft.source, draft.interface
    source.name("new_form", new_form)
    source.name("form_limits", limits)
    source.line(f"limits = {interface.form_limits(source)}")
    source.line(f"new = new_form({interface.content_type(source)}, limits)")
    with source.block("if new is None:"):
        source.lines(otherwise)


def write_form(draft: Draft, *, targets: str) -> None:
    """Writes the reading of `new`.

    Args:
        draft: the function.
        targets: what the form is assigned to, `form` among it.
    """
    source, interface = draft.source, draft.interface
    source.name("read_form", read_form)
    given = f"new, limits, {interface.surroundings(source)}, {interface.receive_form}"
    with reading(source):
        source.line(f"{targets} = await read_form({given})")


def write_close(source: Source) -> None:
    """Writes the closing of the files of `form`, which is `None` if it was not read."""
    source.name("close_files", close_files)
    with source.block("if form is not None and (files := form.files()):"):
        source.line("await close_files(files)")
