"""The one validator of definitions: every problem in one go, in AWS's codes and words.

API: ValidateStateMachineDefinition. Locations are JSON pointers ("/States/Pay/Next"). What passes
here can be loaded (`state_machine.load`). Texts marked (ours) are not known from AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli import json_text
from sfn_cli.asl.choice_rules import COMPARISONS, TYPE_TESTS
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.fields import ENDLESS_TYPES, MACHINE_FIELDS, REQUIRED_FIELDS, STATE_FIELDS, Kind
from sfn_cli.asl.resource import parse_resource
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.query.jsonata import is_expression
from sfn_cli.query.jsonpath import compile_path
from sfn_cli.query.payload_template import (
    InvalidTemplate,
    compile_jsonata_template,
    compile_jsonpath_template,
    compile_path_or_intrinsic,
)
from sfn_cli.query.reference_path import ReferencePath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sfn_cli.jsonvalue import Json

SCHEMA = "SCHEMA_VALIDATION_FAILED"
INVALID_JSON = "INVALID_JSON_DESCRIPTION"
MISSING_TARGET = "MISSING_TRANSITION_TARGET"

MAX_DEPTH = 100
"""How deep machines may nest in machines, and rules in rules. (ours: AWS bounds the text's size only)"""


class Diagnostic(NamedTuple):
    """One problem; `location` is None when the whole text is at fault."""

    severity: str
    code: str
    message: str
    location: str | None = None


def validate(definition: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """Every problem of a definition's text, in its order; empty when it is valid."""
    if not definition.strip():
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    try:
        value = json_text.read(definition)
    except json_text.NotJson as error:
        place = f'[Source: (String)"{definition}"; line: {error.line}, column: {error.column}]'
        return [Diagnostic("ERROR", INVALID_JSON, error.message, place)]
    if not isinstance(value, dict):
        return [Diagnostic("ERROR", SCHEMA, "Definition must be a valid JSON object")]
    check = _Check(language=str(value.get("QueryLanguage", JSONPATH)), express=machine_type == "EXPRESS")
    check.machine(value, "", JSONPATH)
    return check.found


class _Check:
    """Walks a definition and gathers what it finds."""

    def __init__(self, *, language: str, express: bool) -> None:
        self.found: list[Diagnostic] = []
        self.express = express
        self.machine_language = language
        self.depth = 0

    def error(self, location: str, message: str, code: str = SCHEMA) -> None:
        self.found.append(Diagnostic("ERROR", code, message, location or "/"))

    def machine(self, machine: Mapping[str, Json], location: str, language: str, also: Iterable[str] = ()) -> None:
        """A machine, a branch or a processor; `also` names the fields that it may have besides."""
        missing = [name for name in ("States", "StartAt") if name not in machine]
        if missing:
            self.error(location, f"These fields are required: [{', '.join(missing)}]")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.error(location, f"Machines nest deeper than {MAX_DEPTH} levels")
            return
        for name, value in machine.items():
            if name in MACHINE_FIELDS:
                self.kind(MACHINE_FIELDS[name], value, f"{location}/{name}", JSONPATH)
            elif name not in also:
                self.error(location, f"The field '{name}' is not supported by Step Functions")
        language = self.language(machine, location, language)
        states = machine.get("States")
        if isinstance(states, dict):
            self.states(states, machine.get("StartAt"), location, language)
        self.depth -= 1

    def language(self, fields: Mapping[str, Json], location: str, outer: str) -> str:
        own = fields.get("QueryLanguage", outer)
        if own not in (JSONPATH, JSONATA):
            self.error(f"{location}/QueryLanguage", f"The field 'QueryLanguage' should have one of these values: [{JSONPATH}, {JSONATA}]")
            return outer
        if own == JSONPATH and outer == JSONATA:
            self.error(location, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
        return str(own)

    def states(self, states: Mapping[str, Json], start_at: Json, location: str, language: str) -> None:
        if not states:
            self.error(f"{location}/States", "Value cannot be empty")
        start = start_at if isinstance(start_at, str) else None
        if start is not None and start not in states:
            self.error(f"{location}/StartAt", f"Missing 'Next' target: {start}", MISSING_TARGET)
        reached = {start}
        for name, state in states.items():
            at = f"{location}/States/{_pointer(name)}"
            if not _is_text(name):
                self.error(at.encode("ascii", "backslashreplace").decode(), "State name is not valid Unicode")
            if len(name) > 80:
                self.error(at, "State name is longer than 80 characters")
            if not isinstance(state, dict):
                self.error(at, "Expected value of type Object")
                continue
            self.state(state, at, language)
            for field, target in _targets(state, at):
                reached.add(target)
                if target not in states:
                    self.error(field, f"Missing 'Next' target: {target}", MISSING_TARGET)
        for name in states:
            if start in states and name not in reached:
                self.error(f"{location}/States/{_pointer(name)}", f'State "{name}" is not reachable.', MISSING_TARGET)

    def state(self, state: Mapping[str, Json], location: str, outer: str) -> None:
        type_ = state.get("Type")
        if type_ is None:
            self.error(location, "These fields are required: [Type]")
            return
        if not isinstance(type_, str) or type_ not in STATE_FIELDS:
            self.error(f"{location}/Type", f"The field 'Type' should have one of these values: [{', '.join(_TYPE_ORDER)}]")
            return
        language = self.language(state, location, outer)
        kinds = STATE_FIELDS[type_][language]
        missing = [name for name in REQUIRED_FIELDS.get(type_, ()) if name not in state]
        if type_ == "Map" and "ItemProcessor" not in state and "Iterator" not in state:
            missing.append("ItemProcessor")
        if missing:
            self.error(location, f"These fields are required: [{', '.join(missing)}]")
        if type_ not in ENDLESS_TYPES:
            self.transition(state, location)
        for name, value in state.items():
            if name in kinds:
                self.kind(kinds[name], value, f"{location}/{name}", language, name)
            else:
                self.error(location, f"The field '{name}' is not supported by Step Functions")
        if type_ == "Wait":
            self.exactly_one(state, ("Seconds", "Timestamp", "SecondsPath", "TimestampPath"), location)
        for name in ("TimeoutSeconds", "HeartbeatSeconds", "Error", "Cause", "MaxConcurrency"):
            if name in state and f"{name}Path" in state:
                self.error(location, f"Only one of these fields is allowed: [{name}, {name}Path]")

    def transition(self, state: Mapping[str, Json], location: str) -> None:
        if "Next" in state and "End" in state:
            self.error(location, "Only one of these fields is allowed: [Next, End]")
        elif state.get("End") is not True and "Next" not in state:
            self.error(location, "One of these fields is required: [Next, End]")

    def exactly_one(self, fields: Mapping[str, Json], names: tuple[str, ...], location: str) -> None:
        given = [name for name in names if name in fields]
        if len(given) != 1:
            word = "One" if not given else "Only one"
            verb = "required" if not given else "allowed"
            self.error(location, f"{word} of these fields is {verb}: [{', '.join(names)}]")

    def kind(self, kind: Kind, value: Json, location: str, language: str, name: str = "") -> None:
        """Checks one field's value against its kind."""
        checks: Mapping[str, Callable[[Json, str, str, str], None]] = {
            "string": self.check_string,
            "boolean": self.check_boolean,
            "integer": self.check_integer,
            "number": self.check_number,
            "object": self.check_object,
            "path": self.check_path,
            "reference path": self.check_reference_path,
            "path or intrinsic": self.check_path_or_intrinsic,
            "template": self.check_template,
            "variables": self.check_variables,
            "timestamp": self.check_timestamp,
            "retry": self.check_retry,
            "catch": self.check_catch,
            "choices": self.check_choices,
            "branches": self.check_branches,
            "processor": self.check_processor,
            "resource": self.check_resource,
            "credentials": self.check_credentials,
        }
        if kind in checks:
            checks[kind](value, location, language, name)

    def check_string(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, str):
            self.error(location, "Expected value of type String")
        elif language == JSONATA and is_expression(value):
            self.check_template(value, location, language, name)

    def check_boolean(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, bool):
            self.error(location, "Expected value of type Boolean")

    def check_integer(self, value: Json, location: str, language: str, name: str) -> None:
        if language == JSONATA and is_expression(value):
            self.check_template(value, location, language, name)
        elif isinstance(value, bool) or not isinstance(value, int):
            self.error(location, "Expected value of type Integer")
        elif value < 0:
            self.error(location, "Value must be greater than or equal to 0")

    def check_number(self, value: Json, location: str, language: str, name: str) -> None:
        if language == JSONATA and is_expression(value):
            self.check_template(value, location, language, name)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            self.error(location, "Expected value of type Number")

    def check_object(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, dict):
            self.error(location, "Expected value of type Object")

    def check_path(self, value: Json, location: str, language: str, name: str) -> None:
        if value is None and name in ("InputPath", "OutputPath"):
            return
        self.compiles(compile_path, value, location, "Value is not a valid JSONPath")

    def check_reference_path(self, value: Json, location: str, language: str, name: str) -> None:
        if value is not None:
            self.compiles(ReferencePath, value, location, "Value is not a Reference Path")

    def check_path_or_intrinsic(self, value: Json, location: str, language: str, name: str) -> None:
        self.compiles(compile_path_or_intrinsic, value, location, "Value is not a valid JSONPath or intrinsic function")

    def compiles(self, compile: Callable[[str], object], value: Json, location: str, otherwise: str) -> None:
        if not isinstance(value, str):
            self.error(location, "Expected value of type String")
            return
        try:
            compile(value)
        except ValueError as error:
            self.error(location, f"{otherwise}: {error}")

    def check_template(self, value: Json, location: str, language: str, name: str) -> None:
        try:
            if language == JSONATA:
                compile_jsonata_template(value, name)
            else:
                compile_jsonpath_template(value, name)
        except InvalidTemplate as error:
            self.error(f"{location}{error.location}", error.message, error.code)
        except RecursionError:
            self.error(location, "The value is nested too deeply")

    def check_variables(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, dict):
            self.error(location, "Expected value of type Object")
            return
        self.check_template(value, location, language, name)
        for variable in value:
            plain = variable.removesuffix(".$") if language == JSONPATH else variable
            if not plain.isidentifier() or plain == "states" or len(plain) > 80:
                self.error(location, f"Invalid variable name: '{plain}'")

    def check_timestamp(self, value: Json, location: str, language: str, name: str) -> None:
        if language == JSONATA and is_expression(value):
            self.check_template(value, location, language, name)
        elif not isinstance(value, str) or parse_timestamp(value) is None:
            self.error(location, "String does not match RFC3339 timestamp")

    def entries(self, value: Json, location: str) -> list[tuple[str, Mapping[str, Json]]]:
        if not isinstance(value, list):
            self.error(location, "Expected value of type Array")
            return []
        for index, entry in enumerate(value):
            if not isinstance(entry, dict):
                self.error(f"{location}/{index}", "Expected value of type Object")
        return [(f"{location}/{index}", entry) for index, entry in enumerate(value) if isinstance(entry, dict)]

    def error_equals(self, entry: Mapping[str, Json], location: str) -> None:
        names = entry.get("ErrorEquals")
        if names is None:
            self.error(location, "These fields are required: [ErrorEquals]")
        elif not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            self.error(f"{location}/ErrorEquals", "Expected a non-empty Array of Strings")

    def check_retry(self, value: Json, location: str, language: str, name: str) -> None:
        for at, entry in self.entries(value, location):
            self.error_equals(entry, at)
            for field in entry:
                if field not in _RETRIER_FIELDS:
                    self.error(at, f"The field '{field}' is not supported by Step Functions")
            for field in ("IntervalSeconds", "MaxDelaySeconds"):
                if field in entry and (isinstance(entry[field], bool) or not isinstance(entry[field], int) or entry[field] < 1):
                    self.error(f"{at}/{field}", "Expected a positive Integer")
            if "MaxAttempts" in entry:
                self.check_integer(entry["MaxAttempts"], f"{at}/MaxAttempts", JSONPATH, "")
            rate = entry.get("BackoffRate", 1)
            if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 1:
                self.error(f"{at}/BackoffRate", "Value must be greater than or equal to 1.0")
            if entry.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
                self.error(f"{at}/JitterStrategy", "The field 'JitterStrategy' should have one of these values: [NONE, FULL]")

    def check_catch(self, value: Json, location: str, language: str, name: str) -> None:
        allowed = _CATCHER_FIELDS[language]
        for at, entry in self.entries(value, location):
            self.error_equals(entry, at)
            if "Next" not in entry:
                self.error(at, "These fields are required: [Next]")
            for field, inner in entry.items():
                if field in allowed:
                    self.kind(allowed[field], inner, f"{at}/{field}", language, field)
                else:
                    self.error(at, f"The field '{field}' is not supported by Step Functions")

    def check_choices(self, value: Json, location: str, language: str, name: str) -> None:
        if value == []:
            self.error(location, "Value cannot be empty")
        for at, rule in self.entries(value, location):
            if "Next" not in rule:
                self.error(at, "These fields are required: [Next]")
            else:
                self.check_string(rule["Next"], f"{at}/Next", JSONPATH, "Next")
            if language == JSONATA:
                self.condition(rule, at)
            else:
                self.rule(rule, at, 0)
            if "Assign" in rule:
                self.check_variables(rule["Assign"], f"{at}/Assign", language, "Assign")

    def condition(self, rule: Mapping[str, Json], location: str) -> None:
        if "Condition" not in rule:
            self.error(location, "These fields are required: [Condition]")
        elif not isinstance(rule["Condition"], bool):
            self.check_template(rule["Condition"], f"{location}/Condition", JSONATA, "Condition")
        if "Output" in rule:
            self.check_template(rule["Output"], f"{location}/Output", JSONATA, "Output")

    def rule(self, rule: Mapping[str, Json], location: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.error(location, f"Choice Rules nest deeper than {MAX_DEPTH} levels")
            return
        operators = [name for name in rule if name in ("And", "Or", "Not") or _is_comparison(name)]
        if len(operators) != 1:
            self.error(location, "A Choice Rule must have exactly one comparison operator, or one of And, Or, Not")
            return
        operator = operators[0]
        at = f"{location}/{operator}"
        if operator in ("And", "Or"):
            if rule[operator] == []:
                self.error(at, "Value cannot be empty")
            for inner_at, inner in self.entries(rule[operator], at):
                self.rule(inner, inner_at, depth + 1)
        elif operator == "Not":
            if isinstance(rule["Not"], dict):
                self.rule(rule["Not"], at, depth + 1)
            else:
                self.error(at, "Expected value of type Object")
        else:
            self.comparison(rule, operator, location)

    def comparison(self, rule: Mapping[str, Json], operator: str, location: str) -> None:
        if "Variable" not in rule:
            self.error(location, "These fields are required: [Variable]")
        else:
            self.check_path(rule["Variable"], f"{location}/Variable", JSONPATH, "Variable")
        value, at = rule[operator], f"{location}/{operator}"
        if operator not in COMPARISONS and operator not in TYPE_TESTS:
            self.check_path(value, at, JSONPATH, operator)
        elif operator in TYPE_TESTS or operator.startswith("Boolean"):
            self.check_boolean(value, at, JSONPATH, operator)
        elif operator.startswith("Numeric"):
            self.check_number(value, at, JSONPATH, operator)
        elif operator.startswith("Timestamp"):
            self.check_timestamp(value, at, JSONPATH, operator)
        else:
            self.check_string(value, at, JSONPATH, operator)

    # A state's own QueryLanguage is not handed down: the states within it have the whole machine's.

    def check_branches(self, value: Json, location: str, language: str, name: str) -> None:
        if value == []:
            self.error(location, "Value cannot be empty")
        for at, branch in self.entries(value, location):
            self.machine(branch, at, self.machine_language)

    def check_processor(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, dict):
            self.error(location, "Expected value of type Object")
            return
        config = value.get("ProcessorConfig", {})
        if isinstance(config, dict) and config.get("Mode", "INLINE") != "INLINE":
            self.error(f"{location}/ProcessorConfig/Mode", f"Mode '{config['Mode']}' is not available in this version of sfn: use 'INLINE'")
        self.machine(value, location, self.machine_language, also=("ProcessorConfig",))

    def check_resource(self, value: Json, location: str, language: str, name: str) -> None:
        parsed = parse_resource(value) if isinstance(value, str) else None
        if parsed is None:
            self.error(
                location,
                f"The resource provided {value} is not recognized. The value is not a valid resource ARN, "
                "or the resource is not available in this region.",
            )
        elif self.express and parsed.kind == "activity":
            self.error(location, "Express state machine does not support Activity ARN")
        elif self.express and parsed.pattern == "waitForTaskToken":
            # Observed: AWS's message has a blank at its end.
            self.error(location, "Express state machine does not support '.waitForTaskToken' service integration ")
        elif self.express and parsed.pattern:
            self.error(location, "Express state machine does not support '.sync' service integration")

    def check_credentials(self, value: Json, location: str, language: str, name: str) -> None:
        if not isinstance(value, dict) or not ("RoleArn" in value or "RoleArn.$" in value):
            self.error(location, "The field 'RoleArn' is required but was missing")
        else:
            self.check_template(value, location, language, name)


_TYPE_ORDER = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")

_RETRIER_FIELDS = ("ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment")

_CATCHER_FIELDS: Mapping[str, Mapping[str, Kind]] = {
    JSONPATH: {"ErrorEquals": "any", "Next": "string", "ResultPath": "reference path", "Assign": "variables", "Comment": "string"},
    JSONATA: {"ErrorEquals": "any", "Next": "string", "Output": "template", "Assign": "variables", "Comment": "string"},
}


def _is_comparison(name: str) -> bool:
    return name in COMPARISONS or name in TYPE_TESTS or (name.endswith("Path") and name[:-4] in COMPARISONS)


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
