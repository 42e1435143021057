"""Classes whose methods are path operations, and their decorators (`docs/controllers.md`)."""

from ferroapi.routing.controllers import METHODS, Controller

__all__ = [
    "Controller",
    "api_route",
    "delete",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "query",
    "trace",
    "websocket",
]

api_route = METHODS.api_route
delete = METHODS.delete
get = METHODS.get
head = METHODS.head
options = METHODS.options
patch = METHODS.patch
post = METHODS.post
put = METHODS.put
query = METHODS.query
trace = METHODS.trace
websocket = METHODS.websocket
