"""The names that other code may import, against what FastAPI's modules offer under them."""

import importlib
import pkgutil

import pytest
from starlette.exceptions import StarletteDeprecationWarning

import ferroapi

# These do something when they are imported: they are programs, not libraries.
PROGRAMS = {"ferroapi.__main__", "ferroapi.alias.__main__", "ferroapi.cli.aliased"}
MODULES = sorted(
    {module.name for module in pkgutil.walk_packages(ferroapi.__path__, "ferroapi.")} - PROGRAMS
)

NAMES = {
    "": "APIRouter BackgroundTasks Body Cookie Depends FastAPI File Form HTTPException Header Path "
    "Query Request Response Security UploadFile WebSocket WebSocketDisconnect WebSocketException "
    "status __version__",
    "applications": "FastAPI",
    "background": "BackgroundTasks",
    "concurrency": "asynccontextmanager contextmanager_in_threadpool iterate_in_threadpool "
    "run_in_threadpool run_until_first_complete",
    "datastructures": "URL Address Default DefaultPlaceholder FormData Headers QueryParams State "
    "UploadFile",
    "encoders": "ENCODERS_BY_TYPE jsonable_encoder",
    "exception_handlers": "http_exception_handler request_validation_exception_handler "
    "websocket_request_validation_exception_handler",
    "exceptions": "DependencyScopeError FastAPIDeprecationWarning FastAPIError HTTPException "
    "RequestValidationError ResponseValidationError ValidationException WebSocketException "
    "WebSocketRequestValidationError",
    "logger": "logger",
    "middleware": "Middleware",
    "middleware.cors": "CORSMiddleware",
    "middleware.gzip": "GZipMiddleware",
    "middleware.httpsredirect": "HTTPSRedirectMiddleware",
    "middleware.trustedhost": "TrustedHostMiddleware",
    "middleware.wsgi": "WSGIMiddleware",
    "openapi.docs": "get_redoc_html get_swagger_ui_html get_swagger_ui_oauth2_redirect_html",
    "openapi.utils": "get_openapi",
    "param_functions": "Body Cookie Depends File Form Header Path Query Security",
    "params": "Body Cookie Depends File Form Header Param ParamTypes Path Query Security",
    "requests": "HTTPConnection Request",
    "responses": "EventSourceResponse FileResponse HTMLResponse JSONResponse ORJSONResponse "
    "PlainTextResponse RedirectResponse Response StreamingResponse UJSONResponse",
    "routing": "APIRoute APIRouter APIWebSocketRoute",
    "security": "APIKeyCookie APIKeyHeader APIKeyQuery HTTPAuthorizationCredentials HTTPBasic "
    "HTTPBasicCredentials HTTPBearer HTTPDigest OAuth2 OAuth2AuthorizationCodeBearer "
    "OAuth2PasswordBearer OAuth2PasswordRequestForm OAuth2PasswordRequestFormStrict OpenIdConnect "
    "SecurityScopes",
    "sse": "EventSourceResponse KEEPALIVE_COMMENT ServerSentEvent format_sse_event",
    "staticfiles": "StaticFiles",
    "status": "HTTP_200_OK HTTP_404_NOT_FOUND WS_1008_POLICY_VIOLATION",
    "templating": "Jinja2Templates",
    "testclient": "TestClient",
    "types": "DecoratedCallable DependencyCacheKey IncEx ModelNameMap UnionType",
    "utils": "generate_unique_id is_body_allowed_for_status_code",
    "websockets": "WebSocket WebSocketDisconnect WebSocketState",
}

# Starlette warns whoever imports its WSGI adapter.
pytestmark = pytest.mark.filterwarnings("ignore:starlette.middleware.wsgi is deprecated")


@pytest.mark.parametrize("module", NAMES, ids=lambda module: module or "ferroapi")
def test_a_module_has_the_names_that_fastapis_has(module: str) -> None:
    imported = importlib.import_module(f"ferroapi.{module}".rstrip("."))
    assert [name for name in NAMES[module].split() if not hasattr(imported, name)] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_name_a_module_lists_is_there(module: str) -> None:
    imported = importlib.import_module(module)
    listed = getattr(imported, "__all__", [])
    assert [name for name in listed if not hasattr(imported, name)] == []
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("name", ["Release", "client_left"])
def test_what_fastapi_does_not_have_is_imported_by_name_only(name: str) -> None:
    assert hasattr(ferroapi, name)
    assert name not in ferroapi.__all__


def test_a_deprecated_status_code_is_starlettes() -> None:
    status = importlib.import_module("ferroapi.status")
    with pytest.warns(StarletteDeprecationWarning, match="HTTP_422_UNPROCESSABLE_CONTENT"):
        assert status.HTTP_422_UNPROCESSABLE_ENTITY == 422
    with pytest.raises(AttributeError):
        status.HTTP_999_ABSENT  # noqa: B018  # reading it is the test
