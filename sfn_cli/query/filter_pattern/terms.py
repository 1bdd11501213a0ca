"""Patterns of terms that a message must or must not contain.

A term is a word, a quoted phrase or a regular expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli.query.filter_pattern.matching import InvalidPattern
from sfn_cli.query.filter_pattern.value import compile_value_regex, unquote_value

if TYPE_CHECKING:
    from sfn_cli.query.filter_pattern.matching import Matches

_TERM = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|%[^%]*%|\S+)')
_WORD = re.compile(r"\w+")


def compile_terms(text: str) -> Matches:
    """Compiles terms: all must be present, or absent (`-term`), or at least one present (`?term`).

    `?term` is ignored if the pattern also has other terms.
    """
    wanted: list[Matches] = []
    unwanted: list[Matches] = []
    optional: list[Matches] = []
    kinds = {"": wanted, "-": unwanted, "?": optional}
    for sign, term in _TERM.findall(text):
        kinds[sign].append(_compile_term(term))
    if wanted or unwanted:
        return lambda message: (
            all(has(message) for has in wanted) and not any(has(message) for has in unwanted)
        )
    return lambda message: any(has(message) for has in optional)


def _compile_term(term: str) -> Matches:
    if term.startswith("%"):
        return compile_value_regex(term)
    if not term.startswith('"') and not _WORD.fullmatch(term):
        raise InvalidPattern(f'Invalid character(s) in term "{term}": put it in double quotes.')
    part = unquote_value(term)
    return lambda message: part in message
