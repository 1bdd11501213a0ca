"""Help: what a command does, its options, an example. The text is data, in `help.json`."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.api import model
from sfn_cli.cli.failures import PROGRAM
from sfn_cli.cli.operations.options import GLOBALS, Option, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_WIDTH = 100


def help_sentence(*command: str) -> str:
    """Returns what a command (its service and its name) or a service is for, in one sentence."""
    says: str = _help_words()["commands"].get(" ".join(command), {}).get("says", "")
    return says


def option_help_sentence(flag: str) -> str:
    says: str = _help_words()["options"].get(flag, "")
    return says


def help_of_command(service: str, name: str, table: Table, positionals: Sequence[str]) -> str:
    """Returns the whole help of one command, whose own options are in `table`."""
    path = _help_path(service, name)
    formatter = click.HelpFormatter(width=_WIDTH)
    names = "".join(f" {word.upper()}" for word in positionals)
    formatter.write_usage(f"{PROGRAM} {path}{names}", "[options]")
    formatter.write_paragraph()
    formatter.write_text(help_sentence(service, name))
    rows = [(word.upper(), option_help_sentence(word)) for word in positionals]
    rows += [
        (_help_flag(option, table), _option_help(option))
        for option in table.values()
        if _is_shown_in_help(option, table)
    ]
    with formatter.section("Options"):
        formatter.write_dl(rows)
    example = _help_words()["commands"].get(f"{service} {name}", {}).get("example")
    if example is not None:
        with formatter.section("Example"):
            formatter.write(f"  {PROGRAM} {path} {example}".rstrip() + "\n")
    formatter.write_paragraph()
    formatter.write_text(f"Options that every command takes: {PROGRAM} help")
    return formatter.getvalue().rstrip()


def help_overview(root: click.Group, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Writes the help of `sfn` itself: own commands, services, operations and global options."""
    formatter.width = _WIDTH
    formatter.write_usage(PROGRAM, "<command> [options]")
    formatter.write_paragraph()
    formatter.write_text(
        "AWS Step Functions in the terminal, on this machine: "
        "the commands and options of `aws stepfunctions`."
    )
    own = [
        name
        for name in root.list_commands(ctx)
        if name not in model.model_services() and not help_sentence("stepfunctions", name)
    ]
    for title, names in (("See", _SEE), ("Run", [name for name in own if name not in _SEE])):
        with formatter.section(title):
            formatter.write_dl([(name, _short_help_text(root, ctx, name)) for name in names if name in own])
    with formatter.section("Services"):
        formatter.write_dl([(name, help_sentence(name)) for name in model.model_services()])
    with formatter.section("Step Functions (also as `sfn stepfunctions …`)"):
        formatter.write_dl(
            [(name, help_sentence("stepfunctions", name)) for name in model.model_commands("stepfunctions")]
        )
    with formatter.section("Options that every command takes"):
        formatter.write_dl(
            [
                (_help_flag(option), option_help_sentence(option.flag))
                for option in GLOBALS.values()
                if not option.hidden
            ]
        )
    formatter.write_paragraph()
    formatter.write_text(f"More about a command: {PROGRAM} COMMAND help")


_SEE = ("show", "watch", "ls", "ps", "graph", "diff")
"""The commands that show executions and definitions to people."""


def help_of_service(service: str, commands: Sequence[str], formatter: click.HelpFormatter) -> None:
    """Writes the help of a service: its commands."""
    formatter.width = _WIDTH
    formatter.write_usage(f"{PROGRAM} {service}", "<command> [options]")
    formatter.write_paragraph()
    formatter.write_text(help_sentence(service))
    with formatter.section("Commands"):
        formatter.write_dl([(name, help_sentence(service, name)) for name in commands])


def _short_help_text(root: click.Group, ctx: click.Context, name: str) -> str:
    command = root.get_command(ctx, name)
    return command.get_short_help_str(limit=_WIDTH) if command else ""


def _help_path(service: str, command: str) -> str:
    return command if service == "stepfunctions" else f"{service} {command}"


def _is_shown_in_help(option: Option, table: Table) -> bool:
    """Whether help lists the option: `--no-x` is described beside `--x`."""
    return not option.hidden and not (option.flag.startswith("--no-") and f"--{option.flag[5:]}" in table)


def _help_flag(option: Option, table: Table = GLOBALS) -> str:
    if option.takes != "none":
        more = " …" if option.takes in ("each", "many") else ""
        return f"{option.flag} {option.metavar.upper()}{more}"
    negative = f"--no-{option.flag[2:]}"
    return f"{option.flag} / {negative}" if negative in table else option.flag


def _option_help(option: Option) -> str:
    says = option_help_sentence(option.flag)
    return f"{says} [required]" if option.required else says


@cache
def _help_words() -> Mapping[str, Any]:
    with open(os.path.join(os.path.dirname(__file__), "help.json"), encoding="utf-8") as file:
        words: Mapping[str, Any] = json.load(file)
    return words
