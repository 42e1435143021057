"""Lets files of the suite be imported whose head names private details of FastAPI.

Most of their tests are about behaviour. Each name below stands for a detail that ferroapi does not
have; a test that does more than to name it fails, and is listed in known.toml.
"""

import importlib
from typing import NoReturn

NAMES = {
    "ferroapi.dependencies.models": [
        "_get_cache_key",
        "_get_computed_scope",
        "_get_oauth_scopes",
        "_get_security_scheme",
        "_is_async_gen_callable_cached",
        "_is_coroutine_callable_cached",
        "_is_gen_callable_cached",
        "_is_security_scheme",
        "_uses_scopes",
    ],
    "ferroapi.routing": [
        "_iter_included_route_candidates",
        "_restore_fastapi_scope_key",
    ],
}


class Missing:
    """A private name that ferroapi does not have."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_arguments: object, **_keywords: object) -> NoReturn:
        raise NotImplementedError(f"{self._name} is a private detail of FastAPI")

    def __getattr__(self, attribute: str) -> NoReturn:
        raise NotImplementedError(f"{self._name} is a private detail of FastAPI")


for module_name, names in NAMES.items():
    module = importlib.import_module(module_name)
    for name in names:
        if not hasattr(module, name):
            setattr(module, name, Missing(f"{module_name}.{name}"))
