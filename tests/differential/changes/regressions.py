"""Changes that were once noticed at another time than FastAPI does, or not at all."""

from typing import Any

from tests.differential.changes.descriptions import Script, Step


def asked(path: str, **sent: Any) -> Step:
    """A request without anything that `sent` does not have."""
    return [
        "request",
        {"method": "GET", "path": path, "query": "", "headers": [], "body": [""], **sent},
    ]


def included(*steps: Step, endpoint: str = "plain", **options: Any) -> Script:
    """A router of one route, included twice, and what happens then."""
    return {
        "steps": [
            ["router", "r0", "/r"],
            ["declare", "r0", "/a", endpoint, options],
            ["include", "app", "r0", {}],
            ["include", "app", "r0", {"prefix": "/x"}],
            *steps,
        ]
    }


SCRIPTS: dict[str, Script] = {
    "a copy of a router of which a route has answered": {
        "steps": [
            ["router", "r1", "/{w1}"],
            ["declare", "r1", "/b", "cookie", {}],
            ["set", "r1", 0, "handle", ""],
            ["copy", "r1", "c3"],
            ["include", "app", "c3", {"prefix": "/c3"}],
            asked("/c3/w/b"),
            ["copy", "r1", ""],
        ]
    },
    "a handle of a route, and a wrong method": included(
        ["set", "r0", 0, "handle", ""], asked("/r/a", method="PUT")
    ),
    "a dependency of a dependency of another inclusion": included(
        ["dependant", 0, [0], "append", "guard"],
        asked("/r/a"),
        asked("/x/r/a"),
        endpoint="depends",
    ),
    "a dependency of a dependency, until the next declaration": included(
        ["dependant", 0, [0], "append", "guard"],
        asked("/r/a"),
        ["declare", "r0", "/b", "plain", {}],
        asked("/r/a"),
        dependencies=["query"],
    ),
    "a route below a parameter of an inclusion": {
        "steps": [
            ["router", "r0", "/{w0}"],
            ["declare", "r0", "/a", "plain", {}],
            ["include", "app", "r0", {}],
            asked("/w/a"),
            ["declare", "r0", "/b", "plain", {}],
            asked("/w/b"),
        ]
    },
    "a guard below the second use of a dependency": included(
        ["dependant", 0, [1], "append", "guard"],
        asked("/r/a"),
        dependencies=["plain", "plain"],
    ),
    "what is refused below the first use of a dependency": included(
        ["dependant", 0, [0], "append", "reads"],
        asked("/r/a", headers=[["x-token", "ok"]]),
        dependencies=["guard", "guard"],
    ),
    "what is refused below the second use of a dependency": included(
        ["dependant", 0, [1], "append", "reads"],
        asked("/r/a", headers=[["x-token", "ok"]]),
        asked("/r/a", query="t=y", headers=[["x-token", "ok"]]),
        dependencies=["guard", "guard"],
    ),
    "a path expression that was replaced for a while": {
        "steps": [
            ["declare", "app", "/a", "plain", {}],
            ["set", "app", 0, "path_regex", "^/b$"],
            ["patch", "app", 0, "path_regex", "^/c$"],
            asked("/c"),
            ["restore"],
            asked("/b"),
        ]
    },
    "a guard in a list that was assigned": included(
        ["dependant", 0, [], "assign", "plain"],
        asked("/r/a"),
        ["dependant", 0, [], "append", "guard"],
        asked("/r/a"),
    ),
    "a default of a router that includes another one": {
        "steps": [
            ["router", "r0", "/r"],
            ["router", "r1", "/s"],
            ["declare", "r1", "/a", "plain", {}],
            ["include", "r0", "r1", {}],
            ["set", "r0", None, "default_response_class", "json"],
            ["include", "app", "r0", {"default_response_class": "marked"}],
            asked("/r/s/a"),
        ]
    },
    "a dependency below itself": included(
        ["dependant", 0, [0], "append", "plain"], asked("/r/a"), dependencies=["plain"]
    ),
}

MEANT: dict[str, tuple[Script, str]] = {
    "the methods of a route with a path expression that was set": (
        {
            "steps": [
                ["router", "r0", "/s"],
                ["declare", "r0", "/{p}", "reads", {}],
                ["include", "app", "r0", {}],
                ["patch", "r0", 0, "path_regex", "^/other$"],
                ["patch", "r0", 0, "methods", ["T"]],
                ["declare", "r0", "/late", "plain", {}],
                asked("/s/late", method="PUT"),
            ]
        },
        "all methods allowed",
    ),
    "what a dependency sets in a thread": (
        included(
            ["depend", "r0", 0, None, "sets tenant in a thread"],
            asked("/r/a", query="t=y"),
            endpoint="reads",
        ),
        "context of threads",
    ),
    "a default that is made of what a dependency sets in a thread": (
        {
            "steps": [
                ["declare", "app", "/{p}", "makes", {}],
                ["dependant", 0, [], "append", "sets tenant in a thread"],
                asked("/n"),
            ]
        },
        "context of threads",
    ),
}
"""Scripts that are to be answered differently, with the name of the documented difference."""
