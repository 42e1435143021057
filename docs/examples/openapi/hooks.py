from pydantic import BaseModel, HttpUrl

from ferroapi import APIRouter, FastAPI


class Invoice(BaseModel):
    number: int
    notify: HttpUrl


class Paid(BaseModel):
    number: int


callbacks = APIRouter()


@callbacks.post("{$request.body#/notify}")
async def invoice_paid(body: Paid) -> None:
    """Called when the invoice was paid."""


app = FastAPI()


@app.post("/invoices", callbacks=callbacks.routes)
async def create_invoice(invoice: Invoice) -> None:
    pass


@app.webhooks.post("new-price")
async def new_price(body: Paid) -> None:
    """Called for who has subscribed."""


if __name__ == "__main__":
    document = app.openapi()
    print(*document["paths"]["/invoices"]["post"]["callbacks"]["invoice_paid"])
    print(*document["webhooks"])
