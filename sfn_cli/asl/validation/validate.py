"""The definition validator: reports every problem at once, with AWS's codes and messages.

It walks machines and their states, and checks each field's value by its kind (fields.py), in the
`…_checks.py` modules. A definition without errors can be loaded (`state_machine.load_machine`).
Messages marked (ours) are sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.choice_checks import check_choices
from sfn_cli.asl.validation.definition_text import read_definition, repeated_definition_names
from sfn_cli.asl.validation.diagnostic import (
    DUPLICATE_STATE,
    INVALID_STATE_NAME,
    MISSING_END,
    MISSING_TARGET,
    TOO_DEEP,
    Diagnostic,
    Findings,
)
from sfn_cli.asl.validation.expression_checks import readable_states_fields
from sfn_cli.asl.validation.fields import (
    ENDLESS_TYPES,
    EXCLUSIVE_FIELDS,
    MACHINE_FIELDS,
    REQUIRED_FIELDS,
    STATE_FIELDS,
    Kind,
)
from sfn_cli.asl.validation.map_checks import (
    check_item_batcher,
    check_item_reader,
    check_label,
    check_map,
    check_processor_config,
    check_result_writer,
)
from sfn_cli.asl.validation.retry_checks import check_catch, check_retry
from sfn_cli.asl.validation.task_checks import check_task
from sfn_cli.asl.validation.transitions import is_terminal_state, transition_targets
from sfn_cli.asl.validation.value_checks import VALUE_CHECKS, Check
from sfn_cli.asl.validation.variables.scope_checks import check_scopes
from sfn_cli.json_pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json

MAX_DEPTH = 100
"""The maximum nesting of machines in machines. (ours: AWS does not document its limit)"""


IsAvailable = Callable[["Resource"], bool]
"""Whether sfn can run a task with a resource that AWS supports."""


def validate(
    definition: str, machine_type: str = "STANDARD", *, is_available: IsAvailable | None = None
) -> list[Diagnostic]:
    """Returns every problem of a definition's text: first those of fields, then of transitions.

    Without `is_available`, every integration of AWS is treated as available.
    """
    return _validate(
        definition,
        Findings(express=machine_type == "EXPRESS", is_available=is_available),
        _MachineValidation.check_all,
    )


def validate_state(
    definition: str, location: str, *, is_available: IsAvailable | None = None
) -> list[Diagnostic]:
    """Returns every problem of the text of a single state, for TestState.

    The targets of its transitions are not checked.
    """

    def check(machines: _MachineValidation, state: Mapping[str, Json]) -> None:
        machines.state(state, location, JSONPATH)
        machines.all_transitions()

    return _validate(definition, Findings(express=False, is_available=is_available), check)


def _validate(
    definition: str, findings: Findings, check: Callable[[_MachineValidation, Mapping[str, Json]], None]
) -> list[Diagnostic]:
    machine = read_definition(definition)
    if isinstance(machine, Diagnostic):
        return [machine]
    try:
        check(
            _MachineValidation(
                findings, language=_valid_query_language(machine.get("QueryLanguage", JSONPATH))
            ),
            machine,
        )
    except RecursionError:
        findings.error("", "The definition is nested too deeply", TOO_DEEP)  # (ours)
    return findings.found


class _MachineValidation:
    """A walk over a machine and its nested machines."""

    def __init__(self, findings: Findings, *, language: str) -> None:
        self.findings = findings
        self.language_of_all = language
        self.depth = 0
        self.machines: list[tuple[Mapping[str, Json], Json, str, int]] = []
        """The states of each machine, with its StartAt, location and depth, for `transitions`."""
        self.checks: Mapping[Kind, Check] = {
            **VALUE_CHECKS,
            "retry": check_retry,
            "catch": check_catch,
            "choices": check_choices,
            "branches": self.check_branches,
            "processor": self.check_processor,
            "label": check_label,
            "item reader": check_item_reader,
            "item batcher": check_item_batcher,
            "result writer": check_result_writer,
        }

    def check_all(self, machine: Mapping[str, Json]) -> None:
        self.check(machine, "", JSONPATH)
        self.all_transitions()
        if not any(fault.severity == "ERROR" for fault in self.findings.found):
            check_scopes(self.findings, machine, self.language_of_all)

    def check(
        self, machine: Mapping[str, Json], location: str, language: str, also: Iterable[str] = ()
    ) -> None:
        """Checks a machine, a branch or a processor; `also` names further fields it may have."""
        findings = self.findings
        findings.require(machine, ("States", "StartAt"), location)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            findings.error(location, f"Machines nest deeper than {MAX_DEPTH} levels", TOO_DEEP)
            self.depth -= 1
            return
        for name, value in machine.items():
            if name in MACHINE_FIELDS:
                self.checks[MACHINE_FIELDS[name]](findings, value, f"{location}/{name}", JSONPATH, "")
            elif name not in also:
                findings.unsupported_field(name, location)
        language = self.language(machine, location, language)
        states = machine.get("States")
        if isinstance(states, dict):
            self.machines.append((states, machine.get("StartAt"), location, self.depth))
            self.states(states, location, language)
        self.depth -= 1

    def language(self, fields: Mapping[str, Json], location: str, outer: str) -> str:
        if "QueryLanguage" not in fields:
            return outer
        given = fields["QueryLanguage"]
        self.findings.one_of(given, (JSONPATH, JSONATA), f"{location}/QueryLanguage")
        own = _valid_query_language(given)
        if own == JSONPATH and outer == JSONATA:
            self.findings.error(
                location, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
            )
        return own

    def states(self, states: Mapping[str, Json], location: str, language: str) -> None:
        findings = self.findings
        if not states:
            findings.error(f"{location}/States", "Value cannot be empty")
        for name in repeated_definition_names(states):
            findings.error(
                f"{location}/States/{pointer(name)}", f"Duplicate State name: {name}", DUPLICATE_STATE
            )
        for name, state in states.items():
            at = f"{location}/States/{pointer(name)}"
            self.name(name, at)
            if findings.is_a("Object", state, at):
                self.state(state, at, language)

    def all_transitions(self) -> None:
        """Checks the transitions of all machines. Observed: AWS does it after the fields."""
        for machine in self.machines:
            self.transitions(*machine)

    def transitions(self, states: Mapping[str, Json], start_at: Json, location: str, depth: int) -> None:
        """Checks that all transitions of a machine have targets, and that all states can be reached."""
        findings = self.findings
        start = start_at if isinstance(start_at, str) else None
        if start is not None and start not in states:
            findings.error(f"{location}/StartAt", f"Missing 'Next' target: {start}", MISSING_TARGET)
        reached = {start}
        for name, state in states.items():
            if not isinstance(state, dict):
                continue
            at = f"{location}/States/{pointer(name)}"
            for field, target in transition_targets(state, at):
                reached.add(target)
                if target not in states:
                    findings.error(field, f"Missing 'Next' target: {target}", MISSING_TARGET)
        if depth == 1 and not any(map(is_terminal_state, states.values())):
            # Observed: AWS then does not check for unreachable states.
            findings.of_the_whole("Workflow has no terminal state", MISSING_END)
            return
        for name in states:
            if start is not None and name not in reached:
                findings.error(
                    f"{location}/States/{pointer(name)}", f'State "{name}" is not reachable.', MISSING_TARGET
                )

    def name(self, name: str, at: str) -> None:
        findings = self.findings
        if not _is_valid_state_name(name):
            at = at.encode("ascii", "backslashreplace").decode()
            findings.error(at, "State name is not valid Unicode", INVALID_STATE_NAME)  # (ours)
        if len(name) > quotas.STATE_NAME_CHARACTERS:
            message = (
                f"Invalid State name: State '{name}' "
                f"exceeds the {quotas.STATE_NAME_CHARACTERS}-character limit allowed by the service"
            )
            findings.error(at, message, INVALID_STATE_NAME)
        if name in findings.states:
            findings.error(at, f"Duplicate State name: {name}", DUPLICATE_STATE)
        findings.states.add(name)

    def state(self, state: Mapping[str, Json], location: str, outer: str) -> None:
        findings = self.findings
        type_ = state.get("Type")
        if type_ is None:
            # As for CSVHeaderLocation, the other field that decides which fields a thing has.
            findings.error(location, "The field 'Type' is required")
            return
        if not isinstance(type_, str) or type_ not in STATE_FIELDS:
            findings.error(
                f"{location}/Type",
                f"The field 'Type' should have one of these values: [{', '.join(_TYPE_ORDER)}]",
            )
            return
        language = self.language(state, location, outer)
        findings.require(state, REQUIRED_FIELDS.get(type_, ()), location)
        if type_ not in ENDLESS_TYPES:
            self.transition(state, location)
        self.fields(state, type_, location, language)
        if type_ == "Wait":
            forms = (
                ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")
                if language == JSONPATH
                else ("Seconds", "Timestamp")
            )
            findings.only_one(state, forms, location, required=True)
        elif type_ == "Task":
            check_task(findings, state, location, language)
        elif type_ == "Map":
            check_map(findings, state, location)
        for pair in EXCLUSIVE_FIELDS:
            findings.only_one(state, pair, location)

    def fields(self, state: Mapping[str, Json], type_: str, location: str, language: str) -> None:
        kinds, findings = STATE_FIELDS[type_][language], self.findings
        other = JSONPATH if language == JSONATA else JSONATA
        for name, value in state.items():
            findings.readable = readable_states_fields(type_, name)
            if name in kinds:
                self.checks[kinds[name]](findings, value, f"{location}/{name}", language, name)
            elif name in STATE_FIELDS[type_][other]:
                findings.other_language(name, location, language, other)
            else:
                findings.unsupported_field(name, location)

    def transition(self, state: Mapping[str, Json], location: str) -> None:
        given = [name for name in ("Next", "End") if name in state and state[name] is not False]
        self.findings.only_one(dict.fromkeys(given), ("Next", "End"), location, required=True)

    # A state's QueryLanguage is not inherited: nested states use that of the whole machine.

    def check_branches(
        self, findings: Findings, value: Json, location: str, language: str, name: str
    ) -> None:
        if value == []:
            findings.error(location, "Value cannot be empty")
        for at, branch in findings.entries(value, location):
            self.check(self.without_language(branch, at), at, self.language_of_all)

    def check_processor(
        self, findings: Findings, value: Json, location: str, language: str, name: str
    ) -> None:
        if not findings.is_a("Object", value, location):
            return
        config = value.get("ProcessorConfig", {})
        check_processor_config(findings, config, f"{location}/ProcessorConfig")
        machine = self.without_language(value, location)
        express = findings.express
        findings.express = express or (isinstance(config, dict) and config.get("ExecutionType") == "EXPRESS")
        self.check(machine, location, self.language_of_all, also=("ProcessorConfig",))
        findings.express = express

    def without_language(self, machine: Mapping[str, Json], location: str) -> Mapping[str, Json]:
        """Returns a nested machine without a QueryLanguage, which it must not have."""
        if "QueryLanguage" not in machine:
            return machine
        self.findings.unsupported_field("QueryLanguage", location)
        return {name: field for name, field in machine.items() if name != "QueryLanguage"}


_TYPE_ORDER = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


def _valid_query_language(language: Json) -> str:
    """Returns the query language that a QueryLanguage selects.

    Observed: every value except exactly JSONPath counts as JSONata.
    """
    return JSONPATH if language == JSONPATH else JSONATA


def _is_valid_state_name(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True
