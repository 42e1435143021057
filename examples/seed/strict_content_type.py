from fastapi import APIRouter, FastAPI

# Disable globally
app = FastAPI(strict_content_type=False)

# Or disable for a specific router
router = APIRouter(strict_content_type=False)
