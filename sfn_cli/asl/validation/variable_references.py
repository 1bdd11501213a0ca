"""Which variables each state of a machine reads, as DescribeStateMachine's variableReferences lists them.

Observed: states are by their own name, wherever in the machine they are; names are sorted; a state
that reads none is left out. In JSONPath, `$name` counts outside of quoted text; in JSONata, the
variables that an expression does not bind itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.nesting import machines_within
from sfn_cli.asl.validation.fields import STATE_FIELDS
from sfn_cli.query.jsonata.expression import compile_field, is_expression

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.asl.validation.fields import Kind

_PATHS: tuple[Kind, ...] = ("path", "reference path", "items path", "path or intrinsic")
_CONSTANTS: tuple[Kind, ...] = ("any", "text", "static result")
_MACHINES: tuple[Kind, ...] = ("branches", "processor")
_TEMPLATE_KINDS: tuple[Kind, ...] = ("template", "variables", "credentials")

_NAME = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<![\w.$])\$([^\W\d]\w*)""", re.DOTALL)


def variable_references(machine: Mapping[str, Any]) -> dict[str, list[str]]:
    """{state: sorted names of the variables that it reads} of a definition that is valid."""
    found: dict[str, list[str]] = {}
    language = machine.get("QueryLanguage", JSONPATH)
    pending = [machine]
    while pending:
        for name, state in pending.pop()["States"].items():
            pending.extend(machines_within(state))
            if names := _names(state, state.get("QueryLanguage", language)):
                found[name] = sorted(names)
    return found


def _names(state: Mapping[str, Any], language: str) -> set[str]:
    names: set[str] = set()
    for field, kind in STATE_FIELDS[state["Type"]][language].items():
        if field not in state or kind in _CONSTANTS or kind in _MACHINES:
            continue
        if language == JSONATA:
            for text in _expressions(state[field]):
                names |= compile_field(text).references[0]
        else:
            for text in (
                [state[field]]
                if kind in _PATHS
                else _inner_expressions(state[field], template=kind in _TEMPLATE_KINDS)
            ):
                names.update(found[1] for found in _NAME.finditer(text or "") if found[1])
    return names


def _expressions(value: Any) -> Iterator[str]:
    """The JSONata strings within a field's value."""
    if is_expression(value):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _expressions(item)


_TEMPLATES = ("Assign", "Parameters", "BatchInput")
"""Where a name that ends in Path may be a user's own, within fields in which it may be the language's."""


def _inner_expressions(value: Any, *, template: bool) -> Iterator[str]:
    """Yields the paths and functions within a field's value: a template, or an object with names of
    the language's own.
    """
    if isinstance(value, list):
        for item in value:
            yield from _inner_expressions(item, template=template)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.endswith(".$") or (
                not template and isinstance(item, str) and (name == "Variable" or name.endswith("Path"))
            ):
                yield item
            else:
                yield from _inner_expressions(item, template=template or name in _TEMPLATES)
