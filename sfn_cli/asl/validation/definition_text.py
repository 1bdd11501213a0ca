"""The definition parser of the validator, which also records duplicate names of members."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.asl.validation.diagnostic import INVALID_JSON, SCHEMA, Diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.jsonvalue import Json


def read_definition(definition: str) -> Mapping[str, Json] | Diagnostic:
    """Parses a definition. Returns its object, or the problem of a text that has none."""
    if not definition.strip():
        return _NO_OBJECT
    try:
        json_text.read_json(definition)
    except json_text.NotJson as error:
        source = f"(String){_definition_snippet(definition)}"
        place = f"[Source: {source}; line: {error.line}, column: {error.column}]"
        return Diagnostic("ERROR", INVALID_JSON, error.message, place)
    value = json.loads(definition, object_pairs_hook=_DefinitionFields)
    return value if isinstance(value, dict) else _NO_OBJECT


def _definition_snippet(definition: str) -> str:
    """Returns the beginning of the text in double quotes, as Jackson shows it."""
    more = len(definition) - _MAX_SNIPPET
    return f'"{definition}"' if more <= 0 else f'"{definition[:_MAX_SNIPPET]}"[truncated {more} chars]'


_MAX_SNIPPET = 500
_NO_OBJECT = Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")


def repeated_definition_names(fields: Mapping[str, Json]) -> Sequence[str]:
    """Returns the names that occur more than once in an object of the text.

    JSON parsers use their last value.
    """
    return fields.repeated if isinstance(fields, _DefinitionFields) else ()


class _DefinitionFields(dict[str, Any]):
    """An object of the text, with its duplicate names."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: Sequence[str] = ()
        if len(self) < len(pairs):
            self.repeated = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
