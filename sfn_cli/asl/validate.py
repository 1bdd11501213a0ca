"""The one validator of definitions: every problem in one go, in AWS's codes and words.

It walks machines and their states; what a field may hold is checked by its kind (fields.py), in value_checks.py,
choice_checks.py and retry_checks.py. What passes here can be loaded (`state_machine.load`). Texts marked (ours) are
not known from AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.asl.choice_checks import check_choices
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.diagnostic import INVALID_JSON, MISSING_TARGET, SCHEMA, Diagnostic, Findings
from sfn_cli.asl.fields import ENDLESS_TYPES, MACHINE_FIELDS, REQUIRED_FIELDS, STATE_FIELDS, Kind
from sfn_cli.asl.retry_checks import check_catch, check_retry
from sfn_cli.asl.value_checks import VALUE_CHECKS, Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sfn_cli.jsonvalue import Json

MAX_DEPTH = 100
"""How deep machines may nest in machines. (ours: AWS bounds the text's size only)"""


def validate(definition: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """Every problem of a definition's text, in its order; empty when it is valid."""
    return _validate(definition, Findings(express=machine_type == "EXPRESS"), _Machines.check_all)


def validate_tested(definition: str) -> list[Diagnostic]:
    """As `validate`, for a machine of which one state is tested: no Map runs, so each may be of any mode."""
    return _validate(definition, Findings(express=False, any_mode=True), _Machines.check_all)


def validate_state(definition: str, location: str) -> list[Diagnostic]:
    """Every problem of a text that is one state, to be tested. Where its transitions lead is nowhere to be seen."""

    def check(machines: _Machines, state: Mapping[str, Json]) -> None:
        machines.state(state, location, JSONPATH)

    return _validate(definition, Findings(express=False, any_mode=True), check)


def _validate(definition: str, findings: Findings, check: Callable[[_Machines, Mapping[str, Json]], None]) -> list[Diagnostic]:
    if not definition.strip():
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    try:
        value = json_text.read(definition)
    except json_text.NotJson as error:
        place = f'[Source: (String)"{definition}"; line: {error.line}, column: {error.column}]'
        return [Diagnostic("ERROR", INVALID_JSON, error.message, place)]
    if not isinstance(value, dict):
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    try:
        check(_Machines(findings, language=JSONATA if value.get("QueryLanguage") == JSONATA else JSONPATH), value)
    except RecursionError:
        findings.error("", "The definition is nested too deeply")  # (ours)
    return findings.found


class _Machines:
    """Walks a machine, and those within it."""

    def __init__(self, findings: Findings, *, language: str) -> None:
        self.findings = findings
        self.language_of_all = language
        self.depth = 0
        self.checks: Mapping[Kind, Check] = {
            **VALUE_CHECKS,
            "retry": check_retry,
            "catch": check_catch,
            "choices": check_choices,
            "branches": self.check_branches,
            "processor": self.check_processor,
        }

    def check_all(self, machine: Mapping[str, Json]) -> None:
        self.check(machine, "", JSONPATH)

    def check(self, machine: Mapping[str, Json], location: str, language: str, also: Iterable[str] = ()) -> None:
        """A machine, a branch or a processor; `also` names the fields that it may have besides."""
        findings = self.findings
        findings.require(machine, ("States", "StartAt"), location)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            findings.error(location, f"Machines nest deeper than {MAX_DEPTH} levels")
            self.depth -= 1
            return
        for name, value in machine.items():
            if name in MACHINE_FIELDS:
                self.checks[MACHINE_FIELDS[name]](findings, value, f"{location}/{name}", JSONPATH, "")
            elif name not in also:
                findings.unsupported(name, location)
        language = self.language(machine, location, language)
        states = machine.get("States")
        if isinstance(states, dict):
            self.states(states, machine.get("StartAt"), location, language)
        self.depth -= 1

    def language(self, fields: Mapping[str, Json], location: str, outer: str) -> str:
        own = fields.get("QueryLanguage", outer)
        if own not in (JSONPATH, JSONATA):
            self.findings.error(
                f"{location}/QueryLanguage", f"The field 'QueryLanguage' should have one of these values: [{JSONPATH}, {JSONATA}]"
            )
            return outer
        if own == JSONPATH and outer == JSONATA:
            self.findings.error(location, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
        return str(own)

    def states(self, states: Mapping[str, Json], start_at: Json, location: str, language: str) -> None:
        findings = self.findings
        if not states:
            findings.error(f"{location}/States", "Value cannot be empty")
        start = start_at if isinstance(start_at, str) else None
        if start is not None and start not in states:
            findings.error(f"{location}/StartAt", f"Missing 'Next' target: {start}", MISSING_TARGET)
        reached = {start}
        for name, state in states.items():
            at = f"{location}/States/{_pointer(name)}"
            if not _is_text(name):
                findings.error(at.encode("ascii", "backslashreplace").decode(), "State name is not valid Unicode")
            if len(name) > 80:
                findings.error(at, "State name is longer than 80 characters")
            if not isinstance(state, dict):
                findings.error(at, "Expected value of type Object")
                continue
            self.state(state, at, language)
            for field, target in _targets(state, at):
                reached.add(target)
                if target not in states:
                    findings.error(field, f"Missing 'Next' target: {target}", MISSING_TARGET)
        for name in states:
            if start in states and name not in reached:
                findings.error(f"{location}/States/{_pointer(name)}", f'State "{name}" is not reachable.', MISSING_TARGET)

    def state(self, state: Mapping[str, Json], location: str, outer: str) -> None:
        findings = self.findings
        type_ = state.get("Type")
        if type_ is None:
            findings.error(location, "These fields are required: [Type]")
            return
        if not isinstance(type_, str) or type_ not in STATE_FIELDS:
            findings.error(f"{location}/Type", f"The field 'Type' should have one of these values: [{', '.join(_TYPE_ORDER)}]")
            return
        language = self.language(state, location, outer)
        kinds = STATE_FIELDS[type_][language]
        processor = ("ItemProcessor",) if type_ == "Map" and "Iterator" not in state else ()
        findings.require(state, (*REQUIRED_FIELDS.get(type_, ()), *processor), location)
        if type_ not in ENDLESS_TYPES:
            self.transition(state, location)
        for name, value in state.items():
            if name in kinds:
                self.checks[kinds[name]](findings, value, f"{location}/{name}", language, name)
            else:
                findings.unsupported(name, location)
        if type_ == "Wait":
            self.exactly_one(state, ("Seconds", "Timestamp", "SecondsPath", "TimestampPath"), location)
        for name in ("TimeoutSeconds", "HeartbeatSeconds", "Error", "Cause", "MaxConcurrency"):
            if name in state and f"{name}Path" in state:
                findings.error(location, f"Only one of these fields is allowed: [{name}, {name}Path]")

    def transition(self, state: Mapping[str, Json], location: str) -> None:
        if "Next" in state and "End" in state:
            self.findings.error(location, "Only one of these fields is allowed: [Next, End]")
        elif state.get("End") is not True and "Next" not in state:
            self.findings.error(location, "One of these fields is required: [Next, End]")

    def exactly_one(self, fields: Mapping[str, Json], names: tuple[str, ...], location: str) -> None:
        given = [name for name in names if name in fields]
        if len(given) != 1:
            word = "One" if not given else "Only one"
            verb = "required" if not given else "allowed"
            self.findings.error(location, f"{word} of these fields is {verb}: [{', '.join(names)}]")

    # A state's own QueryLanguage is not handed down: the states within it have the whole machine's.

    def check_branches(self, findings: Findings, value: Json, location: str, language: str, name: str) -> None:
        if value == []:
            findings.error(location, "Value cannot be empty")
        for at, branch in findings.entries(value, location):
            self.check(branch, at, self.language_of_all)

    def check_processor(self, findings: Findings, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, dict):
            findings.error(location, "Expected value of type Object")
            return
        self.check(value, location, self.language_of_all, also=("ProcessorConfig",))


_TYPE_ORDER = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


def _targets(state: Mapping[str, Any], location: str) -> Iterable[tuple[str, str]]:
    """The states that a state may go on to, each with the location that names it."""
    for field in ("Next", "Default"):
        if isinstance(state.get(field), str):
            yield f"{location}/{field}", state[field]
    for field in ("Catch", "Choices"):
        entries = state.get(field)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, dict) and isinstance(entry.get("Next"), str):
                yield f"{location}/{field}/{index}/Next", entry["Next"]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _pointer(name: str) -> str:
    """A name as a JSON pointer has it."""
    return name.replace("~", "~0").replace("/", "~1")
