"""A service of 1,000 typed routes in 20 routers: what is there before its first request."""

from types import ModuleType
from typing import Annotated, Any

import pydantic
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from harness.case import ASGIApp, Request

ROUTERS = 20
ROUTES = 50
MODELS = 5


def models() -> list[list[type[pydantic.BaseModel]]]:
    """Five models a router, each in and out of ten routes; made before the clock runs."""
    return [
        [
            pydantic.create_model(
                f"Thing{router}x{number}",
                name=(str, ...),
                price=(float, 1.0),
                tags=(list[str], []),
            )
            for number in range(MODELS)
        ]
        for router in range(ROUTERS)
    ]


def app(framework: ModuleType, models: list[list[type[pydantic.BaseModel]]]) -> Any:
    """The service."""

    async def tenant(x_tenant: Annotated[str | None, framework.Header()] = None) -> str | None:
        return x_tenant

    api = framework.FastAPI()
    for router_number in range(ROUTERS):
        router = framework.APIRouter(prefix=f"/area{router_number}", tags=[f"area{router_number}"])
        for number in range(ROUTES):
            model = models[router_number][number % MODELS]

            async def update(
                thing_id: Annotated[int, framework.Path(ge=1)],
                thing: model,  # type: ignore[valid-type]  # each has its own
                tenant: Annotated[str | None, framework.Depends(tenant)],
                limit: Annotated[int, framework.Query(ge=1, le=100)] = 10,
                q: str | None = None,
            ) -> model:  # type: ignore[valid-type]  # made at run time
                return thing

            router.put(f"/things{number}/{{thing_id}}", name=f"update{number}")(update)
        api.include_router(router)
    return api


def starlette(models: list[list[type[pydantic.BaseModel]]]) -> ASGIApp:
    """The same paths, without types."""

    async def update(request: StarletteRequest) -> JSONResponse:
        return JSONResponse({"price": 1.0, "tags": [], **await request.json()})

    return Starlette(
        routes=[
            Mount(
                f"/area{router}",
                routes=[
                    Route(f"/things{number}/{{thing_id}}", update, methods=["PUT"])
                    for number in range(ROUTES)
                ],
            )
            for router in range(ROUTERS)
        ]
    )


REQUESTS = [
    Request(
        f"/area{router}/things{number}/7",
        method="PUT",
        headers=((b"content-type", b"application/json"),),
        body=b'{"name":"lamp"}',
    )
    for router in range(ROUTERS)
    for number in range(ROUTES)
]
ANSWER = {"name": "lamp", "price": 1.0, "tags": []}
