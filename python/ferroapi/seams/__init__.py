"""FastAPI's inner functions, which packages call, wrap and replace.

Each is usable by itself. Plans do not call them, unless one was replaced: then operations are
compiled to what FastAPI does with a request, which calls all of them in its order.
"""

from ferroapi.forwarding import replaced

_WITH_PLAN = {"get_request_handler"}
"""What is asked for a handler wherever there is one; plans answer below it."""


def is_replaced() -> bool:
    """Whether something stands in the place of a function that plans do not call."""
    modules = ("dependencies", "handlers", "sessions")
    return any(replaced(f"{__name__}.{module}") - _WITH_PLAN for module in modules)


def is_handler_replaced() -> bool:
    """Whether something stands in the place of `get_request_handler`."""
    return bool(replaced(f"{__name__}.handlers") & _WITH_PLAN)
