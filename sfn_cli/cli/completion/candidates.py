"""Candidates for the last word of a command line, for the completions of shells.

    command or operation -> option -> its value: a choice, a file, or a name in the store
                                      (resources.py)

A candidate replaces the whole word. After a candidate that ends with a slash, a colon or "=", the user
continues the same word.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from sfn_cli.cli import screen
from sfn_cli.cli.failures import PROGRAM, CommandLineError
from sfn_cli.cli.operations import arguments, options
from sfn_cli.cli.operations.commands import Sfn, TableCommand
from sfn_cli.cli.operations.options import Option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sfn_cli.cli.operations.options import Table

_LOCATIONS = ("file://", "fileb://")
_FILES = ("file", "FILE", "folder", "FOLDER")
"""The names that help uses for values that are paths."""

_FILE_POSITIONALS = ("outfile", "path")
_FILE_OR_RESOURCE_POSITIONALS = ("drawn", "before", "after")
_EXECUTION_OR_FILE = "execution_or_file"


class Candidate(NamedTuple):
    value: str
    description: str = ""
    """A short description, for the shells that show it."""


def candidates(before: Sequence[str], current: str) -> list[Candidate]:
    """Returns what `current`, the last word so far, may become after the words `before`.

    `before` does not include the program's name. Names with control or invisible characters are left
    out, because shells display candidates raw.
    """
    try:
        return [
            found for found in _all_candidates(list(before), current) if _candidate_fits(found.value, current)
        ]
    except CommandLineError:
        return []  # `before` is not a valid command line


def _candidate_fits(value: str, current: str) -> bool:
    return value.startswith(current) and screen.one_screen_line(value) == value


def _all_candidates(before: list[str], current: str) -> Iterator[Candidate]:
    command: click.Command = Sfn(PROGRAM)
    at = click.Context(command, info_name=PROGRAM)
    path: list[str] = []
    while isinstance(command, click.Group):
        words, before = arguments.split_arguments(before, options.GLOBALS, 1)
        if not words:
            yield from _group_candidates(command, at, path, before, current)
            return
        if words == ["help"] and not path:
            continue  # sfn help COMMAND
        named = command.get_command(at, words[0])
        if named is None:
            return
        path += words
        command, at = named, click.Context(named, info_name=words[0], parent=at)
    yield from _command_candidates(command, before, current)


def _group_candidates(
    group: click.Group, at: click.Context, path: list[str], before: list[str], current: str
) -> Iterator[Candidate]:
    awaiting, _ = _candidate_place(before, options.GLOBALS)
    if awaiting is not None:
        yield from _value_candidates(awaiting, before, options.GLOBALS, (), current)
    elif current.startswith("-"):
        yield from _flag_candidates(options.GLOBALS, before, current)
    else:
        from sfn_cli.cli.help.help_words import help_sentence

        for name in group.list_commands(at):
            yield Candidate(
                name,
                _subcommand_summary(group, name)
                or help_sentence(*(path or ["stepfunctions"]), name)
                or help_sentence(name),
            )


def _subcommand_summary(group: click.Group, name: str) -> str:
    """Returns the summary of a command in a group, if its help is its docstring."""
    from sfn_cli.cli.help.command_pages import summary_of_command

    inner = group.commands.get(name)
    return summary_of_command(inner) if inner is not None else ""


def _command_candidates(command: click.Command, before: list[str], current: str) -> Iterator[Candidate]:
    own, positionals = _candidate_options(command), _candidate_positionals(command)
    table = {**own, **options.GLOBALS}
    awaiting, free = _candidate_place(before, table)
    words = [name for name, _ in positionals]
    flag, equals, value = current.partition("=")
    if awaiting is not None and not (awaiting.takes in ("many", "maybe") and current.startswith("-")):
        yield from _value_candidates(awaiting, before, table, words, current)
    elif equals and flag in table:
        yield from (
            Candidate(f"{flag}={found.value}", found.description)
            for found in _value_candidates(table[flag], before, table, words, value)
        )
    elif current.startswith("-") or len(free) >= len(positionals):
        yield from _flag_candidates(table, before, current, _flag_sentences(command))
    else:
        given = arguments.parse_arguments(before, table, words).given
        yield from _word_candidates(*positionals[len(free)], current, given)


def _candidate_options(command: click.Command) -> Table:
    """Returns the options of a command, whichever parser reads its argv."""
    if isinstance(command, TableCommand):
        return command.table()
    return options.option_table(
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in _candidate_spellings(parameter)
    )


def _candidate_spellings(parameter: click.Option) -> Iterator[Option]:
    """Yields an option in each of its spellings, of which the first long one is shown."""
    shown = (next(flag for flag in parameter.opts if flag.startswith("--")), *parameter.secondary_opts)
    for flag in (*parameter.opts, *parameter.secondary_opts):
        yield Option(
            flag,
            parameter.name or "",
            "none" if parameter.is_flag else "one",
            choices=_candidate_choices(parameter.type),
            hidden=flag not in shown,
            metavar=parameter.metavar or "value",
        )


def _candidate_positionals(command: click.Command) -> list[tuple[str, Sequence[str]]]:
    """Returns the names of a command's positionals, and their words where these are limited."""
    if isinstance(command, TableCommand):
        return [(name, command.words.get(name, ())) for name in command.positionals]
    return [
        (parameter.name or "", _candidate_choices(parameter.type))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]


