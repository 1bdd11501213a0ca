"""docs/reference/settings.md, from the table of environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.settings.table import GROUPS, SettingVariable
from tests.reference_pages.markdown import markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reference_pages.markdown import Parts


def _settings() -> Iterator[str]:
    for number, (title, group) in enumerate(GROUPS.items()):
        if number:
            yield ""
        yield from (f"## {title}", "")
        yield from markdown_table(("variable", "meaning", "values", "default"), map(_setting_cells, group))


def _setting_cells(variable: SettingVariable) -> tuple[str, ...]:
    return (
        f"`{variable.name}`",
        variable.meaning,
        variable.kind.shown if variable.kind is not None else "",
        f"`{variable.default}`" if variable.default else variable.computed,
    )


PARTS: Parts = {"settings": _settings}
