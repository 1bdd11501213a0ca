"""The text of docs/reference/commands.md, from the help of all commands (see reference.py)."""

from __future__ import annotations

import re
from textwrap import fill
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.help.command_pages import own_page
from sfn_cli.cli.help.overview import OPERATION_GROUPS, OWN_GROUPS, overview_page
from sfn_cli.cli.operations.commands import ServiceGroup, Sfn, TableCommand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.cli.help.help_page import HelpPage

HEAD = """\
# Commands

This page describes every command and its options, with examples. `sfn COMMAND --help` and
`sfn help COMMAND` show the same text in a terminal.

The operations of Step Functions have the names, options and output of `aws stepfunctions`. Where AWS
takes an ARN, sfn also takes a name: `Pay` for a state machine, `Pay/monday` for an execution, and
`Pay/last` for the latest one. A command of another service, such as `sfn s3 ls`, runs the installed
aws CLI against the [local AWS services](#sfn-aws).
"""

_SERVICES = {
    "lambda": "Lambda functions",
    "logs": "Logs",
    "events": "EventBridge",
    "scheduler": "EventBridge Scheduler",
    "sts": "STS",
}
_SERVICES_BY_TITLE = {title: service for service, title in _SERVICES.items()}


def page() -> str:
    """The text of the page."""
    sections = command_sections()
    lines = [HEAD, *_contents(sections)]
    lines += [
        "## Options that every command takes",
        "",
        *_option_table(overview_page().sections[-1].rows),
        "",
    ]
    for title, pages in sections.items():
        lines += [f"## {title}", ""]
        for each in pages:
            lines += _command_section(each)
    return "\n".join(lines).rstrip() + "\n"


def command_sections() -> dict[str, list[HelpPage]]:
    """The pages of all commands, by section: sfn's own first."""
    root = Sfn("sfn")
    at = click.Context(root, info_name="sfn")
    sections = {
        title: [page for name in names for page in command_pages(root, at, name)]
        for groups in (OWN_GROUPS, OPERATION_GROUPS)
        for title, names in groups.items()
    }
    for service, title in _SERVICES.items():
        sections[title] = list(command_pages(root, at, service))[1:]
    return sections


def command_pages(root: Sfn, at: click.Context, name: str) -> Iterator[HelpPage]:
    """The pages of a command of `sfn`, and of the commands below it."""
    command = root.get_command(at, name)
    assert command is not None
    if isinstance(command, ServiceGroup):
        yield command.page(at)
        for inner in command.list_commands(at):
            found = command.get_command(at, inner)
            assert found is not None
            yield found.page() if isinstance(found, TableCommand) else own_page(found, f"sfn {name} {inner}")
    elif isinstance(command, TableCommand):
        yield command.page()
    else:
        yield own_page(command, f"sfn {name}")
        if isinstance(command, click.Group):
            yield from (own_page(each, f"sfn {name} {each.name}") for each in command.commands.values())


def _contents(sections: Mapping[str, Sequence[HelpPage]]) -> Iterator[str]:
    for title, pages in sections.items():
        prefix = f"sfn {_SERVICES_BY_TITLE[title]} " if title in _SERVICES_BY_TITLE else "sfn "
        names = (page.command for page in pages)
        links = ", ".join(f"[{name.removeprefix(prefix)}](#{_anchor(name)})" for name in names)
        yield f"- **{title}:** {links}"
    yield ""


def _anchor(heading: str) -> str:
    return heading.replace(" ", "-")


def _command_section(page: HelpPage) -> Iterator[str]:
    yield from (f"### {page.command}", "")
    for paragraph in (page.summary, *page.paragraphs):
        yield from (fill(_markdown(paragraph), 100, break_long_words=False, break_on_hyphens=False), "")
    yield from ("```text", f"{page.command} {page.arguments}".rstrip(), "```", "")
    for section in page.sections:
        if section.title != "Commands":
            yield from (*_option_table(section.rows), "")
    if page.unused:
        names = ", ".join(f"`{flag}`" for flag in page.unused)
        yield from (f"Accepted for compatibility with AWS, without effect: {names}.", "")
    if page.examples:
        yield from ("```text", *page.examples, "```", "")


def _option_table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield from ("| option | meaning |", "|---|---|")
    for term, text in rows:
        required = " **Required.**" if text.endswith(" [required]") else ""
        before, _, default = text.removesuffix(" [required]").removesuffix("]").partition(" [default: ")
        shown = f" Default: `{default}`." if default else ""
        yield f"| `{term}` | {_markdown(before)}{shown}{required} |"


def _markdown(text: str) -> str:
    """Text of a terminal as Markdown: what is in backticks is code, the rest has no markup."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([*<|\[])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
