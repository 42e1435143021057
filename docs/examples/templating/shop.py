from pathlib import Path

from ferroapi import FastAPI, Request
from ferroapi.responses import HTMLResponse
from ferroapi.staticfiles import StaticFiles
from ferroapi.templating import Jinja2Templates

FOLDER = Path(__file__).parent

app = FastAPI()
app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
templates = Jinja2Templates(directory=FOLDER / "templates")


@app.get("/items/{item_id}", response_class=HTMLResponse)
async def show_item(request: Request, item_id: int, name: str = "Spoon") -> HTMLResponse:
    return templates.TemplateResponse(request, "item.html", {"item_id": item_id, "name": name})
