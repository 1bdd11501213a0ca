"""The site's table of contents has every page. CI builds the site with `zensical build --strict`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_pages_are_in_the_table_of_contents() -> None:
    """Decisions are listed by their index page."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    decisions = {page for page in pages if page.startswith("decisions/0")}
    assert sorted(_pages_of(site["nav"])) == sorted(pages - decisions)


def test_decisions_are_listed() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(DOCS.glob("decisions/0*.md")) if f"({page.name})" not in index] == []


def _pages_of(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for entry in nav:
            yield from _pages_of(entry)
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from _pages_of(entry)
