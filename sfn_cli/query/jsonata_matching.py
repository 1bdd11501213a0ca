"""Regular expressions in JSONata: $match, $contains, $replace and $split.

Written anew: the engine's own mistake the groups of a match and replace what they have replaced.
A *matcher* is a compiled regular expression or, in JSONata, any function of a string that gives
{"match", "start", "end", "groups", "next"}.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonata.functions import Functions
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from sfn_cli.query.jsonata_messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator


class Match(NamedTuple):
    text: str
    start: int
    end: int
    groups: list[str]

    def as_object(self) -> dict[str, Any]:
        return {"match": self.text, "start": self.start, "end": self.end, "groups": self.groups}


def compile_regex(pattern: str, flags: Any) -> re.Pattern[str]:
    """A JavaScript pattern as Python has it: `$` is the end only, \\d and \\w are ASCII, groups are named `(?<n>`."""
    translated = _DIFFERENT.sub(_translated, pattern)
    options = (re.IGNORECASE if flags.case_insensitive else 0) | (re.MULTILINE if flags.multiline else 0)
    if flags.multiline:
        translated = translated.replace(_END, "$")
    return re.compile(translated, options)


_DIFFERENT = re.compile(r"\\(.)|\[((?:[^\]\\]|\\.)*)\]|\(\?<(?=[A-Za-z_])|\$", re.DOTALL)
_END = r"(?!\n)\Z"
_ASCII = {"d": "0-9", "w": "A-Za-z0-9_"}


def _translated(found: re.Match[str]) -> str:
    whole, escaped, characters = found[0], found[1], found[2]
    if whole == "$":
        return _END
    if whole == "(?<":
        return "(?P<"
    if escaped is not None:
        if escaped in "dwDW":
            return f"[{'^' if escaped.isupper() else ''}{_ASCII[escaped.lower()]}]"
        return "/" if escaped == "/" else whole
    inside = re.sub(r"\\([dw/])", lambda one: _ASCII.get(one[1], one[1]), characters)
    inside = inside.replace("[", r"\[")
    return f"[{inside}]" if inside not in ("", "^") else ("(?!)" if not inside else r"[\s\S]")


def matcher_result(pattern: re.Pattern[str], text: Any) -> Any:
    """What a regular expression gives when it is called: its first match, and how to get the next."""
    return _linked(_regex_matches(pattern, text)) if isinstance(text, str) else None


def _linked(matches: Iterator[Match]) -> Any:
    match = next(matches, None)
    if match is None:
        return None
    return {**match.as_object(), "next": Jsonata.JLambda(lambda: _linked(matches))}


def matches_of(matcher: Any, text: str) -> Iterator[Match]:
    """All matches in order. A match of no characters is refused, as JSONata does."""
    if isinstance(matcher, re.Pattern):
        yield from _regex_matches(matcher, text)
        return
    found = Functions.func_apply(matcher, [text, 0])
    while found is not None:
        if not (isinstance(found, dict) and {"match", "start", "end", "groups", "next"} <= found.keys()):
            raise Refusal("T1010", "The matcher function argument passed to function does not return the correct object structure")
        yield Match(found["match"], found["start"], found["end"], found["groups"])
        found = Functions.func_apply(found["next"], [])


def _regex_matches(pattern: re.Pattern[str], text: str) -> Iterator[Match]:
    for found in pattern.finditer(text):
        if not found[0]:
            raise Refusal("D1004", "Regular expression matches zero length string")
        yield Match(found[0], found.start(), found.end(), [group or "" for group in found.groups()])


def match(text: str | None, matcher: Any, limit: float | None) -> Any:
    """$match"""
    if text is None:
        return None
    _must_count(limit, "D3040", "Third argument of match function must evaluate to a positive number")
    found = Utils.create_sequence()
    for number, one in enumerate(matches_of(matcher, text)):
        if limit is not None and number >= limit:
            break
        found.append({"match": one.text, "index": one.start, "groups": one.groups})
    return found


def contains(text: str | None, wanted: Any) -> bool | None:
    """$contains"""
    if text is None or wanted is None:
        return None
    if isinstance(wanted, str):
        return wanted in text
    return next(matches_of(wanted, text), None) is not None


def split(text: str | None, separator: Any, limit: float | None) -> list[str] | None:
    """$split"""
    if text is None or separator is None:
        return None
    _must_count(limit, "D3020", "Third argument of split function must evaluate to a positive number")
    if isinstance(separator, str):
        parts = text.split(separator) if separator else list(text)
    else:
        parts, at = [], 0
        for one in matches_of(separator, text):
            parts.append(text[at : one.start])
            at = one.end
        parts.append(text[at:])
    return parts if limit is None else parts[: int(limit)]


def replace(text: str | None, pattern: Any, replacement: Any, limit: float | None) -> str | None:
    """$replace"""
    if text is None or pattern is None or replacement is None:
        return None
    if pattern == "":
        raise Refusal("D3010", "Second argument of replace function cannot be an empty string")
    _must_count(limit, "D3011", "Fourth argument of replace function must evaluate to a positive number")
    if isinstance(pattern, str):
        if isinstance(replacement, str):
            return text.replace(pattern, replacement, -1 if limit is None else int(limit))
        matches = _regex_matches(re.compile(re.escape(pattern)), text)
    else:
        matches = matches_of(pattern, text)
    made, at = "", 0
    for number, one in enumerate(matches):
        if limit is not None and number >= limit:
            break
        new = _substituted(replacement, one) if isinstance(replacement, str) else Functions.func_apply(replacement, [one.as_object()])
        if not isinstance(new, str):
            raise Refusal("D3012", "Attempted to replace a matched string with a non-string value")
        made += text[at : one.start] + new
        at = one.end
    return made + text[at:]


def _substituted(template: str, match: Match) -> str:
    """`$0` the match, `$1` … its groups, `$$` a dollar; of `$12` with two groups, the group is 1."""
    digits = len(str(len(match.groups)))

    def part(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        if found[1] == "0":
            return match.text
        number = int(found[2])
        rest = found[0][1 + len(found[2]) :]
        while number > len(match.groups) and number > 9:
            number, rest = number // 10, f"{number % 10}{rest}"
        return (match.groups[number - 1] if 0 < number <= len(match.groups) else "") + rest

    return re.sub(rf"\$(?:(\$|0)|(\d{{1,{digits}}}))", part, template)


def _must_count(limit: float | None, code: str, otherwise: str) -> None:
    if limit is Utils.NULL_VALUE:
        raise Refusal(
            "T0410", f'Argument {3 if code != "D3011" else 4} of function "{otherwise.split()[3]}" does not match function signature'
        )
    if limit is not None and limit < 0:
        raise Refusal(code, otherwise)
