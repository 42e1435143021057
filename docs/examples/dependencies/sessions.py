from collections.abc import AsyncIterator
from typing import Annotated

from ferroapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()


class Session:
    """A stand-in for a database session."""

    async def close(self) -> None:
        print("session closed")

    async def find(self, name: str) -> str | None:
        return name if name in ("ada", "grace") else None


async def open_session() -> AsyncIterator[Session]:
    session = Session()
    try:
        yield session
    finally:
        await session.close()


OpenSession = Annotated[Session, Depends(open_session)]


async def current_user(session: OpenSession, x_user: Annotated[str, Header()]) -> str:
    user = await session.find(x_user)
    if user is None:
        raise HTTPException(401, "Who are you?")
    return user


CurrentUser = Annotated[str, Depends(current_user)]


@app.get("/me")
async def read_me(user: CurrentUser, session: OpenSession) -> dict[str, str]:
    return {"user": user}
