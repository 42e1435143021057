"""The OAuth 2 scopes a dependency may ask for."""


class SecurityScopes:
    """The scopes that the dependants of a dependency ask for, from the outermost in.

    `scope_str` is the same as text, with blanks between (RFC 6749, section 3.3).

    Args:
        scopes: their names; none by default.
    """

    def __init__(self, scopes: list[str] | None = None) -> None:
        self.scopes: list[str] = scopes or []
        self.scope_str = " ".join(self.scopes)
