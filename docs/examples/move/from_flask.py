from collections.abc import Callable, Iterable
from typing import Any

from ferroapi import FastAPI
from ferroapi.middleware.wsgi import WSGIMiddleware


def old(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"the old {environ['PATH_INFO']}\n".encode()]


app = FastAPI()


@app.get("/users/{id}")
def read_user(id: int) -> dict[str, int]:
    return {"id": id}


app.mount("/", WSGIMiddleware(old))
