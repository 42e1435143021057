from ferroapi import FastAPI, HTTPException, Request
from ferroapi.exceptions import RequestValidationError
from ferroapi.responses import JSONResponse

app = FastAPI()


class OutOfStockError(Exception):
    def __init__(self, item: str) -> None:
        self.item = item


@app.exception_handler(OutOfStockError)
async def answer_out_of_stock(request: Request, error: OutOfStockError) -> JSONResponse:
    return JSONResponse({"problem": f"There is no {error.item} left"}, status_code=409)


@app.exception_handler(RequestValidationError)
async def answer_wrong_request(request: Request, error: RequestValidationError) -> JSONResponse:
    places = [".".join(map(str, one["loc"])) for one in error.errors()]
    return JSONResponse({"problem": "The request does not fit", "places": places}, status_code=400)


@app.post("/orders/{item}")
async def order(item: str, count: int) -> dict[str, int]:
    if item == "lamp":
        raise OutOfStockError(item)
    if item != "spoon":
        raise HTTPException(404, "There is no such item", headers={"X-Item": item})
    return {"ordered": count}


@app.get("/failure")
async def fail() -> None:
    raise RuntimeError("a defect")
