"""The templates of paths that are generated."""

PATHS = (
    *("/", "/a", "/a/", "/a/b", "/{p}", "/{p}/", "/{p}/x", "/a/{p}", "/a/{p}/{q}", "/{p}.{q}"),
    *("/{p:path}", "/a/{p:path}/z", "/{p:int}", "/i/{p:int}/{q:float}", "/{p:uuid}", "/{p:float}"),
    *("/v{p}", "/{p}-{q}", "/{p:int}-x", "/{p:str}/e", "/\u00e9", "/a b", "/a.b", "/%7E"),
    *("/{p}{q:int}", "/a//b"),
)
PREFIXES = ("", "/r", "/r/s", "/{r}", "/a", "/{r:int}", "/a/{r}")


def placeholders(path: str) -> list[str]:
    """The names of path parameters of a template."""
    return [part.split("}")[0].split(":")[0] for part in path.split("{")[1:]]
