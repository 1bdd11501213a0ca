"""Filters in JSONPath, `[?(@.price < 10 && @.isbn)]`: the only importer of jsonpath-ng.

The library parses and evaluates the filter's body; what AWS does not have is refused here first,
and what the library would get wrong is put into a form that it gets right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json
    from sfn_cli.query.limits import Patience

_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_PIECE = re.compile(rf"({_TEXT})|(.[^'\"]*)", re.DOTALL)
_REFUSED = re.compile(r"=~|(?<![\w.$@-])(?:in|nin|subsetof|anyof|noneof|size|empty|contains)(?![\w-])")
_ROOT = re.compile(r"(?<![\w.])\$")
_FUNCTION = re.compile(r"[\w-]+\(\)")
_ARITHMETIC = re.compile(r"(?<=[\w\])])\s*[+*/%]\s*(?=[\w@(])|\s-\s")
_LITERAL_FIRST = re.compile(rf"(?<![\w.\]@-])({_TEXT}|-?\d[\w.]*|true|false|null)\s*(==|!=|<=|>=|<|>)\s*(@[\w.\-\[\]]*)")
_SINGLE_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_UNUSUAL_NAME = re.compile(r"\.([^\s.\[\]()'\"=!<>&|*?,]*[^\x00-\x7f][^\s.\[\]()'\"=!<>&|*?,]*)")


def compile_filter(body: str) -> Callable[[list[Json], Patience], list[Json]]:
    """A function that keeps the objects for which `body` holds; it stops when patience is over. Raises ValueError."""
    bare = "".join("''" if quoted else other for quoted, other in _PIECE.findall(body))
    for pattern, what in (
        (_REFUSED, "the operator"),
        (_ROOT, "a reference to the document,"),
        (_FUNCTION, "the function"),
        (_ARITHMETIC, "the arithmetic operator"),
        (_SINGLE_EQUALS, "the operator"),
    ):
        if found := pattern.search(bare):
            raise ValueError(f"{what} '{found.group().strip()}' is not supported in a filter")
    expression = _parse(_reworded(body))

    def matching(items: list[Json], patience: Patience) -> list[Json]:
        # Observed at AWS: `@` stands for objects only, so `[?(@ > 1)]` keeps nothing.
        objects = [item for item in items if isinstance(item, dict)]
        kept: list[Json] = []
        for start in range(0, len(objects), 256):
            kept += [match.value for match in expression.find(objects[start : start + 256])]
            if patience.is_over():
                break
        return kept

    return matching


def _reworded(body: str) -> str:
    """`1 < @.a` as `@.a > 1`, and `@.é` as `@['é']`: the library misreads the first, and refuses the second."""

    def mirrored(found: re.Match[str]) -> str:
        literal, operator, path = found.groups()
        return f"{path} {_MIRRORED.get(operator, operator)} {literal}"

    swapped = _LITERAL_FIRST.sub(mirrored, _ESCAPED.sub(lambda code: chr(int(code[1], 16)), body))
    return "".join(quoted or _UNUSUAL_NAME.sub(r"['\1']", other) for quoted, other in _PIECE.findall(swapped))


def _parse(body: str):  # type: ignore[no-untyped-def]  # the library has no types
    from jsonpath_ng.exceptions import JSONPathError  # 60 ms: only for filters
    from jsonpath_ng.ext.parser import parse

    try:
        return parse(f"$[?({body})]")
    except JSONPathError as error:
        raise ValueError(f"the filter '{body}' does not parse: {error}") from None
