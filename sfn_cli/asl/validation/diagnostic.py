"""What is wrong with a definition: diagnostics in AWS's codes and words, gathered while it is checked.

API: ValidateStateMachineDefinition, ValidateStateMachineDefinitionDiagnostic. Locations are what
AWS makes of JSON pointers: an index stands in brackets ("/States/Pay/Retry[0]/ErrorEquals").
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
"""AWS's, and not sfn's. (ours)"""

NO_DOLLAR = "NO_DOLLAR"
NO_PATH = "NO_PATH"
STATIC_RESULT = "PASS_RESULT_IS_STATIC"


class Diagnostic(NamedTuple):
    """One problem; `location` is None when the whole text is at fault."""

    severity: str
    code: str
    message: str
    location: str | None = None


_KINDS: Mapping[str, type] = {"Object": dict, "Array": list, "String": str}


class Findings:
    """The problems found so far. `express` says for which type of machine; `is_available`, whether tasks on a
    resource that AWS has can be carried out here.

    `catching`, while a Catcher is checked: it may read `$states.errorOutput`. `states` and `labels` are the
    names met so far, which must be unique in the whole machine.
    """

    def __init__(self, *, express: bool, is_available: Callable[[Resource], bool] | None = None) -> None:
        self.found: list[Diagnostic] = []
        self.express = express
        self.is_available = is_available
        self.catching = False
        self.states: set[str] = set()
        self.labels: set[str] = set()

    def error(self, location: str, message: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic("ERROR", code, message, location or "/"))

    def warning(self, location: str, message: str, code: str) -> None:
        self.found.append(Diagnostic("WARNING", code, message, location))

    def of_the_whole(self, message: str, code: str) -> None:
        """An error that has no place of its own."""
        self.found.append(Diagnostic("ERROR", code, message))

    def is_a(self, kind: str, value: Json, location: str) -> bool:
        """Whether the value is of this kind ("Object", "Array", "String"), which it must be."""
        if isinstance(value, _KINDS[kind]):
            return True
        self.error(location, f"Expected value of type {kind}")
        return False

    def entries(self, value: Json, location: str) -> list[tuple[str, Mapping[str, Json]]]:
        """The objects of what must be an array of objects, each with its location."""
        if not self.is_a("Array", value, location):
            return []
        located = [(f"{location}[{index}]", entry) for index, entry in enumerate(value)]
        return [(at, entry) for at, entry in located if self.is_a("Object", entry, at)]

    def require(self, fields: Mapping[str, Json], names: Iterable[str], location: str) -> None:
        """All of the names must be there."""
        missing = [name for name in names if name not in fields]
        if missing:
            self.error(location, f"These fields are required: [{', '.join(missing)}]")

    def only_one(
        self, fields: Mapping[str, Json], names: Sequence[str], location: str, *, required: bool = False
    ) -> None:
        """At most one of the names may be there; if it is `required`, exactly one."""
        given = sum(name in fields for name in names)
        if given > 1:
            self.error(location, f"There should only be one of the following fields: [{', '.join(names)}]")
        elif required and not given:
            self.error(
                location, f"This object should have only one of the following fields: [{', '.join(names)}]"
            )

    def one_of(self, value: Json, choices: Sequence[str], location: str) -> bool:
        """Whether the value is one of the choices, which it must be."""
        if value in choices:
            return True
        self.error(location, f"Value should be one of the following: [{', '.join(choices)}]")
        return False

    def unsupported_field(self, name: str, location: str) -> None:
        self.error(location, f"Field '{name}' is not supported")

    def other_language(self, name: str, location: str, language: str, only: str) -> None:
        """A field that a state of the other query language may have."""
        message = (
            f"The QueryLanguage is set to '{language}', "
            f"but field '{name}' is only supported for the '{only}' QueryLanguage"
        )
        self.error(location, message)
