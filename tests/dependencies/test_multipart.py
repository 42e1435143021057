"""Form parameters need python-multipart: what their declaration says without it."""

import sys
from types import ModuleType
from typing import Annotated, Any

import pytest

from ferroapi import FastAPI, File, Form, UploadFile
from ferroapi.dependencies.multipart import NOT_INSTALLED, WRONG_PACKAGE


def form(a: Annotated[str, Form()]) -> None: ...


def file(a: Annotated[bytes, File()]) -> None: ...


def upload(a: UploadFile) -> None: ...


def module(name: str, **attributes: Any) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(attributes)
    return made


NEW = module("python_multipart", __version__="0.0.13")
CANDIDATE = module("python_multipart", __version__="0.1rc1")
OLD = module("python_multipart", __version__="0.0.12")
OTHER = module("multipart", __version__="1.0")
UNRELATED = module("multipart.multipart")
RELATED = module("multipart.multipart", parse_options_header=len)

# name: (the modules there are, the error)
INSTALLED: dict[str, tuple[dict[str, ModuleType | None], str | None]] = {
    "right": ({"python_multipart": NEW}, None),
    "candidate": ({"python_multipart": CANDIDATE}, None),
    "nothing": ({}, NOT_INSTALLED),
    "under_its_old_name": (
        {"python_multipart": OLD, "multipart": OTHER, "multipart.multipart": RELATED},
        None,
    ),
    "no_version": ({"python_multipart": module("python_multipart")}, NOT_INSTALLED),
    "another_package": (
        {"multipart": OTHER, "multipart.multipart": UNRELATED},
        WRONG_PACKAGE,
    ),
}


@pytest.mark.parametrize(("modules", "text"), INSTALLED.values(), ids=INSTALLED)
@pytest.mark.parametrize("endpoint", [form, file, upload])
def test_installed(
    endpoint: Any,
    modules: dict[str, ModuleType | None],
    text: str | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Raised at the declaration, and logged."""
    for name in ("python_multipart", "multipart", "multipart.multipart"):
        # None makes importing it fail.
        monkeypatch.setitem(sys.modules, name, modules.get(name))  # type: ignore[arg-type]  # `None` stops an import
    app = FastAPI()
    if text is None:
        app.post("/")(endpoint)
        return
    with pytest.raises(RuntimeError) as caught:
        app.post("/")(endpoint)
    assert str(caught.value) == text
    assert text in caplog.text


def test_texts() -> None:
    assert NOT_INSTALLED == (
        'Form data requires "python-multipart" to be installed. \n'
        'You can install "python-multipart" with: \n\npip install python-multipart\n'
    )
    assert 'pip uninstall multipart\n\nAnd then install "python-multipart"' in WRONG_PACKAGE
