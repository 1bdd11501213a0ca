"""Writes the pages of docs/reference that come from tables: `python -m tests.reference`.

    settings.md      sfn_cli/settings/table.py
    resources.md     sfn_cli/stacks/resources/table.py, by resource_reference.py

With `--check` it writes nothing, and exits with 1 when a page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.settings.table import GROUPS, SettingVariable
from tests import resource_reference

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "settings.md"

HEAD = """\
# Settings

Every environment variable that sfn reads. `python -m tests.reference` writes this page from the table in
`sfn_cli/settings/table.py`.

Every command checks all of them before it does anything else. A bad value is reported in one line,
with exit code 253, and nothing is written or started. (A bad region or output format is reported as
by the aws CLI, with exit code 255.) An empty value counts as not set, except that an empty pager
means none.

A worker, and the store's own AWS services, have the settings of the command that started them. To
change them, run `sfn worker stop` and `sfn aws stop`: the next command starts them again.
"""


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, *(line for title, group in GROUPS.items() for line in _section(title, group))])


def _section(title: str, group: tuple[SettingVariable, ...]) -> Iterator[str]:
    yield from (f"## {title}", "", "| variable | meaning | values | default |", "|---|---|---|---|")
    for variable in group:
        values = variable.kind.must if variable.kind is not None else ""
        default = f"`{variable.default}`" if variable.default else variable.computed
        yield f"| `{variable.name}` | {variable.meaning} | {values} | {default} |"
    yield ""


PAGES = {PAGE: page, PAGE.with_name("resources.md"): resource_reference.page}


def main() -> int:
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in PAGES.items() if path.read_text(encoding="utf-8") != text()]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: python -m tests.reference", file=sys.stderr)
        return 1 if stale else 0
    for path, text in PAGES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
