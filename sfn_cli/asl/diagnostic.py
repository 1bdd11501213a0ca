"""What is wrong with a definition: diagnostics in AWS's codes and words, gathered while it is checked.

API: ValidateStateMachineDefinition. Locations are JSON pointers ("/States/Pay/Next").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.jsonvalue import Json

SCHEMA = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON = "INVALID_JSON_DESCRIPTION"
MISSING_TARGET = "MISSING_TRANSITION_TARGET"


class Diagnostic(NamedTuple):
    """One problem; `location` is None when the whole text is at fault."""

    severity: str
    code: str
    message: str
    location: str | None = None


class Findings:
    """The problems found so far. `express` says for which type of machine; `any_mode`, that a Map need not run."""

    def __init__(self, *, express: bool, any_mode: bool = False) -> None:
        self.found: list[Diagnostic] = []
        self.express = express
        self.any_mode = any_mode

    def error(self, location: str, message: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic("ERROR", code, message, location or "/"))

    def entries(self, value: Json, location: str) -> list[tuple[str, Mapping[str, Json]]]:
        """The objects of what must be an array of objects, each with its location."""
        if not isinstance(value, list):
            self.error(location, "Expected value of type Array")
            return []
        for index, entry in enumerate(value):
            if not isinstance(entry, dict):
                self.error(f"{location}/{index}", "Expected value of type Object")
        return [(f"{location}/{index}", entry) for index, entry in enumerate(value) if isinstance(entry, dict)]

    def require(self, fields: Mapping[str, Json], names: Iterable[str], location: str) -> None:
        """All of the names must be there."""
        missing = [name for name in names if name not in fields]
        if missing:
            self.error(location, f"These fields are required: [{', '.join(missing)}]")

    def unsupported(self, name: str, location: str) -> None:
        self.error(location, f"The field '{name}' is not supported by Step Functions")
