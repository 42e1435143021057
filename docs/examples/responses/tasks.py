from ferroapi import BackgroundTasks, FastAPI

app = FastAPI()
sent: list[str] = []


async def send_mail(address: str) -> None:
    sent.append(address)


@app.post("/registrations", status_code=202)
async def register(address: str, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(send_mail, address)
    return {"address": address}


@app.get("/sent")
async def list_sent() -> list[str]:
    return sent
