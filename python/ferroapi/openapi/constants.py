"""Constants of the OpenAPI documents that are generated."""

METHODS_WITH_BODY = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}
"""The HTTP methods whose request body is documented."""

REF_PREFIX = "#/components/schemas/"
"""Where references to schemas point."""

REF_TEMPLATE = REF_PREFIX + "{model}"
"""The same, as pydantic wants it."""
