"""Links of the pages at the top of the repository. The build of the site checks those within docs/."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"\]\((?!https?:)([^)]+)\)|srcset=\"([^\"]+)\"|src=\"([^\"]+)\"")


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_links(page: Path) -> None:
    """A relative link names a file or folder, and a heading that the file has."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = "".join(target).partition("#")
        linked = ROOT / path if path else page
        assert linked.exists(), path
        assert not anchor or anchor in _anchors(linked), f"{path}#{anchor}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
