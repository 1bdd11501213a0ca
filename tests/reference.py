"""Writes the pages of docs/reference that come from tables in the code: `python -m tests.reference`.

With `--check` it writes nothing, and exits with 1 if a page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.reference_pages import exit_codes, folder, integrations, resources, settings
from tests.reference_pages.markdown import reflowed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"

PAGES: Mapping[Path, Callable[[], str]] = {
    FOLDER / "exit-codes.md": exit_codes.page,
    FOLDER / "folder.md": folder.page,
    FOLDER / "integrations.md": integrations.page,
    FOLDER / "resources.md": resources.page,
    FOLDER / "settings.md": settings.page,
}


def page_text(path: Path) -> str:
    """Returns the text of one page."""
    return reflowed(PAGES[path]())


def main() -> int:
    if "--check" in sys.argv[1:]:
        stale = [path for path in PAGES if _content(path) != page_text(path)]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run python -m tests.reference", file=sys.stderr)
        return 1 if stale else 0
    for path in PAGES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page_text(path), encoding="utf-8")
    return 0


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
