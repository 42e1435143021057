"""Every parameter that users give is described: in the `Args:` of its function or of its class."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ferroapi
from ferroapi import params, security, sse
from ferroapi._form_limits import FormLimits
from ferroapi.routing import frontend_options, inheritance, options, router
from ferroapi.security.base import SecurityBase

SECURITY = [kind for name in dir(security) if inspect.isclass(kind := getattr(security, name))]
FUNCTIONS = "Body Cookie Depends File Form Header Path Query Security"
DESCRIBED: dict[str, Callable[..., Any]] = {
    **{name: getattr(ferroapi, name) for name in FUNCTIONS.split()},
    **{kind.__name__: kind for kind in SECURITY if issubclass(kind, SecurityBase)},
    "FastAPI": ferroapi.FastAPI,
    "APIRouter": ferroapi.APIRouter,
    "HTTPException": ferroapi.HTTPException,
    "OAuth2PasswordRequestForm": security.OAuth2PasswordRequestForm,
    "OAuth2PasswordRequestFormStrict": security.OAuth2PasswordRequestFormStrict,
    "SecurityScopes": security.SecurityScopes,
    "format_sse_event": sse.format_sse_event,
}
KEYWORDS = [
    FormLimits,
    frontend_options.FrontendOptions,
    inheritance.InclusionOptions,
    options.PathOperationOptions,
    options.RouteOptions,
    options.StrictRouteOptions,
    options.APIRouteOptions,
    params.ParameterOptions,
    router.AddedRouteOptions,
]


def parameters(described: Callable[..., Any]) -> list[str]:
    """Those that are written, and the keywords that are shown in the place of `options`."""
    code = (described.__init__ if inspect.isclass(described) else described).__code__
    count = code.co_argcount + code.co_kwonlyargcount
    return sorted({*code.co_varnames[:count], *inspect.signature(described).parameters} - {"self"})


def docstrings(described: Callable[..., Any]) -> Iterator[str]:
    """Where the parameters may be described, and what that points to."""
    texts = [described.__doc__]
    if inspect.isclass(described):
        texts.append(described.__init__.__doc__)
    for text in map(inspect.cleandoc, filter(None, texts)):
        yield text
        if pointer := re.search(r"^Args: see `(\w+)`\.$", text, re.MULTILINE):
            bases = {base.__name__: base for base in inspect.getmro(described)}  # type: ignore[arg-type]  # a class where it has bases
            yield from docstrings(bases[pointer[1]])


def described_names(described: Callable[..., Any]) -> list[str]:
    """The names in front of the colons of `Args:`, where several may share one."""
    names: list[str] = []
    for text in docstrings(described):
        for section in re.findall(r"^Args:\n((?: {4}.*\n|\n)+)", f"{text}\n", re.MULTILINE):
            for entry in re.split(r"\n(?= {4}\S)", section.rstrip()):
                names += re.split(r",\s+", entry.split(":")[0].strip())
    return names


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_parameter_is_described_once_and_nothing_else(name: str) -> None:
    described = DESCRIBED[name]
    assert sorted(described_names(described)) == parameters(described)


@pytest.mark.parametrize("keywords", KEYWORDS, ids=lambda keywords: keywords.__name__)
def test_every_keyword_is_described_below_it(keywords: type) -> None:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(keywords))).body
    assert isinstance(body, ast.ClassDef)
    below = zip(body.body, [*body.body[1:], ast.Pass()], strict=True)
    texts = {
        node.target.id: isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        for node, text in below
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    assert texts == dict.fromkeys(texts, True)
    assert texts
