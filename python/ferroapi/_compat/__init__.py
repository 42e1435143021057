"""Private names of FastAPI that other packages and its own tests import.

What is behind them has better-placed names: `ferroapi.fields` and `ferroapi.annotations`.
"""

from ferroapi._compat import shared as shared
from ferroapi._compat import v2 as v2
from ferroapi._compat.shared import PYDANTIC_VERSION_MINOR_TUPLE as PYDANTIC_VERSION_MINOR_TUPLE
from ferroapi._compat.shared import annotation_is_pydantic_v1 as annotation_is_pydantic_v1
from ferroapi._compat.shared import field_annotation_is_scalar as field_annotation_is_scalar
from ferroapi._compat.shared import (
    field_annotation_is_scalar_sequence as field_annotation_is_scalar_sequence,
)
from ferroapi._compat.shared import field_annotation_is_sequence as field_annotation_is_sequence
from ferroapi._compat.shared import (
    is_bytes_or_nonable_bytes_annotation as is_bytes_or_nonable_bytes_annotation,
)
from ferroapi._compat.shared import is_bytes_sequence_annotation as is_bytes_sequence_annotation
from ferroapi._compat.shared import is_pydantic_v1_model_instance as is_pydantic_v1_model_instance
from ferroapi._compat.shared import (
    is_uploadfile_sequence_annotation as is_uploadfile_sequence_annotation,
)
from ferroapi._compat.shared import lenient_issubclass as lenient_issubclass
from ferroapi._compat.shared import sequence_types as sequence_types
from ferroapi._compat.shared import value_is_sequence as value_is_sequence
from ferroapi._compat.v2 import ModelField as ModelField
from ferroapi._compat.v2 import PydanticSchemaGenerationError as PydanticSchemaGenerationError
from ferroapi._compat.v2 import RequiredParam as RequiredParam
from ferroapi._compat.v2 import Undefined as Undefined
from ferroapi._compat.v2 import Url as Url
from ferroapi._compat.v2 import copy_field_info as copy_field_info
from ferroapi._compat.v2 import create_body_model as create_body_model
from ferroapi._compat.v2 import evaluate_forwardref as evaluate_forwardref
from ferroapi._compat.v2 import get_cached_model_fields as get_cached_model_fields
from ferroapi._compat.v2 import get_definitions as get_definitions
from ferroapi._compat.v2 import get_flat_models_from_fields as get_flat_models_from_fields
from ferroapi._compat.v2 import get_missing_field_error as get_missing_field_error
from ferroapi._compat.v2 import get_model_name_map as get_model_name_map
from ferroapi._compat.v2 import get_schema_from_model_field as get_schema_from_model_field
from ferroapi._compat.v2 import is_scalar_field as is_scalar_field
from ferroapi._compat.v2 import serialize_sequence_value as serialize_sequence_value
from ferroapi._compat.v2 import (
    with_info_plain_validator_function as with_info_plain_validator_function,
)

# An import would not fit on its line.
is_uploadfile_or_nonable_uploadfile_annotation = (
    shared.is_uploadfile_or_nonable_uploadfile_annotation
)
