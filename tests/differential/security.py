"""Generates security parameters, and what clients send for them."""

from collections.abc import Sequence

from tests.differential.choices import Choices
from tests.differential.descriptions import Parameter

SCHEMES = (
    *("key", "query_key", "cookie_key", "basic", "bearer", "digest", "oauth2", "oauth2"),
    *("realm", "base", "code", "flows", "connect"),
)
SCOPES: tuple[list[str], ...] = ([], ["a"], ["b", "a"], ["c d"], ["a", "a"])
AUTHORIZATIONS = [
    *("Basic dTpw", "Basic !", "Basic dXA=", "Basic", "Bearer t", "bearer t", "Bearer", "Bearer "),
    *("Digest x", "digest", "x", "", "Basic dTpw dTpw", "Bearer  two", "Basic \xff", "Bearer a b"),
    *("Basic Og==", "Basic /w==", "BASIC dTpw", "Basic  dTpw", "Bearer\tt", " Bearer t", "Basic "),
]


def security(
    choices: Choices, dependencies: Sequence[str], with_forms: bool = False
) -> list[Parameter]:
    """Schemes with and without scopes, dependencies that want scopes, and the scopes themselves."""
    described: Parameter = {"name": "s", "in": "security"}
    if dependencies and choices.rarely(3):
        described["dependency"] = choices.one_of(dependencies)
        described["scopes"] = choices.one_of(SCOPES)
    elif with_forms and choices.rarely(3):
        described["scheme"] = choices.one_of(["password", "strict"])
    else:
        described["scheme"] = choices.one_of(SCHEMES) + choices.one_of(["", "?"])
        if choices.rarely(3):
            described["scopes"] = choices.one_of(SCOPES)
    parameters = [described]
    if choices.rarely(2):
        parameters.append({"name": "scopes", "in": "scopes"})
    return parameters


def credentials(choices: Choices) -> list[tuple[str, str]]:
    """Headers with credentials, good and bad."""
    headers = []
    if not choices.rarely(3):
        headers.append(("authorization", choices.one_of(AUTHORIZATIONS)))
    if choices.rarely(2):
        headers.append(("x-key", choices.one_of(["k", "", "\xff"])))
    return headers
