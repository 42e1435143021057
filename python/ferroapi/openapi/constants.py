"""Constants of the OpenAPI documents that are generated."""

METHODS_WITH_BODY = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}
"""The HTTP methods whose request body is documented."""

METHODS_OF_3_2 = {"QUERY", *METHODS_WITH_BODY, "OPTIONS", "TRACE"}
"""The HTTP methods that a path item of OpenAPI 3.2 has a field for; it names others as they are."""

REF_PREFIX = "#/components/schemas/"
"""Where references to schemas point."""

REF_TEMPLATE = REF_PREFIX + "{model}"
"""The same, as pydantic wants it."""
