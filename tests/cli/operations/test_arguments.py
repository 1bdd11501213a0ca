"""argv by a table of options: the aws CLI's rules."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.cli.failures import CommandLineError
from sfn_cli.cli.operations.arguments import (
    check_required_arguments,
    parse_arguments,
    split_arguments,
    take_arguments,
)
from sfn_cli.cli.operations.options import GLOBALS, Option, option_table

OPTIONS = option_table(
    (
        Option("--name", "name", required=True),
        Option("--role-arn", "role"),
        Option("--role-name", "role_name"),
        Option("--tags", "tags", "many"),
        Option("--publish", "publish", "none"),
        Option("--no-publish", "publish", "none", constant=False),
        Option("--count", "count", number=int),
        Option("--color", "color", choices=("on", "off")),
        Option("--skeleton", "skeleton", "maybe", constant="input"),
        Option("--nail", "nail", "each", shape={"type": "list", "extension": True}),
    )
)


@pytest.mark.parametrize(
    "argv, given",
    [
        (["--name", "x"], {"name": "x"}),
        (["--name=x"], {"name": "x"}),
        (["--name="], {"name": ""}),
        (["--name", ""], {"name": ""}),
        (["--na", "x"], {"name": "x"}),
        (["--na=x"], {"name": "x"}),
        (["--name", "x", "--name", "y"], {"name": "y"}),
        (["--name", "-1"], {"name": "-1"}),
        (["--name", "-.5"], {"name": "-.5"}),
        (["--name", "-"], {"name": "-"}),
        (["--name", "-x y"], {"name": "-x y"}),
        (["--name", "{}"], {"name": "{}"}),
        (["--tags", "a=1", "b=2", "--name", "x"], {"tags": ["a=1", "b=2"], "name": "x"}),
        (["--tags"], {"tags": []}),
        (["--publish"], {"publish": True}),
        (["--publish", "--no-publish"], {"publish": False}),
        (["--no-publish", "--publish"], {"publish": True}),
        (["--count", "7"], {"count": 7}),
        (["--skeleton"], {"skeleton": "input"}),
        (["--skeleton", "output"], {"skeleton": "output"}),
        (["--skeleton", "--name", "x"], {"skeleton": "input", "name": "x"}),
        # sfn's own option does not make a prefix of aws's option ambiguous.
        (["--nail", "x", "--na", "y", "--nail=z"], {"nail": ["x", "z"], "name": "y"}),
    ],
)
def test_values(argv: list[str], given: dict[str, Any]) -> None:
    """An option takes the words that follow; its last use wins; a prefix of its name is enough."""
    assert parse_arguments(argv, OPTIONS).given == given


@pytest.mark.parametrize(
    "argv, message",
    [
        (["--name"], "argument --name: expected one argument"),
        (["--name", "--publish"], "argument --name: expected one argument"),
        (["--name", "--bogus"], "argument --name: expected one argument"),
        (["--role", "x"], "ambiguous option: --role could match --role-arn, --role-name"),
        (["--publish=1"], "argument --publish: ignored explicit argument '1'"),
        (["--count", "x"], "argument --count: invalid int value: 'x'"),
        (["--color", "red"], "argument --color: Found invalid choice 'red'\n"),
        (["--color", "offf"], "argument --color: Found invalid choice 'offf'\n\nMaybe you meant:\n\n  * off"),
    ],
)
def test_wrong_values(argv: list[str], message: str) -> None:
    """A word that looks like an option is not a value; a value of the wrong form is an error."""
    with pytest.raises(CommandLineError) as caught:
        parse_arguments(argv, OPTIONS)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "argv, given, unknown",
    [
        (["out.json"], {"outfile": "out.json"}, []),
        (["--name", "x", "out.json", "more"], {"name": "x", "outfile": "out.json"}, ["more"]),
        (["--bogus", "1", "2"], {"outfile": "1"}, ["--bogus", "2"]),
        (["--", "--name", "x"], {"outfile": "--name"}, ["x"]),
    ],
)
def test_words_without_option(argv: list[str], given: dict[str, Any], unknown: list[str]) -> None:
    """Words fill the positionals in order; the rest is reported as unknown."""
    read = parse_arguments(argv, OPTIONS, ("outfile",))
    assert (read.given, read.unknown) == (given, unknown)


def test_all_that_is_missing_is_named_at_once() -> None:
    """One message names every required option and positional."""
    with pytest.raises(CommandLineError, match="the following arguments are required: --name, outfile"):
        check_required_arguments(parse_arguments([], OPTIONS, ("outfile",)), OPTIONS, ("outfile",))


@pytest.mark.parametrize(
    "argv, words, rest",
    [
        (["start", "--name", "x"], ["start"], ["--name", "x"]),
        (["--output", "text", "start", "x"], ["start"], ["--output", "text", "x"]),
        (["--out=text", "start"], ["start"], ["--out=text"]),
        (["--debug", "start"], ["start"], ["--debug"]),
        (["--output"], [], ["--output"]),
        ([], [], []),
    ],
)
def test_the_command_is_the_first_free_word(argv: list[str], words: list[str], rest: list[str]) -> None:
    """Options that every command takes, and their values, may come before the command."""
    assert split_arguments(argv, GLOBALS, 1) == (words, rest)


def test_taking_out_what_every_command_takes() -> None:
    """The options that every command takes are removed before Click parses one of sfn's own commands."""
    given, rest = take_arguments(
        ["x", "--region", "eu-west-1", "--input", "{}", "--output=text", "--help"], GLOBALS, but=("--help",)
    )
    assert given == {"region": "eu-west-1", "output": "text"}
    assert rest == ["x", "--input", "{}", "--help"]
