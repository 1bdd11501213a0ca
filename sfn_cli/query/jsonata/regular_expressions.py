"""Regular expressions in JSONata: $match, $contains, $replace and $split.

They are reimplemented because the engine's functions confuse the groups of a match and replace text that
they have already replaced. A *matcher* is a compiled regular expression or, in JSONata, any function of
a string that returns {"match", "start", "end", "groups", "next"}. The package `regex` is used because it
can stop an endless search, and lets other threads run during a search.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from jsonata.functions import Functions
from jsonata.jsonata import Jsonata
from jsonata.utils import Utils

from sfn_cli.query.jsonata.limits import TOO_LONG, check_items_limit, check_length_limit, current_allowance
from sfn_cli.query.jsonata.messages import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex


class RegexMatch(NamedTuple):
    text: str
    start: int
    end: int
    groups: list[str]

    def as_object(self) -> dict[str, Any]:
        return {"match": self.text, "start": self.start, "end": self.end, "groups": self.groups}


def compile_regex(pattern: str, flags: Any) -> regex.Pattern[str]:
    """Compiles a JavaScript pattern for Python. Raises Refusal if it is invalid.

    `$` matches only at the end, \\d and \\w are ASCII, and a brace need not be a quantifier.
    """
    import regex  # 20 ms

    translated = _DIFFERENT.sub(_translate_regex_token, pattern)
    options = (regex.IGNORECASE if flags.case_insensitive else 0) | (
        regex.MULTILINE if flags.multiline else 0
    )
    if flags.multiline:
        translated = translated.replace(_END, "$")
    try:
        return regex.compile(translated, options)
    except regex.error as error:
        raise Refusal("", f"Invalid regular expression: {error}") from None


def is_regex(value: Any) -> bool:
    """Whether a value of the engine was returned by `compile_regex`."""
    return hasattr(value, "finditer")


_PLAIN = r"[^\\\[\](){}|.*+?^$]"
_LONG = rf"({_PLAIN}{{64}})(?={_PLAIN})"
_SEAM = "(?!(?!))"
"""Always matches. It prevents `regex` from treating a long text as one literal.

