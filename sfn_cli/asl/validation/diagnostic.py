"""Diagnostics of a definition, with AWS's codes and messages, collected by the checks.

API: ValidateStateMachineDefinition, ValidateStateMachineDefinitionDiagnostic. Locations are AWS's
form of JSON pointers: an index is in brackets ("/States/Pay/Retry[0]/ErrorEquals").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json

SCHEMA = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON = "INVALID_JSON_DESCRIPTION"
MISSING_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END = "MISSING_END_STATE"
DUPLICATE_STATE = "DUPLICATE_STATE_NAME"
INVALID_STATE_NAME = "INVALID_STATE_NAME"
DUPLICATE_LABEL = "DUPLICATE_LABEL_NAME"
INVALID_LABEL = "INVALID_LABEL_NAME"
INVALID_VARIABLE = "INVALID_VARIABLE_NAME"
RESERVED_VARIABLE = "RESERVED_VARIABLE_NAME"
UNSUPPORTED_JSONATA = "UNSUPPORTED_JSONATA_EXPRESSION"
TOO_DEEP = "TOO_DEEPLY_NESTED"
UNAVAILABLE = "UNAVAILABLE_INTEGRATION"
"""The code for an integration that AWS supports and sfn does not. (ours)"""

NO_DOLLAR = "NO_DOLLAR"
NO_PATH = "NO_PATH"
STATIC_RESULT = "PASS_RESULT_IS_STATIC"
UNDEFINED_VARIABLE = "POSSIBLY_UNDEFINED_VARIABLE"


class Diagnostic(NamedTuple):
    """One problem; `location` is None when it concerns the whole text."""

    severity: str
    code: str
    message: str
    location: str | None = None


_KINDS: Mapping[str, type] = {"Object": dict, "Array": list, "String": str}


class Findings:
    """The problems found so far.

    `express` says whether the machine's type is EXPRESS; `is_available` whether sfn can run a task
    with a resource that AWS supports.

    `readable` are the fields of `$states` that the checked field may read, in addition to `input` and
    `context`. `states` and `labels` are the names found so far, which must be unique in the whole machine.
    """

    def __init__(self, *, express: bool, is_available: Callable[[Resource], bool] | None = None) -> None:
        self.found: list[Diagnostic] = []
        self.express = express
        self.is_available = is_available
        self.readable: frozenset[str] = frozenset()
        self.states: set[str] = set()
        self.labels: set[str] = set()

    def error(self, location: str, message: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic("ERROR", code, message, location or "/"))

    def warning(self, location: str, message: str, code: str) -> None:
        self.found.append(Diagnostic("WARNING", code, message, location))

    def of_the_whole(self, message: str, code: str) -> None:
        """Adds an error that concerns the whole definition."""
        self.found.append(Diagnostic("ERROR", code, message))

    def is_a(self, kind: str, value: Json, location: str) -> bool:
        """Checks that the value is of this kind ("Object", "Array", "String"), and returns whether it is."""
        if isinstance(value, _KINDS[kind]):
            return True
        self.error(location, f"Expected value of type {kind}")
        return False

    def entries(self, value: Json, location: str) -> list[tuple[str, Mapping[str, Json]]]:
        """Returns the objects of a required array of objects, each with its location."""
        if not self.is_a("Array", value, location):
            return []
        located = [(f"{location}[{index}]", entry) for index, entry in enumerate(value)]
        return [(at, entry) for at, entry in located if self.is_a("Object", entry, at)]

    def require(self, fields: Mapping[str, Json], names: Iterable[str], location: str) -> None:
        """Checks that all of the names are present."""
        missing = [name for name in names if name not in fields]
        if missing:
            self.error(location, f"These fields are required: [{', '.join(missing)}]")

    def only_one(
        self, fields: Mapping[str, Json], names: Sequence[str], location: str, *, required: bool = False
    ) -> None:
        """Checks that at most one of the names is present; if `required`, exactly one."""
        given = sum(name in fields for name in names)
        if given > 1:
            self.error(location, f"There should only be one of the following fields: [{', '.join(names)}]")
        elif required and not given:
            self.error(
                location, f"This object should have only one of the following fields: [{', '.join(names)}]"
            )

    def one_of(self, value: Json, choices: Sequence[str], location: str) -> bool:
        """Checks that the value is one of the choices. Returns whether it is."""
        if value in choices:
            return True
        self.error(location, f"Value should be one of the following: [{', '.join(choices)}]")
        return False

    def unsupported_field(self, name: str, location: str) -> None:
        self.error(location, f"Field '{name}' is not supported")

    def other_language(self, name: str, location: str, language: str, only: str) -> None:
        """Adds an error for a field that is only valid in the other query language."""
        message = (
            f"The QueryLanguage is set to '{language}', "
            f"but field '{name}' is only supported for the '{only}' QueryLanguage"
        )
        self.error(location, message)
