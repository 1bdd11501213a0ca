"""Reads argv by a table of options, as the aws CLI (Python's argparse) reads it.

Rule 1: an option is known by its name or by an unambiguous beginning of it; `--option=value` is one
word. One of sfn's own beside those of an operation is known by its whole name only: it makes no
beginning ambiguous that aws takes.
Rule 2: the last of several uses of an option wins, unless each is to count.
Rule 3: a word that looks like an option is no value, unless it is a negative number or holds a
space.
Rule 4: options that every command takes may stand anywhere, before the command too. Click has none
of the four, which is why it does not read argv here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.cli.failures import CommandLineError, invalid_choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.operations.options import Option, Table


class Arguments(NamedTuple):
    """What a command line says: `given` by the option's name (text, list of texts or constant)."""

    given: dict[str, Any]
    unknown: list[str]


def split(argv: Sequence[str], globals: Table, depth: int) -> tuple[list[str], list[str]]:
    """Returns the first `depth` words that are neither options nor their values, and the rest of argv.

    Both are in argv's order.
    """
    words: list[str] = []
    rest: list[str] = []
    tokens = list(argv)
    while tokens and len(words) < depth:
        token = tokens.pop(0)
        if not _looks_like_an_option(token, globals):
            words.append(token)
            continue
        rest.append(token)
        option, value = _find(token, globals)
        if (
            option
            and value is None
            and option.takes == "one"
            and tokens
            and not _looks_like_an_option(tokens[0], globals)
        ):
            rest.append(tokens.pop(0))
    return words, rest + tokens


def parse(argv: Sequence[str], options: Table, positionals: Sequence[str] = ()) -> Arguments:
    """The values of options and positionals in argv. Raises CommandLineError.

    Whether required options are there is `check_required`'s: help and --cli-input-json come before.
    """
    given: dict[str, Any] = {}
    unknown: list[str] = []
    free = list(positionals)
    tokens = list(argv)
    while tokens:
        token = tokens.pop(0)
        if token == "--":
            _take_words(tokens, free, given, unknown)
            break
        if not _looks_like_an_option(token, options):
            _take_words([token], free, given, unknown)
            continue
        option, value = _find(token, options)
        if option is None:
            unknown.append(token)
        elif option.takes == "each":
            given.setdefault(option.name, []).append(_value(option, value, tokens, options))
        else:
            given[option.name] = _value(option, value, tokens, options)
    return Arguments(given, unknown)


def take(argv: Sequence[str], options: Table, but: Sequence[str] = ()) -> tuple[dict[str, Any], list[str]]:
    """The values of these options, known by their whole names, and what is left of argv; `but` stay in it."""
    whole = {flag: option for flag, option in options.items() if flag not in but}
    given: dict[str, Any] = {}
    rest: list[str] = []
    tokens = list(argv)
    while tokens:
        token = tokens.pop(0)
        flag, equals, value = token.partition("=")
        if flag in whole:
            given[whole[flag].name] = _value(whole[flag], value if equals else None, tokens, whole)
        else:
            rest.append(token)
    return given, rest


def check_required(arguments: Arguments, options: Table, positionals: Sequence[str] = ()) -> None:
    """Raises CommandLineError, naming all that is missing."""
    required: dict[str, str] = {}
    for option in options.values():
        if option.required:
            required.setdefault(option.name, option.flag)
    for name in positionals:
        required.setdefault(name, name)
    missing = [shown for name, shown in required.items() if name not in arguments.given]
    if missing:
        raise CommandLineError(f"the following arguments are required: {', '.join(missing)}")


def _take_words(words: list[str], free: list[str], given: dict[str, Any], unknown: list[str]) -> None:
    for word in words:
        if free:
            given[free.pop(0)] = word
        else:
            unknown.append(word)


_NEGATIVE_NUMBER = r"-\d+|-\d*\.\d+"


def _looks_like_an_option(token: str, options: Table) -> bool:
    if len(token) < 2 or token[0] != "-":
        return False
    if token in options or token == "--" or _candidates(token, options):
        return True
    return not re.fullmatch(_NEGATIVE_NUMBER, token) and " " not in token


def _candidates(token: str, options: Table) -> list[str]:
    if not token.startswith("--"):
        return []
    name = token.partition("=")[0]
    if name in options:
        return [name]
    return [flag for flag, option in options.items() if flag.startswith(name) and not option.is_ours]


def _find(token: str, options: Table) -> tuple[Option | None, str | None]:
    """The option that a token names, and the value after "=" in the same word."""
    if token in options:
        return options[token], None
    candidates = _candidates(token, options)
    if not candidates:
        return None, None
    name, equals, value = token.partition("=")
    if len(candidates) > 1:
        raise CommandLineError(f"ambiguous option: {name} could match {', '.join(candidates)}")
    return options[candidates[0]], value if equals else None


def _value(option: Option, value: str | None, tokens: list[str], options: Table) -> Any:
    """The option's value, from the same word or from the words that follow (which are taken)."""
    if option.takes == "none":
        if value is not None:
            raise CommandLineError(f"argument {option.flag}: ignored explicit argument '{value}'")
        return option.constant
    if value is not None:
        return [_parse_value(option, value)] if option.takes == "many" else _parse_value(option, value)
    follows = bool(tokens) and not _looks_like_an_option(tokens[0], options)
    if option.takes == "many":
        values: list[str] = []
        while tokens and not _looks_like_an_option(tokens[0], options):
            values.append(tokens.pop(0))
        return values
    if follows:
        return _parse_value(option, tokens.pop(0))
    if option.takes == "maybe":
        return option.constant
    raise CommandLineError(f"argument {option.flag}: expected one argument")


def _parse_value(option: Option, text: str) -> Any:
    if option.choices and text not in option.choices:
        raise invalid_choice(option.flag, text, option.choices)
    if option.number is None:
        return text
    try:
        return option.number(text)
    except ValueError:
        raise CommandLineError(
            f"argument {option.flag}: invalid {option.number.__name__} value: {text!r}"
        ) from None