Building the tables for a literal takes time cubic in its length, without a timeout (2 minutes for 5,000
equal characters).
"""

_DIFFERENT = re.compile(
    rf"\\(.)|\[((?:[^\]\\]|\\.)*+)\]|\(\?<(?=[A-Za-z_])|\$|\{{(?!\d+(?:,\d*)?\}})|{_LONG}", re.DOTALL
)
_END = r"(?!\n)\Z"
_ASCII = {"d": "0-9", "w": "A-Za-z0-9_"}


def _translate_regex_token(found: re.Match[str]) -> str:
    whole, escaped, characters = found[0], found[1], found[2]
    if found[3] is not None:
        return whole + _SEAM
    if whole == "$":
        return _END
    if whole == "(?<":
        return "(?P<"
    if whole == "{":
        return r"\{"
    if escaped is not None:
        if escaped in "dwDW":
            return f"[{'^' if escaped.isupper() else ''}{_ASCII[escaped.lower()]}]"
        return "/" if escaped == "/" else whole
    inside = re.sub(r"\\([dw/])", lambda one: _ASCII.get(one[1], one[1]), characters)
    inside = inside.replace("[", r"\[")
    return f"[{inside}]" if inside not in ("", "^") else ("(?!)" if not inside else r"[\s\S]")


def regex_matcher_result(pattern: regex.Pattern[str], text: Any) -> Any:
    """Returns the result of calling a regular expression: its first match, and a function for the next."""
    return _link_regex_matches(_regex_matches(pattern, text)) if isinstance(text, str) else None


def _link_regex_matches(matches: Iterator[RegexMatch]) -> Any:
    match = next(matches, None)
    if match is None:
        return None
    return {**match.as_object(), "next": Jsonata.JLambda(lambda: _link_regex_matches(matches))}


def regex_matches_of(matcher: Any, text: str) -> Iterator[RegexMatch]:
    """Yields all matches in order. Raises Refusal for an empty match, as JSONata does."""
    if is_regex(matcher):
        yield from _regex_matches(matcher, text)
        return
    found = Functions.func_apply(matcher, [text])
    while found is not None:
        if not (isinstance(found, dict) and {"match", "start", "end", "groups", "next"} <= found.keys()):
            raise Refusal(
                "T1010",
                "The matcher function argument passed to function "
                "does not return the correct object structure",
            )
        yield RegexMatch(found["match"], found["start"], found["end"], found["groups"])
        found = Functions.func_apply(found["next"], [])


def _regex_matches(pattern: regex.Pattern[str], text: str) -> Iterator[RegexMatch]:
    at = 0
    while (found := search_regex(pattern, text, at)) is not None:
        if not found[0]:
            raise Refusal("D1004", "Regular expression matches zero length string")
        groups = [group or "" for group in found.groups()]
        current_allowance().count_visits(len(groups) + (found.end() - at) // 64)
        at = found.end()
        yield RegexMatch(found[0], found.start(), at, groups)


def search_regex(pattern: regex.Pattern[str], text: str, at: int = 0) -> regex.Match[str] | None:
    """Returns the first match from `at` on.

    Raises Refusal or BudgetExceeded when the search takes too long.
    """
    budget = current_allowance().budget
    if budget.is_over():
        raise Refusal("", TOO_LONG)
    try:
        return pattern.search(text, at, timeout=max(budget.seconds_left, 0.001))
    except TimeoutError:
        budget.run_out()
        raise Refusal("", TOO_LONG) from None


def match_regex(text: str | None, matcher: Any, limit: float | None) -> Any:
    """$match"""
    if text is None:
        return None
    _check_regex_limit(limit, "D3040", "Third argument of match function must evaluate to a positive number")
    found = Utils.create_sequence()
    for number, one in enumerate(regex_matches_of(matcher, text)):
        if limit is not None and number >= limit:
            break
        check_items_limit(number)
        found.append({"match": one.text, "index": one.start, "groups": one.groups})
    return found


def contains_regex(text: str | None, wanted: Any) -> bool | None:
    """$contains"""
    if text is None or wanted is None:
        return None
    if isinstance(wanted, str):
        return wanted in text
    return next(regex_matches_of(wanted, text), None) is not None


def split_by_regex(text: str | None, separator: Any, limit: float | None) -> list[str] | None:
    """$split"""
    if text is None or separator is None:
        return None
    _check_regex_limit(limit, "D3020", "Third argument of split function must evaluate to a positive number")
    if isinstance(separator, str):
        check_items_limit(text.count(separator))
        parts = text.split(separator) if separator else list(text)
    else:
        parts, at = [], 0
        for one in regex_matches_of(separator, text):
            parts.append(text[at : one.start])
            at = one.end
        parts.append(text[at:])
    return parts if limit is None else parts[: int(limit)]


def replace_regex(text: str | None, pattern: Any, replacement: Any, limit: float | None) -> str | None:
    """$replace"""
    if text is None or pattern is None or replacement is None:
        return None
    if pattern == "":
        raise Refusal("D3010", "Second argument of replace function cannot be an empty string")
    _check_regex_limit(
        limit, "D3011", "Fourth argument of replace function must evaluate to a positive number"
    )
    if isinstance(pattern, str):
        if isinstance(replacement, str):
            count = text.count(pattern) if limit is None else min(text.count(pattern), int(limit))
            check_length_limit(len(text) + count * (len(replacement) - len(pattern)))
            return text.replace(pattern, replacement, count)
        matches = _text_occurrences(pattern, text)
    else:
        matches = regex_matches_of(pattern, text)
    result, at = "", 0
    for number, one in enumerate(matches):
        if limit is not None and number >= limit:
            break
        new = (
            _substitute_regex_groups(replacement, one)
            if isinstance(replacement, str)
            else Functions.func_apply(replacement, [one.as_object()])
        )
        if not isinstance(new, str):
            raise Refusal("D3012", "Attempted to replace a matched string with a non-string value")
        result += text[at : one.start] + new
        check_length_limit(len(result))
        at = one.end
    return result + text[at:]


def _text_occurrences(wanted: str, text: str) -> Iterator[RegexMatch]:
    at = text.find(wanted)
    while at >= 0:
        yield RegexMatch(wanted, at, at + len(wanted), [])
        at = text.find(wanted, at + len(wanted))


class BudgetedRe:
    """Replaces `re` where the engine searches a timestamp with a user's picture."""

    IGNORECASE = re.IGNORECASE
    split = staticmethod(re.split)

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        self._pattern = pattern

    @classmethod
    def compile(cls, pattern: str, flags: int = 0) -> BudgetedRe:
        import regex

        try:
            pattern = re.sub(
                rf"\\.|\[[^\]]*\]|{_LONG}", lambda found: found[0] + (_SEAM if found[1] else ""), pattern
            )
            return cls(regex.compile(pattern, regex.IGNORECASE if flags & re.IGNORECASE else 0))
        except regex.error as error:
            raise ValueError(str(error)) from None

    @staticmethod
    def sub(pattern: BudgetedRe, replacement: str, text: str) -> str:
        return pattern._pattern.sub(replacement, text)

    def search(self, text: str) -> regex.Match[str] | None:
        return search_regex(self._pattern, text)


def _substitute_regex_groups(template: str, match: RegexMatch) -> str:
    """Replaces `$0` with the match, `$1` … with its groups, and `$$` with a dollar sign.

    With two groups, `$12` is group 1 followed by a 2.
    """
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


def _check_regex_limit(limit: float | None, code: str, otherwise: str) -> None:
    if limit is Utils.NULL_VALUE:
        raise Refusal(
            "T0410",
            f'Argument {3 if code != "D3011" else 4} of function "{otherwise.split()[3]}" does not match '
            "function signature",
        )
    if limit is not None and limit < 0:
        raise Refusal(code, otherwise)
