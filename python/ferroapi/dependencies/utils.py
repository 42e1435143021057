"""The name under which FastAPI's users import what describes a dependency."""

from ferroapi.dependencies.declaration import get_dependant as get_dependant
from ferroapi.dependencies.multipart import (
    NOT_INSTALLED as multipart_not_installed_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.multipart import (
    WRONG_PACKAGE as multipart_incorrect_install_error,  # noqa: N811  # FastAPI's name
)
from ferroapi.dependencies.signature import get_typed_annotation as get_typed_annotation
from ferroapi.plan.parameters import read as request_params_to_args

__all__ = [
    "get_dependant",
    "get_typed_annotation",
    "multipart_incorrect_install_error",
    "multipart_not_installed_error",
    "request_params_to_args",
]
