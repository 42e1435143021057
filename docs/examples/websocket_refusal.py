from datetime import date

from pydantic import BaseModel

from ferroapi import FastAPI, WebSocket

app = FastAPI(websocket_refusal="response")


class Forecast(BaseModel):
    day: date
    celsius: float


@app.websocket("/forecast")
async def tell(websocket: WebSocket, days: int) -> None:
    await websocket.accept()
    for day in range(1, days + 1):
        await websocket.send_json(Forecast(day=date(2026, 12, day), celsius=-1.5 * day))
