"""The variables that each state of a machine reads: DescribeStateMachine's variableReferences.

Observed: nested states are listed by their own names; variable names are sorted; a state that reads no
variables is left out. In JSONPath, `$name` counts outside of quoted text. In JSONata, variables count if
the expression does not bind them itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.nesting import nested_machines
from sfn_cli.asl.validation.fields import STATE_FIELDS
from sfn_cli.query.jsonata.expression import compile_expression_field, is_expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.asl.validation.fields import Kind

_PATHS: tuple[Kind, ...] = ("path", "reference path", "items path", "number path", "path or intrinsic")
_CONSTANTS: tuple[Kind, ...] = ("any", "text", "static result")
_MACHINES: tuple[Kind, ...] = ("branches", "processor")
_TEMPLATE_KINDS: tuple[Kind, ...] = ("template", "variables", "credentials")

_NAME = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![\w.$])\$([^\W\d]\w*)""", re.DOTALL)


def variable_references(machine: Mapping[str, Any]) -> dict[str, list[str]]:
    """Returns {state: sorted names of the variables that it reads} of a valid definition."""
    found: dict[str, list[str]] = {}
    language = machine.get("QueryLanguage", JSONPATH)
    pending = [machine]
    while pending:
        for name, state in pending.pop()["States"].items():
            pending.extend(nested_machines(state))
            if names := referenced_variables(state, state.get("QueryLanguage", language)):
                found[name] = sorted(names)
    return found


def referenced_variables(state: Mapping[str, Any], language: str) -> set[str]:
    """Returns the names of the variables that a state's own fields read."""
    names: set[str] = set()
    for field, kind in STATE_FIELDS[state["Type"]][language].items():
        if field not in state or kind in _CONSTANTS or kind in _MACHINES:
            continue
        if language == JSONATA:
            for text in _variable_expressions(state[field]):
                names |= compile_expression_field(text).references[0]
        else:
            for text in (
                [state[field]]
                if kind in _PATHS
                else _inner_variable_expressions(state[field], template=kind in _TEMPLATE_KINDS)
            ):
                names.update(found[1] for found in _NAME.finditer(text or "") if found[1])
    return names


def _variable_expressions(value: Any) -> Iterator[str]:
    """Yields the JSONata strings within a field's value."""
    if is_expression(value):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _variable_expressions(item)


_TEMPLATES = ("Assign", "Parameters", "BatchInput")
"""The templates, in which a name ending in Path may be the user's instead of the language's."""


def _inner_variable_expressions(value: Any, *, template: bool) -> Iterator[str]:
    """Yields the paths and functions within a field's value.

    The value is a template, or an object with member names of the language.
    """
    if isinstance(value, list):
        for item in value:
            yield from _inner_variable_expressions(item, template=template)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.endswith(".$") or (
                not template and isinstance(item, str) and (name == "Variable" or name.endswith("Path"))
            ):
                yield item
            else:
                yield from _inner_variable_expressions(item, template=template or name in _TEMPLATES)
