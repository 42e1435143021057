"""Writing what is read of a request before a step: parameters and a body, validated at once."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from ferroapi._core import check_json, has_long_integer
from ferroapi.connection.failure import JSON_TYPE
from ferroapi.plan.reading.body import read_failure
from ferroapi.plan.reading.first_errors import VERY_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import SchemaValidator

    from ferroapi._core import FormParameters
    from ferroapi.plan.order.steps import Step
    from ferroapi.plan.reading.refused import Refusing
    from ferroapi.plan.reading.shortcut import Stage
    from ferroapi.plan.writing.draft import Draft
    from ferroapi.plan.writing.source import Source


_DECODED = "from_json(raw, allow_inf_nan=False)"


def write_raw_body(draft: Draft, *, target: str, strict_content_type: bool) -> None:
    """Writes the reading of a JSON body into `raw`, and into `body_<stage>` where it is decoded.

    What is no JSON is refused before any dependency runs: where one runs before the body is
    validated, it is decoded first, into `decoded`.

    Args:
        draft: the function; nothing of it may run before.
        target: what the body is assigned to, `raw` first.
        strict_content_type: whether JSON needs a JSON content type.
    """
    source, interface = draft.source, draft.interface
    with reading(source):
        interface.write_read(source, target)
    source.name("check_json", check_json)
    wanted = "True" if strict_content_type else "not False"
    is_json = f"{interface.has_json_body(source)} is {wanted}"
    stage = draft.shortcut.decoded_stage
    if stage is None:
        with source.block(f"if not raw or not ({is_json}) or check_json(raw) is not None:"):
            draft.leave()
        _write_decoding(draft)
        return
    with source.block(f"if not raw or not ({is_json}):"):
        draft.leave()
    assert stage.decoder is not None
    decode = source.name("decode", stage.decoder.decode)
    source.line(f"body_{stage.index} = {decode}(raw)")
    with source.block(f"if body_{stage.index} is NotImplemented:"):
        with source.block("if check_json(raw) is not None:"):
            draft.leave()
        _write_decoding(draft)


def _write_decoding(draft: Draft) -> None:
    """Writes what makes sure that a body is JSON before any dependency runs."""
    source = draft.source
    if draft.shortcut.decodes_first:
        source.name("from_json", from_json)
        with source.block("try:"):
            source.line(f"decoded = {_DECODED}")
        with source.block("except ValueError:"):
            draft.leave()


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Writes what becomes of errors in what is written within: the answer to an unreadable body."""
    source.name("HTTPException", HTTPException)
    source.name("read_failure", read_failure)
    with source.block("try:"):
        yield
    with source.block("except HTTPException:"):
        source.line("raise")
    with source.block("except Exception as error:"):
        source.line("raise read_failure(error) from error")


def write_stage(draft: Draft, step: Step, *, refuses: bool = False) -> None:
    """Writes what is read before a step: into `values_<stage>` and `body_<stage>`.

    Args:
        draft: the function.
        step: the step; nothing may be read before it. What the steps before have given is handed
            to the exact order, where a request is left to it.
        refuses: whether the function sends responses, also that to a request that does not fit.
    """
    source, shortcut = draft.source, draft.shortcut
    stage = shortcut.stages.get(step.index)
    if stage is None:
        return
    draft = draft.after(step.index)
    if step.index and stage.reads_cookies and shortcut.in_order:
        # A dependency may have changed them.
        with source.block("if exchange is not None and exchange.has_read_cookies:"):
            draft.leave()
    refusal = stage.refusal if refuses else None
    if refusal is not None:
        source.name("refusal", refusal)
    if stage.form is not None:
        _write_form(draft, stage, stage.form)
    _write_parameters(draft, stage, refuses=refusal is not None)
    _write_body(draft, stage, refuses=refusal is not None)


def _write_form(draft: Draft, stage: Stage, form: FormParameters) -> None:
    """Writes what takes the values of a form: before anything is validated that would be again."""
    source = draft.source
    extract = source.name(f"extract_form_{stage.index}", form.extract)
    source.line(f"sent = {extract}(form)")
    with source.block("if sent is None:"):
        draft.leave()


def _write_leave(draft: Draft, name: str, refusing: Refusing | None, raw: str = "None") -> None:
    """Writes how a request that does not fit, by an `error`, is left to the exact order.

    Args:
        draft: the function.
        name: what the function knows `refusing` by.
        refusing: keeps what was refused, where it might be taken in the exact order.
        raw: the expression for the body, where its text was validated.
    """
    if refusing is None:
        draft.leave()
    else:
        draft.leave_refused(f"{draft.source.name(name, refusing)}(error, {raw})")


