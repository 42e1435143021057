from ferroapi import FastAPI, HTTPException

app = FastAPI()
reachable = {"database": False}


@app.get("/health", include_in_schema=False)
async def check_health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/ready", include_in_schema=False)
async def check_ready() -> dict[str, str]:
    if missing := [name for name, there in reachable.items() if not there]:
        raise HTTPException(503, f"Not reachable: {', '.join(missing)}")
    return {"status": "ok"}
