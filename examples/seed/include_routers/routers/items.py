from fastapi import APIRouter

router = APIRouter()

@router.get("/")
async def read_items():
    return [{"name": "Plumbus"}, {"name": "Portal Gun"}]
