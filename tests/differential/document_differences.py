"""What may differ between OpenAPI documents."""

import json
import re
from typing import Any

from tests.differential.difference import Difference

_ID = r'"operationId":"(.*?)"'


def names_bodies(difference: Difference) -> bool:
    ours, theirs = difference.ours["body"], difference.theirs["body"]
    module, other = "ferroapi__dependencies__body__Body_", "fastapi___compat__v2__Body_"
    return (
        difference.sent["path"] == "/openapi.json"
        and module in ours
        and _document(ours) == _document(theirs.replace(other, module))
    )


def names_operations(difference: Difference) -> bool:
    ours, theirs = difference.ours["body"], difference.theirs["body"]
    return (
        difference.sent["path"].endswith("/openapi.json")
        and not difference.parts - {"body", "headers"}
        and _anonymous(ours) == _anonymous(theirs)
    )


def _document(text: str) -> Any:
    """What a body says; a body that a middleware has put something around says itself."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _anonymous(document: str) -> Any:
    """A document without the ids of its operations, nor the names, titles and bodies of them."""
    document = re.sub(_ID, '"operationId":""', document)
    document = re.sub(r'\w*Body_[^"]*"', 'Body_"', document)
    document = re.sub(r'"title":"(Body_|Response |Streamitem )[^"]*"', '"title":""', document)
    anonymous = _document(document)
    if isinstance(anonymous, dict):
        anonymous.get("components", {}).get("schemas", {}).pop("Body_", None)
    return anonymous
