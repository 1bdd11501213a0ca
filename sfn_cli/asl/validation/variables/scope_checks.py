"""Checks of the scopes of variables: a machine, a branch and a processor are a scope each.

A variable exists in a scope if a state of the scope assigns it. Inner scopes can read it, and must not
assign it. The states of a DISTRIBUTED Map cannot read the variables of outer scopes.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope

The messages are sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.nesting import nested_machines_with_places
from sfn_cli.asl.validation.diagnostic import INVALID_VARIABLE, UNDEFINED_VARIABLE
from sfn_cli.asl.validation.map_checks import DISTRIBUTED, map_mode
from sfn_cli.asl.validation.variables.variable_references import referenced_variables
from sfn_cli.json_pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sfn_cli.asl.validation.diagnostic import Findings

_NOTHING: frozenset[str] = frozenset()


def check_scopes(
    findings: Findings,
    machine: Mapping[str, Any],
    language: str,
    location: str = "",
    outer: frozenset[str] = _NOTHING,
) -> None:
    """Checks a machine without other errors, and its nested machines; `outer` exists outside of it."""
    states: Mapping[str, Mapping[str, Any]] = machine["States"]
    own: set[str] = set()
    for name, state in states.items():
        at = f"{location}/States/{pointer(name)}"
        for place, variable in _assigned_in_scope(state, at):
            own.add(variable)
            if variable in outer:
                findings.error(
                    place,
                    f"Cannot assign variable '{variable}' here: an outer scope assigns it",
                    INVALID_VARIABLE,
                )
    visible = outer | own
    for name, state in states.items():
        at = f"{location}/States/{pointer(name)}"
        for variable in sorted(referenced_variables(state, state.get("QueryLanguage", language)) - visible):
            message = f"The variable '${variable}' may be undefined: no state in its scope assigns it"
            findings.warning(at, message, UNDEFINED_VARIABLE)
        for place, inner in nested_machines_with_places(state):
            distributed = state["Type"] == "Map" and map_mode(inner) == DISTRIBUTED
            check_scopes(findings, inner, language, f"{at}/{place}", _NOTHING if distributed else visible)


def _assigned_in_scope(state: Mapping[str, Any], location: str) -> Iterator[tuple[str, str]]:
    """Yields (location, name) of each variable that a state, its Catchers or its rules assign."""
    holders = [(location, state)]
    for field in ("Catch", "Choices"):
        holders += [(f"{location}/{field}[{index}]", at) for index, at in enumerate(state.get(field, ()))]
    for place, holder in holders:
        for key in holder.get("Assign", ()):
            yield f"{place}/Assign/{pointer(key)}", key.removesuffix(".$")
