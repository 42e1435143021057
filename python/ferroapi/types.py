"""Types that appear in the signatures of more than one module."""

from collections.abc import Callable
from enum import Enum
from types import UnionType
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel
from pydantic.main import IncEx

__all__ = ["DecoratedCallable", "DependencyCacheKey", "IncEx", "ModelNameMap", "UnionType"]

DecoratedCallable = TypeVar("DecoratedCallable", bound=Callable[..., Any])
ModelNameMap: TypeAlias = dict[type[BaseModel] | type[Enum], str]
DependencyCacheKey: TypeAlias = tuple[Callable[..., Any] | None, tuple[str, ...], str]