def _candidate_choices(kind: object) -> tuple[str, ...]:
    return tuple(str(choice) for choice in kind.choices) if isinstance(kind, click.Choice) else ()


def _candidate_place(before: Iterable[str], table: Table) -> tuple[Option | None, list[str]]:
    """Returns the option whose value comes next, or None, and the words outside of options."""
    awaiting: Option | None = None
    free: list[str] = []
    for word in before:
        if word.startswith("-"):
            option = table.get(word)
            awaiting = option if option is not None and option.takes != "none" else None
        elif awaiting is None:
            free.append(word)
        elif awaiting.takes != "many":
            awaiting = None
    return awaiting, free


def _flag_sentences(command: click.Command) -> dict[str, str]:
    """Returns the first sentence of each option's help, for options that click parses."""
    return {
        flag: parameter.help.partition(". ")[0].rstrip(".") + "."
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.help
        for flag in parameter.opts
    }


def _flag_candidates(
    table: Table, before: Sequence[str], current: str, sentences: Mapping[str, str] | None = None
) -> Iterator[Candidate]:
    """Yields the options that are not used yet.

    The options that every command takes come last, as in the table. `sentences` describes the
    command's own options.
    """
    from sfn_cli.cli.help.help_words import option_help_sentence

    for option in table.values():
        if option.flag not in before and (not option.hidden or option.flag in (current, "--help")):
            own = (sentences or {}).get(option.flag, "")
            yield Candidate(option.flag, own or option_help_sentence(option.flag))


def _value_candidates(
    option: Option, before: Sequence[str], table: Table, positionals: Sequence[str], current: str
) -> Iterator[Candidate]:
    shape = option.shape or {}
    choices = option.choices or shape.get("enum") or shape.get("member", {}).get("enum") or ()
    if choices:
        yield from map(Candidate, choices)
    elif current.startswith(_LOCATIONS):
        prefix = next(location for location in _LOCATIONS if current.startswith(location))
        yield from (Candidate(prefix + path) for path in _path_candidates(current.removeprefix(prefix)))
    elif option.metavar in _FILES:
        yield from map(Candidate, _path_candidates(current))
    else:
        from sfn_cli.cli.completion import resources

        given = arguments.parse_arguments([*before, current], table, positionals).given
        yield from (Candidate(name) for name in resources.complete_resources(option.flag, current, given))
        if current:
            yield from (Candidate(location) for location in _LOCATIONS)


def _word_candidates(
    positional: str, words: Sequence[str], current: str, given: Mapping[str, Any]
) -> Iterator[Candidate]:
    if words:
        yield from map(Candidate, words)
    elif positional in _FILE_POSITIONALS:
        yield from map(Candidate, _path_candidates(current))
    else:
        from sfn_cli.cli.completion import resources

        yield from map(Candidate, resources.complete_resources(positional, current, given))
        if positional in _FILE_OR_RESOURCE_POSITIONALS:
            yield from map(Candidate, _path_candidates(current))
        if positional == _EXECUTION_OR_FILE and current:
            yield from (
                Candidate(path) for path in _path_candidates(current) if path.endswith(("/", ".json"))
            )


def _path_candidates(beginning: str) -> Iterator[str]:
    """Yields the paths with this beginning; a folder's path ends with a slash."""
    folder, start = os.path.split(beginning)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = sorted((entry.name, entry.is_dir()) for entry in entries if entry.name.startswith(start))
    except OSError:
        return
    for name, is_folder in found:
        if start or not name.startswith("."):
            yield beginning[: len(beginning) - len(start)] + name + ("/" if is_folder else "")
