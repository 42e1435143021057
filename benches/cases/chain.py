"""Ten asynchronous dependencies, each of the one before, and the same functions called by hand."""

# mypy: disable-error-code="import-not-found, no-any-return, no-untyped-def, untyped-decorator"
# Frameworks are known at run time only; most applications annotate no result.

from types import ModuleType
from typing import Annotated, Any

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import JSONResponse
from starlette.routing import Route

from cases.sending import send_json
from harness.case import ASGIApp, Case, Expected, Over, Request, Row

LENGTH = 10


async def begin() -> int:
    return 0


async def proceed(number: int) -> int:
    return number + 1


async def by_hand() -> dict[str, int]:
    """What the chain gives, without a framework."""
    number = await begin()
    for _ in range(LENGTH - 1):
        number = await proceed(number)
    return {"number": number}


def app(framework: ModuleType) -> ASGIApp:
    api = framework.FastAPI()

    def after(earlier: Any) -> Any:
        async def step(number: Annotated[int, framework.Depends(earlier)]) -> int:
            return number + 1

        return step

    last: Any = begin
    for _ in range(LENGTH - 1):
        last = after(last)

    @api.get("/chain")
    async def chain(number: Annotated[int, framework.Depends(last)]):
        return {"number": number}

    @api.get("/by-hand")
    async def called():
        return await by_hand()

    return api


def starlette() -> ASGIApp:
    async def called(request: StarletteRequest) -> JSONResponse:
        return JSONResponse(await by_hand())

    return Starlette(routes=[Route("/chain", called), Route("/by-hand", called)])


def litestar() -> ASGIApp:
    from litestar import Litestar, get
    from litestar.di import Provide

    async def first() -> int:
        return 0

    # Litestar knows dependencies by the names of parameters.
    def after(name: str) -> Any:
        program = f"async def step({name}: int) -> int:\n    return {name} + 1"
        names: dict[str, Any] = {"__name__": __name__}
        exec(program, names)
        return names["step"]

    dependencies = {"number0": Provide(first)}
    for position in range(1, LENGTH):
        dependencies[f"number{position}"] = Provide(after(f"number{position - 1}"))

    @get("/chain")
    async def chain(number9: int) -> dict[str, int]:
        return {"number": number9}

    @get("/by-hand")
    async def called() -> dict[str, int]:
        return await by_hand()

    return Litestar([chain, called], dependencies=dependencies)


def blacksheep() -> ASGIApp:
    from blacksheep import Application, Router

    api = Application(router=Router())

    async def called():
        return await by_hand()

    api.router.add_get("/chain", called)
    api.router.add_get("/by-hand", called)
    return api


def falcon() -> ASGIApp:
    from falcon.asgi import App

    class Called:
        async def on_get(self, request: Any, response: Any) -> None:
            response.media = await by_hand()

    api = App()
    api.add_route("/chain", Called())
    api.add_route("/by-hand", Called())
    return api


def floor() -> ASGIApp:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert scope["method"] == "GET"
        assert scope["path"] in ("/chain", "/by-hand")
        await send_json(send, to_json(await by_hand()))

    return application


EXPECTED = Expected({"number": LENGTH - 1})

CASE = Case(
    rows=(
        Row(
            name="by_hand",
            title="ten functions awaited by hand",
            request=Request("/by-hand"),
            expected=EXPECTED,
        ),
        Row(
            name="chain",
            title="ten chained dependencies",
            request=Request("/chain"),
            expected=EXPECTED,
            goals=(Over("by_hand", 0.6, LENGTH),),
        ),
    ),
    app=app,
    floor=floor,
    others={
        "starlette": starlette,
        "litestar": litestar,
        "blacksheep": blacksheep,
        "falcon": falcon,
    },
)
