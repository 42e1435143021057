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
        "_is_async_gen_callable",
        "_is_async_gen_callable_cached",
        "_is_coroutine_callable",
        "_is_coroutine_callable_cached",
        "_is_gen_callable",
        "_is_gen_callable_cached",
        "_is_security_scheme",
        "_uses_scopes",
    ],
    "ferroapi.dependencies.utils": [
        "_read_file_bytes",
        "multipart_incorrect_install_error",
        "multipart_not_installed_error",
        "request_body_to_args",
        "request_params_to_args",
    ],
    "ferroapi.routing": [
        "_IncludedRouter",
        "_iter_included_route_candidates",
        "_restore_fastapi_scope_key",
        "get_websocket_app",
        "run_endpoint_function",
        "solve_dependencies",
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
