"""Writes docs/reference/settings.md from sfn_cli/settings/table.py: `python -m tests.reference`.

With `--check` it writes nothing, and exits with 1 when the page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli.settings.table import GROUPS, SettingVariable

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


def main() -> int:
    if "--check" in sys.argv[1:]:
        if PAGE.read_text(encoding="utf-8") == page():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is stale: python -m tests.reference", file=sys.stderr)
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
