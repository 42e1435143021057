from ferroapi import FastAPI

app = FastAPI()


@app.get("/")
async def greet(name: str = "world") -> dict[str, str]:
    return {"message": f"Hello, {name}"}
