import secrets
from typing import Annotated

from ferroapi import Depends, FastAPI, HTTPException, Security
from ferroapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

app = FastAPI()
bearer = HTTPBearer()
TOKENS = {"ada-token": {"items"}, "admin-token": {"items", "users"}}


def check_token(
    needed: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)],
) -> str:
    for token, scopes in TOKENS.items():
        if secrets.compare_digest(token.encode(), credentials.credentials.encode()):
            if scopes.issuperset(needed.scopes):
                return token
            raise HTTPException(403, f"Needs {needed.scope_str}")
    raise HTTPException(401, "Unknown token", headers={"WWW-Authenticate": "Bearer"})


@app.get("/items")
async def list_items(token: Annotated[str, Security(check_token, scopes=["items"])]) -> list[str]:
    return ["spoon"]


@app.get("/users", dependencies=[Security(check_token, scopes=["users"])])
async def list_users() -> list[str]:
    return ["ada"]