def _write_refusal(draft: Draft, extracted: str, raw: str) -> None:
    """Writes how a request that does not fit is answered, unless that is left to others."""
    source, interface = draft.source, draft.interface
    around = interface.surroundings(source)
    source.line(f"refused = refusal({around}, error, {extracted}, {raw})")
    with source.block("if refused is not None:"):
        source.line("started = True")
        interface.write_send(source, 422, [JSON_TYPE], "refused")
        source.line("return")


def _write_parameters(draft: Draft, stage: Stage, *, refuses: bool) -> None:
    if stage.validator is None:
        return
    source, interface = draft.source, draft.interface
    index = stage.index
    validate = source.name(f"validate_{index}", stage.validator.validate_python)
    source.name("ValidationError", ValidationError)
    read = "{}"
    if stage.parameters is not None:
        read = interface.extract(source, f"{index}", stage.parameters)
    if refuses or stage.models or stage.absent_when_empty:
        source.line(f"extracted = {read}")
        read = "extracted"
    for number, model in enumerate(stage.models):
        found = interface.extract(source, f"{index}_{number}", model.parameters)
        if model.may_be_absent:
            source.line(f"model = {found}")
            with source.block("if model:"):
                source.line(f'extracted["{model.key}"] = model')
        else:
            source.line(f'extracted["{model.key}"] = {found}')
    for key in stage.absent_when_empty:
        with source.block(f'if extracted.get("{key}") == "":'):
            source.line(f'del extracted["{key}"]')
    options = ", from_attributes=True" if stage.reads_attributes else ""
    with source.block("try:"):
        source.line(f"values_{index} = {validate}({read}{options})")
    with source.block("except ValidationError as error:"):
        if refuses:
            _write_refusal(draft, "extracted", "raw" if draft.shortcut.reads_body else "None")
        _write_leave(draft, f"refusing_{index}", stage.refusing)
    with source.block("except OverflowError:"):
        draft.leave()


def _write_body(draft: Draft, stage: Stage, *, refuses: bool) -> None:
    validator = stage.body_validator
    if validator is None:
        return
    source = draft.source
    body = f"body_{stage.index}"
    if stage.form is not None:
        validate = source.name(f"validate_form_{stage.index}", validator.validate_python)
        source.name("ValidationError", ValidationError)
        with source.block("try:"):
            source.line(f"{body} = {validate}(sent, from_attributes=True)")
        with source.block("except ValidationError as error:"):
            _write_leave(draft, f"refusing_body_{stage.index}", stage.refusing_body)
        with source.block("except OverflowError:"):
            draft.leave()
        return
    is_decoded = stage is draft.shortcut.decoded_stage
    if stage.index and draft.shortcut.in_order:
        # A dependency may have changed what the request gave it.
        with source.block("if exchange is not None and exchange.has_read_json:"):
            source.line("decoded = exchange.read_json(None)")
            if is_decoded:
                source.line(f"{body} = NotImplemented")
    with source.block(f"if {body} is NotImplemented:") if is_decoded else nullcontext():
        _write_validation(draft, stage, validator, refuses=refuses)


def _write_validation(
    draft: Draft, stage: Stage, validator: SchemaValidator, *, refuses: bool
) -> None:
    source, decodes_first = draft.source, draft.shortcut.decodes_first
    body = f"body_{stage.index}"
    validate_json = source.name(f"validate_json_{stage.index}", validator.validate_json)
    validate = source.name(f"validate_body_{stage.index}", validator.validate_python)
    source.name("from_json", from_json)
    source.name("ValidationError", ValidationError)
    decoded = "decoded" if decodes_first else _DECODED
    if stage.stopping_validator is not None:
        stopping = source.name(f"stopping_{stage.index}", stage.stopping_validator)
        is_small = f"len(raw) <= {VERY_LARGE}"
        validate_json = f"({validate_json} if {is_small} else {stopping}().validate_json)"
        validate = f"({validate} if {is_small} else {stopping}().validate_python)"
    from_text = f"{body} = {validate_json}(raw)"
    from_value = f"{body} = {validate}({decoded}, from_attributes=True)"
    with source.block("try:"):
        if stage.from_json and not decodes_first:
            source.name("has_long_integer", has_long_integer)
            with source.block("if has_long_integer(raw):"):
                source.line(from_value)
            with source.block("else:"):
                source.line(from_text)
        else:
            source.line(from_value)
    with source.block("except ValueError as error:"):
        if refuses:
            _write_refusal(draft, "None", "raw")
        raw = "raw" if stage.from_json else "None"
        _write_leave(draft, f"refusing_body_{stage.index}", stage.refusing_body, raw)
    with source.block("except OverflowError:"):
        draft.leave()
