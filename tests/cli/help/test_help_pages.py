"""The pages of help: one layout for all commands, at any width, and through a pager where they are long."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click
import pytest

from sfn_cli.api import model
from sfn_cli.cli.help.help_page import HelpPage, HelpRow, HelpSection, help_text
from sfn_cli.cli.help.overview import OPERATION_GROUPS, OWN_GROUPS, overview_page
from sfn_cli.cli.operations.commands import OWN, Sfn
from tests.processes import at_terminal, sfn
from tests.reference_pages.commands import command_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = HelpPage(
    command="sfn pay",
    arguments="[options] [PATH]",
    summary="Pays for an order.",
    paragraphs=("The order is in PATH.",),
    sections=(
        HelpSection(
            "Options",
            (
                HelpRow("--to NAME", "Who receives the money, which is paid once only. [required]"),
                HelpRow("--with-a-currency-of-the-buyer VALUE …", "Currencies. One of: EUR, USD."),
            ),
        ),
    ),
    unused=("--x",),
    examples=("sfn pay",),
    footer="More: sfn help",
)
WIDE = """\
Usage: sfn pay [options] [PATH]

Pays for an order.

The order is in PATH.

Options:
  --to NAME  Who receives the money, which is paid
             once only. [required]
  --with-a-currency-of-the-buyer VALUE …
             Currencies. One of: EUR, USD.

Accepted for compatibility with AWS, without effect:
  --x

Example:
  sfn pay

More: sfn help
"""


def pages() -> Iterator[HelpPage]:
    """The page of every command, of sfn itself and of every service."""
    root = Sfn("sfn")
    at = click.Context(root, info_name="sfn")
    yield overview_page()
    for name in root.list_commands(at):
        yield from command_pages(root, at, name)


PAGES = {page.command: page for page in pages()}


def test_the_layout() -> None:
    """A long name has a line of its own, and its description stays in the column."""
    assert help_text(PAGE, 52) == WIDE
    assert "\n  --to NAME\n      Who receives" in help_text(PAGE, 30)


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.command)
@pytest.mark.parametrize("columns", [70, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(page: HelpPage, columns: int) -> None:
    """Only examples are, which are copied as a whole."""
    lines = help_text(page._replace(examples=()), columns).splitlines()
    assert [line for line in lines if len(line) > min(columns, 100)] == []
    assert "..." not in "".join(lines)


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.command)
def test_every_page_is_whole(page: HelpPage) -> None:
    """It has a sentence that says what the command does, a text for every option, and an example."""
    assert page.summary.endswith(".")
    rows = [row for section in page.sections if section.title != "Start here" for row in section.rows]
    assert [row.term for row in rows if not row.text.endswith((".", "]", "…", ")"))] == []
    lists_commands = page.arguments.startswith("COMMAND")
    assert page.examples or lists_commands
    assert page.footer


def test_the_overview_has_every_command_once() -> None:
    """sfn's own commands come first, then the services and the operations, by what they are about."""
    assert sorted(chain(*OWN_GROUPS.values())) == sorted(OWN)
    assert sorted(chain(*OPERATION_GROUPS.values())) == sorted(model.model_commands("stepfunctions"))
    assert next(iter(OWN_GROUPS)) == "Run"


def test_the_first_screen_says_what_to_type(tmp_path: Path) -> None:
    """The first 24 lines of `sfn help` have the first steps, and the commands that run and show."""
    first = "\n".join(sfn(tmp_path, "--help").stdout.splitlines()[:24])
    for words in ("sfn run FOLDER", "sfn show NAME/last", "\n  start-executions", "\n  ps "):
        assert words in first


@pytest.mark.parametrize(
    "argv, is_paged",
    [
        (("help",), True),
        (("lambda", "create-function", "help"), True),
        (("run", "--help"), True),
        (("stack", "list", "--help"), False),
        (("help", "--no-cli-pager"), False),
        (("run", "--help", "--no-cli-pager"), False),
    ],
)
def test_long_help_is_paged_at_a_terminal(tmp_path: Path, argv: tuple[str, ...], is_paged: bool) -> None:
    """The pager is the user's; help that fits the screen needs none."""
    code, shown = at_terminal(tmp_path, *argv, environment={"AWS_PAGER": "cat -E"})
    assert code == 0
    assert shown.startswith("Usage: sfn")
    assert ("$\r\n" in shown) is is_paged


def test_help_follows_the_width_of_the_terminal(tmp_path: Path) -> None:
    _, shown = at_terminal(tmp_path, "ls", "--help", columns=60)
    assert max(len(line) for line in shown.replace("\r", "").splitlines() if "sfn ls" not in line) <= 60
