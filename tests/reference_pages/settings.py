"""docs/reference/settings.md, from the table of environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.settings.table import GROUPS, SettingVariable
from tests.reference_pages.markdown import generated_head, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

INTRODUCTION = """\
sfn is configured by environment variables. This page lists all of them.

Every command checks every variable before it does anything else. A bad value is reported in one
line with exit code 253, and nothing is written or started. A bad region or output format gets the
aws CLI's own message and exit code 255. An empty variable counts as not set, except that an empty
`AWS_PAGER` or `PAGER` disables paging.

A worker uses the settings of the command that started it, and so do the local AWS services. After
a change, run `sfn worker stop` and `sfn aws stop`. The next command starts them again with the new
settings.

```console
$ SFN_CLOCK=fast sfn ls
…
sfn: [ERROR]: SFN_CLOCK is 'fast': it must be virtual, or how many times faster time passes (1 or more).
```
"""


def page() -> str:
    """Returns the text of the page."""
    head = generated_head("Settings", "sfn_cli/settings/table.py")
    return "\n".join(
        [head, INTRODUCTION, *(line for title, group in GROUPS.items() for line in _section(title, group))]
    )


def _section(title: str, group: tuple[SettingVariable, ...]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield from markdown_table(
        ("variable", "meaning", "values", "default"),
        (
            (
                f"`{variable.name}`",
                variable.meaning,
                variable.kind.must if variable.kind is not None else "",
                f"`{variable.default}`" if variable.default else variable.computed,
            )
            for variable in group
        ),
    )
    yield ""
