"""The help page of a command: an operation with a table of options, or a command that click parses."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sfn_cli.cli.failures import PROGRAM
from sfn_cli.cli.help.help_page import HelpPage, HelpRow, HelpSection
from sfn_cli.cli.help.help_words import help_examples, help_sentence, option_help_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfn_cli.cli.operations.options import Option, Table

FOOTER = f"Options that every command takes: {PROGRAM} help"

_NO_EFFECT = "Accepted for compatibility with AWS"
"""The beginning of the text of an option that has no effect."""

_MOST_VALUES = 12
"""Longer lists of allowed values are left out."""


# Operations


def operation_page(service: str, name: str, table: Table, positionals: Sequence[str]) -> HelpPage:
    """Returns the page of a command whose own options are in `table`."""
    path = name if service == "stepfunctions" else f"{service} {name}"
    shown = [option for option in table.values() if _is_shown_in_help(option, table)]
    arguments = [HelpRow(word.upper(), option_help_sentence(word)) for word in positionals]
    rows = [
        HelpRow(option_term(option, table), option_text(option))
        for option in shown
        if not _is_without_effect(option)
    ]
    return HelpPage(
        command=f"{PROGRAM} {path}",
        arguments=" ".join(["[options]", *(word.upper() for word in positionals)]),
        summary=help_sentence(service, name),
        sections=_filled_sections(Arguments=arguments, Options=rows),
        unused=tuple(option.flag for option in shown if _is_without_effect(option)),
        examples=tuple(f"{PROGRAM} {path} {example}".rstrip() for example in help_examples(service, name)),
        footer=FOOTER,
    )


def _filled_sections(**lists: Sequence[HelpRow]) -> tuple[HelpSection, ...]:
    return tuple(HelpSection(title, tuple(rows)) for title, rows in lists.items() if rows)


def _is_shown_in_help(option: Option, table: Table) -> bool:
    """Whether help lists the option: `--no-x` is described beside `--x`."""
    return not option.hidden and not (option.flag.startswith("--no-") and f"--{option.flag[5:]}" in table)


def _is_without_effect(option: Option) -> bool:
    return not option.required and option_help_sentence(option.flag).startswith(_NO_EFFECT)


def option_term(option: Option, table: Table) -> str:
    """Returns an option with its metavar: "--name NAME", "--publish / --no-publish"."""
    if option.takes == "none":
        negative = f"--no-{option.flag[2:]}"
        return f"{option.flag} / {negative}" if negative in table else option.flag
    more = " …" if option.takes in ("each", "many") else ""
    return f"{option.flag} {_option_metavar(option)}{more}"


_METAVARS: Mapping[str, str] = {"structure": "STRUCTURE", "map": "MAP", "list": "VALUE", "blob": "BLOB"}
_JSON_FLAGS = frozenset(
    {"--definition", "--input", "--task-output", "--with-input", "--variables", "--context"}
)
_METAVARS_OF_WORDS: Mapping[str, str] = {
    "arn": "ARN", "name": "NAME", "names": "NAME", "prefix": "PREFIX", "token": "TOKEN", "time": "TIME",
}  # fmt: skip
"""The last word of an option → its metavar."""


def _option_metavar(option: Option) -> str:
    if option.metavar not in ("value", *_METAVARS):
        return option.metavar.upper()
    if option.flag in _JSON_FLAGS:
        return "JSON"
    kind = (option.shape or {}).get("type", "")
    if option.number is not None or kind in ("integer", "long", "float", "double"):
        return "NUMBER"
    return _METAVARS.get(option.metavar) or _metavar_of_flag(option.flag)


def _metavar_of_flag(flag: str) -> str:
    return _METAVARS_OF_WORDS.get(flag.rpartition("-")[2], "VALUE")


def option_text(option: Option) -> str:
    """Returns what an option means, its allowed values, and whether it is required."""
    shape = option.shape or {}
    values = option.choices or shape.get("enum") or shape.get("member", {}).get("enum") or ()
    if option.required_without:
        return f"{option_help_sentence(option.flag)} Required without {option.required_without}."
    return _described(
        option_help_sentence(option.flag),
        values if len(values) <= _MOST_VALUES else (),
        is_required=option.required,
    )


def _described(
    text: str, values: Sequence[str], *, default: str | None = None, is_required: bool = False
) -> str:
    parts = [text]
    if values:
        parts.append(f"One of: {', '.join(values)}.")
    if default is not None:
        parts.append(f"[default: {default}]")
    if is_required:
        parts.append("[required]")
    return " ".join(part for part in parts if part)


# Commands that click reads


def own_page(command: click.Command, path: str) -> HelpPage:
    """Returns the page of a command that click reads. `path` is how it is typed: "sfn stack list"."""
    described = _parse_docstring(command.help or "")
    arguments = [part for part in command.params if isinstance(part, click.Argument)]
    rows = [
        HelpRow(_own_option_term(part), _own_option_text(part))
        for part in command.params
        if isinstance(part, click.Option) and not part.hidden
    ]
    if isinstance(command, click.Group):
        commands = [HelpRow(name, summary_of_command(inner)) for name, inner in command.commands.items()]
        return HelpPage(
            command=path,
            arguments="COMMAND [options]",
            summary=described.summary,
            paragraphs=described.paragraphs,
            sections=_filled_sections(Commands=commands, Options=rows),
            examples=described.examples,
            footer=f"More about a command: {path} COMMAND help",
        )
    return HelpPage(
        command=path,
        arguments=" ".join(["[options]", *map(_own_argument_term, arguments)]),
        summary=described.summary,
        paragraphs=described.paragraphs,
        sections=_filled_sections(Options=rows),
        examples=described.examples,
        footer=FOOTER,
    )


def summary_of_command(command: click.Command) -> str:
    """Returns the first paragraph of a command's docstring: one sentence."""
    return _parse_docstring(command.help or "").summary


