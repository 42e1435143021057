"""What tests may say: clients that are awaited, and blocks in which dependencies are replaced."""

from ferroapi import FastAPI
from ferroapi.testclient import AsyncClient, TestClient

app = FastAPI()


def real() -> int:
    return 1


async def use() -> bytes:
    async with AsyncClient(app, headers={"accept": "text/plain"}) as client:
        response = await client.get("/", params={"q": 1})
    with app.override({real: lambda: 2}), TestClient(app) as other:
        return response.content + other.get("/").content


app.override([real])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
