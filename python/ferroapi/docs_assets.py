"""Where the pages of an OpenAPI document load their scripts and style sheets from."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["DocsAssets", "assets_folder"]

DocsAssets: TypeAlias = Literal["local", "cdn"]


def assets_folder(chosen: DocsAssets | None) -> Path | None:
    """The files of the package `ferroapi-docs-assets`; `None` for pages that load from a CDN.

    Args:
        chosen: `"local"`, `"cdn"`, or `None` for the local ones where they are installed.

    Raises:
        RuntimeError: `"local"` ones are not installed.
        ValueError: something else was chosen.
    """
    if chosen not in ("local", "cdn", None):
        raise ValueError(f"docs_assets is 'local', 'cdn' or None, not {chosen!r}")
    spec = None if chosen == "cdn" else find_spec("ferroapi_docs_assets")
    if spec is None and chosen == "local":
        raise RuntimeError(
            "docs_assets='local' needs the package ferroapi-docs-assets, which is not installed: "
            "`make wheel` builds it beside ferroapi's own"
        )
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "static"