class _DocstringParts(NamedTuple):
    """A command's docstring, in the parts of a help page."""

    summary: str
    paragraphs: tuple[str, ...]
    examples: tuple[str, ...]


def _parse_docstring(docstring: str) -> _DocstringParts:
    """Splits a docstring: paragraphs, and after `\\b` a block of examples below their title."""
    paragraphs: list[str] = []
    examples: list[str] = []
    for block in inspect.cleandoc(docstring).split("\n\n"):
        if block.startswith("\b\n"):
            _, _, *lines = block.split("\n")
            examples += [line.removeprefix("  ") for line in lines]
        else:
            paragraphs.append(" ".join(block.split()))
    return _DocstringParts(paragraphs[0], tuple(paragraphs[1:]), tuple(examples))


def _own_argument_term(argument: click.Argument) -> str:
    shown = argument.metavar or _choice_term(argument.type) or (argument.name or "").upper()
    return shown if argument.required or shown.startswith("[") else f"[{shown}]"


def _choice_term(kind: Any) -> str:
    return "|".join(map(str, kind.choices)) if isinstance(kind, click.Choice) else ""


def _own_option_term(option: click.Option) -> str:
    short = [flag for flag in option.opts if not flag.startswith("--")]
    long = next(flag for flag in option.opts if flag.startswith("--"))
    flags = ", ".join([*short, long])
    if option.secondary_opts:
        return f"{flags} / {option.secondary_opts[0]}"
    if option.is_flag:
        return flags
    kind = "NUMBER" if isinstance(option.type, click.IntRange) else _metavar_of_flag(long)
    metavar = option.metavar or kind
    return f"{flags} {metavar}" + (" …" if option.multiple else "")


def _own_option_text(option: click.Option) -> str:
    return _described(
        f"{option.help or ''}{' Can be repeated.' if option.multiple else ''}",
        list(map(str, option.type.choices)) if isinstance(option.type, click.Choice) else (),
        default=str(option.default) if option.show_default else None,
        is_required=option.required,
    )


def option_rows(table: Table) -> Iterator[HelpRow]:
    """Yields a row for each option in the table that help shows."""
    for option in table.values():
        if not option.hidden:
            yield HelpRow(option_term(option, {}), option_text(option))
