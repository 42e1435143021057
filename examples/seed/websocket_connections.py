from fastapi import FastAPI, WebSocket, Depends

app = FastAPI()

async def get_cookie_or_token(websocket: WebSocket):
    return websocket.cookies.get("session")

@app.websocket("/ws")
async def websocket_endpoint(websocket: WebSocket, session: str = Depends(get_cookie_or_token)):
    await websocket.accept()
    while True:
        data = await websocket.receive_text()
        await websocket.send_text(f"Session {session} sent: {data}")
