"""Placeholders in a definition: `${Name}`, which CloudFormation, Terraform or Serverless fills in.

AWS stores and uses an unfilled placeholder as it is, for example as a table named `${Table}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli import json_text
from sfn_cli.json_locations import json_line_and_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.jsonvalue import Json

_PLACEHOLDER = re.compile(r"(?<!\$)\$\{([A-Za-z_][\w.]*(?:::?[\w./-]+)*)\}")
"""`${Table}`, `${aws_sqs_queue.q.url}`, `${AWS::Region}`, `${self:custom.table}`; `$${…}` is an escape."""

_IN_JSONATA = re.compile(r"(?<!\$)\$\{([A-Za-z_][\w.]*(?:::[\w.]+)*)\}")
"""Stricter than in other texts: in JSONata, `${a:b}` groups by a, but `${a}` and `::` are not valid."""

_ANY = re.compile(r"\$\{([^{}]+)\}")


def fill_placeholders(definition: str, values: Mapping[str, str]) -> str:
    """Returns a definition with `${Name}` replaced with given values (DefinitionSubstitutions)."""
    return _ANY.sub(lambda found: values.get(found[1], found[0]), definition)


def unfilled_placeholders(definition: str) -> tuple[str, ...]:
    """Returns the distinct names of `${Name}` in a definition, in order, except in comments.

    A definition that is not JSON is searched as one text.
    """
    if "${" not in definition:
        return ()
    try:
        value = json_text.loads_json(definition)
    except ValueError:
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(definition)))
    return tuple(dict.fromkeys(_placeholders_in_value(value)))


def describe_unfilled_placeholder(name: str, text: str, source: str) -> str:
    """Returns the warning for an unfilled placeholder, with its first place in the text of a file."""
    offset = text.find(f"${{{name}}}")
    place = source if offset < 0 else ":".join(map(str, (source, *json_line_and_column(text, offset))))
    return f"{place}: ${{{name}}} has no value and stays as it is."


def _placeholders_in_value(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        is_jsonata = value.startswith("{%") and value.endswith("%}")
        yield from (_IN_JSONATA if is_jsonata else _PLACEHOLDER).findall(value)
    elif isinstance(value, list):
        for item in value:
            yield from _placeholders_in_value(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _PLACEHOLDER.findall(name)
            if name != "Comment":
                yield from _placeholders_in_value(item)
