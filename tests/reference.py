"""Writes the generated parts of the pages in docs/reference: `python -m tests.reference`.

Prose is in the pages, tables come from tables in the code. With `--check` it writes nothing, and
exits with 1 if a page is stale.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.reference_pages import (
    commands,
    compatibility,
    exit_codes,
    folder,
    integrations,
    resources,
    settings,
    store,
)
from tests.reference_pages.markdown import with_generated_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.reference_pages.markdown import Parts

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"

PARTS: Mapping[str, Parts] = {
    "compatibility.md": compatibility.PARTS,
    "exit-codes.md": exit_codes.PARTS,
    "folder.md": folder.PARTS,
    "integrations.md": integrations.PARTS,
    "resources.md": resources.PARTS,
    "settings.md": settings.PARTS,
    "store.md": store.PARTS,
}
"""The generated parts of each page."""

PAGES: Mapping[Path, Callable[[], str]] = {
    **{FOLDER / name: partial(with_generated_parts, FOLDER / name, parts) for name, parts in PARTS.items()},
    FOLDER / "commands.md": commands.page,
}
"""The function that returns the text of each page. One that is generated as a whole is a row here."""


def main() -> int:
    texts = {path: text() for path, text in PAGES.items()}
    stale = [
        path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run python -m tests.reference", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
