"""The table of triggers, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sfn_cli.cli import screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.stacks.triggers.trigger import Trigger


def write_triggers(triggers: Sequence[Trigger], stream: TextIO, *, color: bool) -> None:
    console = screen.screen_console(stream, color_system="auto" if color else None)
    if not triggers:
        console.print(
            "Nothing can be triggered. To create rules, queues or APIs, deploy a project: sfn deploy"
        )
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for title in ("Trigger", "Kind", "Detail"):
        table.add_column(title, overflow="fold")
    for one in triggers:
        table.add_row(*(Text(screen.one_screen_line(text)) for text in (one.name, one.kind, one.detail)))
    console.print(table)
