"""The names under which FastAPI's users import the generation of OpenAPI documents."""

from ferroapi.forwarding import forward
from ferroapi.openapi.writing import responses
from ferroapi.openapi.writing.document import get_openapi as get_openapi
from ferroapi.openapi.writing.responses import status_code_ranges as status_code_ranges
from ferroapi.openapi.writing.responses import (
    validation_error_definition as validation_error_definition,
)
from ferroapi.openapi.writing.responses import (
    validation_error_response_definition as validation_error_response_definition,
)

forward(
    __name__,
    status_code_ranges=responses,
    validation_error_definition=responses,
    validation_error_response_definition=responses,
)
