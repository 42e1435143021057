"""Form parameters need the python-multipart package: telling so at the declaration."""

from __future__ import annotations

import re
from importlib import import_module

from ferroapi.logger import logger

NOT_INSTALLED = (
    'Form data requires "python-multipart" to be installed. \n'
    'You can install "python-multipart" with: \n\n'
    "pip install python-multipart\n"
)
WRONG_PACKAGE = (
    'Form data requires "python-multipart" to be installed. '
    'It seems you installed "multipart" instead. \n'
    'You can remove "multipart" with: \n\n'
    "pip uninstall multipart\n\n"
    'And then install "python-multipart" with: \n\n'
    "pip install python-multipart\n"
)


def ensure_multipart_is_installed() -> None:
    """Raises `RuntimeError` with what to install when forms cannot be parsed."""
    try:
        version = import_module("python_multipart").__version__
        # 0.0.12 is the last release under the module name of another package.
        if [int(part) for part in re.findall(r"\d+", version)[:3]] > [0, 0, 12]:
            return
    except (ImportError, AttributeError):
        pass
    try:
        import_module("multipart").__version__  # noqa: B018
    except (ImportError, AttributeError):
        raise _failure(NOT_INSTALLED) from None
    try:
        import_module("multipart.multipart").parse_options_header  # noqa: B018
    except (ImportError, AttributeError):
        raise _failure(WRONG_PACKAGE) from None


def _failure(message: str) -> RuntimeError:
    logger.error(message)
    return RuntimeError(message)
