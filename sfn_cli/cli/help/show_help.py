"""Writes a page of help to stdout: through a pager if a terminal is too short for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sfn_cli.cli.help.help_page import help_text
from sfn_cli.cli.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.help.help_page import HelpPage


def show_help(page: HelpPage, argv: Sequence[str]) -> None:
    """Writes the page. `argv` may have --no-cli-pager; other options do not affect help."""
    from sfn_cli.cli.show.styled_output import output_columns, output_lines

    text = help_text(page, output_columns(sys.stdout))
    room = output_lines(sys.stdout)
    if room is None or text.count("\n") < room:
        sys.stdout.write(text)
        return
    with Terminal({"cli_pager": "--no-cli-pager" not in argv}).pager() as stream:
        stream.write(text)
