"""Paths within a filter, `@.price` and `@.tags[0]`, evaluated on one item.

This is the only module that imports jsonpath-ng. The names at the start of a path are evaluated here;
jsonpath-ng evaluates the rest (`[0]`, `[*].a`, `..b`) if it has the same meaning in Jayway. A path that
could name several values returns a list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sfn_cli.query.jsonpath.comparison import MISSING

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

Value = Callable[[Any], Any]
"""Returns the value of a part of a filter for an item."""

MAX_STEPS = 100
"""The maximum number of steps after the names, because jsonpath-ng recurses for each. (ours)"""

TEXT = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_NAME = r"""[^\s.\[\](){}'"=!<>&|*?,+/%~`]++"""
_MEMBER = re.compile(rf"\.({_NAME})|\.?\[\s*+({TEXT})\s*+\]", re.DOTALL)
_FURTHER = re.compile(rf"(?:\.\.?(?:\*|{_NAME})|(?:\.\.?)?\[(?:[^\[\]'\"?`]|{TEXT})*+\])++", re.DOTALL)
_UNUSUAL_NAME = re.compile(rf"({TEXT})|(?<=\.)({_NAME})", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def path_of_item(text: str, at: int) -> tuple[Value, int]:
    """Returns the path that follows the `@` before `at`, and its end. Raises ValueError.

    The path's value is MISSING if it names nothing in the item.
    """
    names: list[str] = []
    while member := _MEMBER.match(text, at):
        names.append(member[1] or unescape_item_text(member[2][1:-1]))
        at = member.end()
    further = _FURTHER.match(text, at)
    at = at if further is None else further.end()
    if text.startswith("(", at):
        function = re.split(r"[.\]]", text[:at])[-1]
        raise ValueError(f"the function '{function}()' is not supported in a filter")
    if further is not None:
        rest = _further_path_of_item(further[0])
        return lambda item: rest(_item_member(item, names)), at
    if len(names) == 1:
        (only,) = names
        return lambda item: item.get(only, MISSING) if isinstance(item, dict) else MISSING, at
    return lambda item: _item_member(item, names), at


def unescape_item_text(quoted: str) -> str:
    """Unescapes text as in a Java string: `\\n`, `\\u00e9`.

    A backslash before any other character is dropped.
    """
    return _ESCAPE.sub(
        lambda code: chr(int(code[1], 16)) if code[1] else _ESCAPES.get(code[2], code[2]), quoted
    )


def _item_member(item: Json, names: list[str]) -> Any:
    """Returns the value at the names in the item, or MISSING."""
    for name in names:
        if not isinstance(item, dict) or name not in item:
            return MISSING
        item = item[name]
    return item


def _further_path_of_item(text: str) -> Value:
    """Compiles the steps after the names. Raises ValueError."""
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.jsonpath import Child, Descendants, Fields, Index, Root, Slice, Wildcard  # 50 ms
    from jsonpath_ng.parser import parse

    # The library rejects names that are not ASCII or begin with a digit, unless they are quoted.
    quoted = _UNUSUAL_NAME.sub(lambda part: part[1] or "'" + part[2].replace("\\", "\\\\") + "'", text)
    try:
        expression = parse("$" + quoted)
    except JSONPathError as error:
        raise ValueError(f"the path '{text}' in a filter is invalid: {error}") from None
    several = False
    steps = 0
    waiting = [expression]
    while waiting:
        steps += 1
        if steps > MAX_STEPS:  # the library recurses for each
            raise ValueError("a path in the filter has too many steps")
        match waiting.pop():
            case Root() | Index(indices=(_,)) | Fields(fields=(_,)):
                pass
            case Child(left=left, right=right):
                waiting += [left, right]
            case Descendants(left=left, right=right):
                several = True
                waiting += [left, right]
            case (
                Wildcard() | Slice(start=int(), end=None, step=None) | Slice(start=None, end=int(), step=None)
            ):
                several = True
            case Slice(start=int(start), end=int(end), step=None) if start >= 0 <= end:
                several = True
            case step:  # steps with another meaning in Jayway
                raise ValueError(f"the step '{step}' is not supported in a filter")

    def values(item: Any) -> Any:
        if item is MISSING:
            return MISSING
        found = [match.value for match in expression.find(item)]
        return found if several else found[0] if found else MISSING

    return values
