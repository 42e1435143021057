"""Questions about annotations under FastAPI's names."""

import sys
from typing import Any, get_args

from pydantic import VERSION

from ferroapi.annotations import SEQUENCE_TYPES as sequence_types  # noqa: N811  # FastAPI's name
from ferroapi.annotations import is_bytes as is_bytes_or_nonable_bytes_annotation
from ferroapi.annotations import is_bytes_sequence as is_bytes_sequence_annotation
from ferroapi.annotations import is_scalar as field_annotation_is_scalar
from ferroapi.annotations import is_scalar_sequence as field_annotation_is_scalar_sequence
from ferroapi.annotations import is_sequence as field_annotation_is_sequence
from ferroapi.annotations import is_subclass as lenient_issubclass
from ferroapi.annotations import is_union
from ferroapi.annotations import is_upload_file as is_uploadfile_or_nonable_uploadfile_annotation
from ferroapi.annotations import is_upload_file_sequence as is_uploadfile_sequence_annotation

PYDANTIC_VERSION_MINOR_TUPLE = tuple(int(part) for part in VERSION.split(".")[:2])

__all__ = [
    "PYDANTIC_VERSION_MINOR_TUPLE",
    "annotation_is_pydantic_v1",
    "field_annotation_is_complex",
    "field_annotation_is_scalar",
    "field_annotation_is_scalar_sequence",
    "field_annotation_is_sequence",
    "is_bytes_or_nonable_bytes_annotation",
    "is_bytes_sequence_annotation",
    "is_pydantic_v1_model_class",
    "is_pydantic_v1_model_instance",
    "is_uploadfile_or_nonable_uploadfile_annotation",
    "is_uploadfile_sequence_annotation",
    "lenient_issubclass",
    "sequence_types",
    "value_is_sequence",
]


def field_annotation_is_complex(annotation: object) -> bool:
    """Whether one piece of text cannot hold it."""
    return not field_annotation_is_scalar(annotation)


def value_is_sequence(value: Any) -> bool:
    """Whether a value is a sequence or a set, and no text."""
    return isinstance(value, sequence_types) and not isinstance(value, (str, bytes))


def is_pydantic_v1_model_class(cls: Any) -> bool:
    """Whether it is a model class of `pydantic.v1`."""
    # Only its users have it imported: importing it warns on new interpreters.
    module = sys.modules.get("pydantic.v1.main")
    return module is not None and lenient_issubclass(cls, module.BaseModel)


def is_pydantic_v1_model_instance(obj: Any) -> bool:
    """Whether it is a model of `pydantic.v1`."""
    return is_pydantic_v1_model_class(type(obj))


def annotation_is_pydantic_v1(annotation: Any) -> bool:
    """Whether it is a model class of `pydantic.v1`, or a union or sequence of one."""
    if is_union(annotation) or field_annotation_is_sequence(annotation):
        return any(annotation_is_pydantic_v1(each) for each in get_args(annotation))
    return is_pydantic_v1_model_class(annotation)
