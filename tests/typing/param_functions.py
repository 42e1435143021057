"""Checked by type checkers, never run: every line with an `ignore` is one they have to refuse."""

import re
from typing import Annotated, assert_type

from annotated_types import SupportsGe
from pydantic import AliasChoices, AliasPath, Discriminator

from ferroapi import params
from ferroapi.param_functions import (
    Body,
    Cookie,
    Depends,
    File,
    Form,
    Header,
    Path,
    Query,
    Security,
)


def dependency() -> int:
    return 1


def accepted(
    path: int = Path(ge=0, description="The number."),
    query: str | None = Query(None, alias="q", pattern=re.compile("^a")),
    made: int = Query(default_factory=int, fail_fast=True, deprecated="use `query`"),
    header: str = Header("x", convert_underscores=False, examples=["a"]),
    cookie: str = Cookie(validation_alias=AliasChoices("a", AliasPath("b"))),
    body: int | str = Body(embed=True, media_type="text/plain", union_mode="left_to_right"),
    union: object = Body(discriminator=Discriminator("kind"), json_schema_extra={"x": 1}),
    form: str = Form("", media_type="multipart/form-data", include_in_schema=False),
    file: bytes = File(max_length=10, openapi_examples={"one": {"summary": "One", "value": 1}}),
    depends: int = Depends(dependency, use_cache=False, scope="function", max_concurrency=2),
    security: int = Security(dependency, scopes=["a"], use_cache=True),
    *,
    annotated: Annotated[float, Query(gt=0, le=1.5, allow_inf_nan=False, multiple_of=0.5)],
) -> None: ...


def refused() -> None:
    Query(bogus=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Query(min_length="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Query(union_mode="best")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Query(convert_underscores=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Query(embed=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Query(None, 1)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    Query(annotation=int)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Path(pattern=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Header(convert_underscores="no")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Cookie(media_type="text/plain")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Body(embed="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Form(embed=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    File(embed=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Depends(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Depends(dependency, scope="app")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Depends(dependency, scopes=["a"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Security(dependency, scopes=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Security(dependency, scope="function")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    params.Query(bogus=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def revealed(options: params.ParameterOptions) -> None:
    assert_type(options.get("ge"), SupportsGe | None)
    assert_type(params.Header().convert_underscores, bool)
    assert_type(params.Body().embed, bool | None)
    assert_type(params.Form().media_type, str)
    assert_type(params.Query().include_in_schema, bool)
    assert_type(params.Query.in_, params.ParamTypes)
