"""Questions about annotations under FastAPI's names."""

from pydantic import VERSION

from ferroapi.annotations import is_bytes_sequence as is_bytes_sequence_annotation
from ferroapi.annotations import is_subclass as lenient_issubclass
from ferroapi.annotations import is_upload_file_sequence as is_uploadfile_sequence_annotation

PYDANTIC_VERSION_MINOR_TUPLE = tuple(int(part) for part in VERSION.split(".")[:2])

__all__ = [
    "PYDANTIC_VERSION_MINOR_TUPLE",
    "is_bytes_sequence_annotation",
    "is_uploadfile_sequence_annotation",
    "lenient_issubclass",
]
