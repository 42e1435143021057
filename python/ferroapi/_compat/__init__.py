"""Private names of FastAPI that other packages and its own tests import.

What is behind them has better-placed names: `ferroapi.fields` and `ferroapi.annotations`.
"""

from ferroapi._compat import v2 as v2
from ferroapi._compat.shared import PYDANTIC_VERSION_MINOR_TUPLE as PYDANTIC_VERSION_MINOR_TUPLE
from ferroapi._compat.shared import (
    is_bytes_sequence_annotation as is_bytes_sequence_annotation,
)
from ferroapi._compat.shared import (
    is_uploadfile_sequence_annotation as is_uploadfile_sequence_annotation,
)
from ferroapi._compat.shared import lenient_issubclass as lenient_issubclass
from ferroapi.fields import ModelField as ModelField
from ferroapi.fields import Undefined as Undefined
