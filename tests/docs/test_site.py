"""The site has every page in its table of contents, and loads nothing from other hosts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.docs.repository import DOCS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_pages_are_in_the_table_of_contents() -> None:
    """Decisions are listed by their index page."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    decisions = {page for page in pages if page.startswith("decisions/0")}
    assert sorted(_pages_of(site["nav"])) == sorted(pages - decisions)


def test_decisions_are_listed() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in sorted(DOCS.glob("decisions/0*.md")) if f"({page.name})" not in index] == []


@pytest.mark.slow
def test_pages_load_nothing_from_other_hosts(tmp_path: Path) -> None:
    """No font, script, style or picture: a reader of the site sends requests to its host only."""
    pytest.importorskip("zensical")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"], cwd=tmp_path, check=True, capture_output=True
    )
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(list(DOCS.rglob("*.md")))  # and 404.html
    loaded = _LoadedAddresses()
    for page in pages:
        loaded.feed(page.read_text(encoding="utf-8"))
    assert loaded.addresses
    styles = [path.read_text(encoding="utf-8") for path in (tmp_path / "site").rglob("*.css")]
    loaded.addresses |= {address for style in styles for address in _STYLE_ADDRESS.findall(style)}
    assert {address for address in loaded.addresses if re.match(r"(?!data:)\w+:|//", address)} == set()


_STYLE_ADDRESS = re.compile(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)")


class _LoadedAddresses(HTMLParser):
    """Collects what a browser loads for a page. The target of an `a` is loaded by a click only."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and (name in {"src", "srcset", "poster"} or (tag == "link" and name == "href")):
                self.addresses.add(value)


def _pages_of(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, list):
        for entry in nav:
            yield from _pages_of(entry)
    elif isinstance(nav, dict):
        for entry in nav.values():
            yield from _pages_of(entry)
