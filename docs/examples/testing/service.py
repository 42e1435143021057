from typing import Annotated

from ferroapi import Depends, FastAPI


async def fetch_rate() -> float:
    raise ConnectionError("A test must not ask the bank")


app = FastAPI()


@app.get("/price")
async def read_price(euros: float, rate: Annotated[float, Depends(fetch_rate)]) -> dict[str, float]:
    return {"kroner": euros * rate}
