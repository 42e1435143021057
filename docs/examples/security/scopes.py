from secrets import compare_digest
from typing import Annotated

from ferroapi import Depends, FastAPI, HTTPException, Security
from ferroapi.security import (
    HTTPBasic,
    HTTPBasicCredentials,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
    SecurityScopes,
)

TOKENS = {"token-of-ada": {"items:read"}}  # yours are signed, such as by PyJWT, or in a database

app = FastAPI()
bearer = OAuth2PasswordBearer("/token", scopes={"items:read": "Read", "items:write": "Write"})


def is_ada(name: str, password: str) -> bool:
    """Compares both, so that the time does not tell which one is wrong."""
    known = compare_digest(name.encode(), b"ada")
    return compare_digest(password.encode(), b"lovelace") and known


@app.post("/token")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
    if not is_ada(form.username, form.password):
        raise HTTPException(400, "A wrong name or password")
    return {"access_token": "token-of-ada", "token_type": "bearer"}


async def check_scopes(needed: SecurityScopes, token: Annotated[str, Depends(bearer)]) -> None:
    scopes = TOKENS.get(token)
    if scopes is None:
        raise HTTPException(401, "Unknown token", headers={"WWW-Authenticate": "Bearer"})
    if not scopes.issuperset(needed.scopes):
        raise HTTPException(403, f"Needs {needed.scope_str}")


@app.get("/items", dependencies=[Security(check_scopes, scopes=["items:read"])])
async def read_items() -> list[str]:
    return ["spoon"]


@app.delete("/items", dependencies=[Security(check_scopes, scopes=["items:write"])])
async def delete_items() -> None:
    pass


@app.get("/admin")
async def read_admin(who: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> str:
    if not is_ada(who.username, who.password):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return who.username
