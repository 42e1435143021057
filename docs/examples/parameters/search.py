from typing import Annotated

from ferroapi import Cookie, FastAPI, Header, Path, Query

app = FastAPI()


@app.get("/shops/{shop}/items")
async def search(
    shop: Annotated[str, Path(pattern="^[a-z]+$")],
    q: str,
    tag: Annotated[list[str], Query(default_factory=list)],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    accept_language: Annotated[str, Header()] = "en",
    theme: Annotated[str | None, Cookie()] = None,
) -> dict[str, object]:
    return {
        "shop": shop,
        "q": q,
        "limit": limit,
        "tag": tag,
        "language": accept_language,
        "theme": theme,
    }
