"""Reads argv by a table of options, as the aws CLI (Python's argparse) reads it.

Rule 1: an option is recognised by its name or by an unambiguous prefix of it; `--option=value` is
one word. sfn's own options of AWS's operations need the whole name, so that every prefix that aws
accepts stays unambiguous.
Rule 2: the last of several uses of an option wins, unless the option can be repeated.
Rule 3: a word that looks like an option is not a value, unless it is a negative number or contains
a space.
Rule 4: options that every command takes may be anywhere, before the command too.

Click supports none of these rules, so it does not parse argv here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.cli.failures import CommandLineError, invalid_choice_failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.operations.options import Option, Table


class Arguments(NamedTuple):
    """A parsed command line: `given` by the option's name (text, list of texts or constant)."""

    given: dict[str, Any]
    unknown: list[str]


def split_arguments(argv: Sequence[str], globals: Table, depth: int) -> tuple[list[str], list[str]]:
    """Splits off the first `depth` words that are neither options nor their values.

    Returns them and the rest of argv, both in argv's order.
    """
    words: list[str] = []
    rest: list[str] = []
    tokens = list(argv)
    while tokens and len(words) < depth:
        token = tokens.pop(0)
        if not _argument_looks_like_option(token, globals):
            words.append(token)
            continue
        rest.append(token)
        option, value = _find_argument_option(token, globals)
        if (
            option
            and value is None
            and option.takes == "one"
            and tokens
            and not _argument_looks_like_option(tokens[0], globals)
        ):
            rest.append(tokens.pop(0))
    return words, rest + tokens


def parse_arguments(argv: Sequence[str], options: Table, positionals: Sequence[str] = ()) -> Arguments:
    """Returns the values of options and positionals in argv. Raises CommandLineError.

    `check_required_arguments` checks for missing ones later: help and --cli-input-json come first.
    """
    given: dict[str, Any] = {}
    unknown: list[str] = []
    free = list(positionals)
    tokens = list(argv)
    while tokens:
        token = tokens.pop(0)
        if token == "--":
            _take_argument_words(tokens, free, given, unknown)
            break
        if not _argument_looks_like_option(token, options):
            _take_argument_words([token], free, given, unknown)
            continue
        option, value = _find_argument_option(token, options)
        if option is None:
            unknown.append(token)
        elif option.takes == "each":
            given.setdefault(option.name, []).append(_argument_value(option, value, tokens, options))
        else:
            given[option.name] = _argument_value(option, value, tokens, options)
    return Arguments(given, unknown)


def take_arguments(
    argv: Sequence[str], options: Table, but: Sequence[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """Returns the values of these options, and the rest of argv.

    They are recognised by their whole names; those in `but` stay in argv.
    """
    whole = {flag: option for flag, option in options.items() if flag not in but}
    given: dict[str, Any] = {}
    rest: list[str] = []
    tokens = list(argv)
    while tokens:
        token = tokens.pop(0)
        flag, equals, value = token.partition("=")
        if flag in whole:
            given[whole[flag].name] = _argument_value(whole[flag], value if equals else None, tokens, whole)
        else:
            rest.append(token)
    return given, rest


def check_required_arguments(arguments: Arguments, options: Table, positionals: Sequence[str] = ()) -> None:
    """Raises CommandLineError with the names of everything that is missing."""
    required: dict[str, str] = {}
    for option in options.values():
        if option.required:
            required.setdefault(option.name, option.flag)
    for name in positionals:
        required.setdefault(name, name)
    missing = [shown for name, shown in required.items() if name not in arguments.given]
    if missing:
        raise CommandLineError(f"the following arguments are required: {', '.join(missing)}")


def _take_argument_words(
    words: list[str], free: list[str], given: dict[str, Any], unknown: list[str]
) -> None:
    for word in words:
        if free:
            given[free.pop(0)] = word
        else:
            unknown.append(word)


_NEGATIVE_NUMBER = r"-\d+|-\d*\.\d+"


def _argument_looks_like_option(token: str, options: Table) -> bool:
    if len(token) < 2 or token[0] != "-":
        return False
    if token in options or token == "--" or _argument_candidates(token, options):
        return True
    return not re.fullmatch(_NEGATIVE_NUMBER, token) and " " not in token


def _argument_candidates(token: str, options: Table) -> list[str]:
    if not token.startswith("--"):
        return []
    name = token.partition("=")[0]
    if name in options:
        return [name]
    return [flag for flag, option in options.items() if flag.startswith(name) and not option.is_ours]


def _find_argument_option(token: str, options: Table) -> tuple[Option | None, str | None]:
    """Returns the option that a token names, and the value after "=" in the same word."""
    if token in options:
        return options[token], None
    candidates = _argument_candidates(token, options)
    if not candidates:
        return None, None
    name, equals, value = token.partition("=")
    if len(candidates) > 1:
        raise CommandLineError(f"ambiguous option: {name} could match {', '.join(candidates)}")
    return options[candidates[0]], value if equals else None


def _argument_value(option: Option, value: str | None, tokens: list[str], options: Table) -> Any:
    """Returns the option's value, from the same word or the following ones, which it removes."""
    if option.takes == "none":
        if value is not None:
            raise CommandLineError(f"argument {option.flag}: ignored explicit argument '{value}'")
        return option.constant
    if value is not None:
        return (
            [_parse_argument_value(option, value)]
            if option.takes == "many"
            else _parse_argument_value(option, value)
        )
    follows = bool(tokens) and not _argument_looks_like_option(tokens[0], options)
    if option.takes == "many":
        values: list[str] = []
        while tokens and not _argument_looks_like_option(tokens[0], options):
            values.append(tokens.pop(0))
        return values
    if follows:
        return _parse_argument_value(option, tokens.pop(0))
    if option.takes == "maybe":
        return option.constant
    raise CommandLineError(f"argument {option.flag}: expected one argument")


def _parse_argument_value(option: Option, text: str) -> Any:
    if option.choices and text not in option.choices:
        raise invalid_choice_failure(option.flag, text, option.choices)
    if option.number is None:
        return text
    try:
        return option.number(text)
    except ValueError:
        raise CommandLineError(
            f"argument {option.flag}: invalid {option.number.__name__} value: {text!r}"
        ) from None
