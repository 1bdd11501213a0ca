"""Builds the `sfn test-state` command that runs a visited state again with its input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.arn import execution_arn, name_in_arn
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.views.execution.state_fields import fields_of_visited_state
from sfn_cli.views.execution.variables import variables_at_entry
from sfn_cli.views.text.shell_words import shell_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

ANY_ROLE = "arn:aws:iam::123456789012:role/any"
"""A role for TestState, which requires one for a Task; sfn accepts any."""

_ANY_MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:any"
_JSONPATH = "JSONPath"
_ANSWERED_FROM_OUTSIDE = (".sync", ".sync:2", ".waitForTaskToken")


def test_state_command(view: ExecutionView, visit: StateVisit) -> str | None:
    """Returns a command line for a POSIX shell; None if TestState cannot test the state.

    The state's work runs again. If TestState requires a mock (Map, Parallel, activities, .sync and
    .waitForTaskToken), the mock is the recorded result or error.
    """
    definition = view.source.definition
    if definition is None or visit.input is None:
        return None
    machine = loads(definition)
    fields = dict(fields_of_visited_state(machine, visit))
    if not fields:
        return None
    language_of_all = machine.get("QueryLanguage", _JSONPATH)
    language = fields.get("QueryLanguage", language_of_all)
    if language != language_of_all and fields.get("Type") in ("Map", "Parallel"):
        return None  # TestState assumes that nested states have the state's query language
    if language != _JSONPATH:
        fields["QueryLanguage"] = language
    words = ["--definition", dumps(fields), "--input", _in_one_line(visit.input)]
    variables = variables_at_entry(visit)
    if variables:
        words += ["--variables", dumps({name: loads(text) for name, text in variables.items()})]
    if "ItemReader" in fields:
        return None  # TestState requires what the reader read, which no history has
    if _needs_mock(fields):
        mock = _recorded_mock(visit, fields)
        if mock is None:
            return None
        words += ["--mock", dumps(mock)]
        if fields.get("Type") == "Task":
            words += ["--context", dumps(_context_of_visit(view, visit, fields))]
    elif fields.get("Type") == "Task":
        words += ["--role-arn", ANY_ROLE]
    return " ".join(["sfn test-state", *map(shell_word, words), "--inspection-level DEBUG"])


test_state_command.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it as a test because of its name


def _needs_mock(fields: Mapping[str, Any]) -> bool:
    return (
        fields.get("Type") in ("Map", "Parallel")
        or _is_answered_from_outside(fields)
        or ":activity:" in str(fields.get("Resource", ""))
    )


def _is_answered_from_outside(fields: Mapping[str, Any]) -> bool:
    return str(fields.get("Resource", "")).endswith(_ANSWERED_FROM_OUTSIDE)


def _context_of_visit(view: ExecutionView, visit: StateVisit, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the Context Object of a mocked task; TestState accepts one only with a mock.

    It has a task token only if TestState allows one: for .sync and .waitForTaskToken.
    """
    from sfn_cli.asl.timestamp import format_context_timestamp

    machine_arn = view.source.state_machine_arn or _ANY_MACHINE
    name = (view.source.arn or view.source.name).rpartition(":")[2]
    return {
        "Execution": {
            "Id": view.source.arn or execution_arn(machine_arn, name),
            "Input": loads(view.input or "{}"),
            "Name": name,
            "RoleArn": ANY_ROLE,
            "StartTime": format_context_timestamp(view.started_at),
            "RedriveCount": view.redrives,
        },
        "State": {
            "Name": visit.state,
            "EnteredTime": format_context_timestamp(visit.entered_at),
            "RetryCount": max(0, len(visit.attempts) - 1),
        },
        "StateMachine": {"Id": machine_arn, "Name": name_in_arn(machine_arn)},
        **({"Task": {"Token": "a-token"}} if _is_answered_from_outside(fields) else {}),
    }


def _in_one_line(text: str) -> str:
    """Returns a JSON text without line breaks and tabs between its parts."""
    return dumps(loads(text)) if any(char in text for char in "\n\r\t") else text


def _recorded_mock(visit: StateVisit, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns the result of the state's work as a mock for TestState.

    None if the work has not ended, or if the history does not have the whole result.
    """
    is_forked = visit.type in ("Map", "Parallel") and visit.map_run_arn is None
    if is_forked and visit.status == "SUCCEEDED":
        outputs = [thread.visits[-1].output for thread in visit.threads if thread.visits]
        branches = fields.get("Branches")
        expected = len(branches) if isinstance(branches, list) else visit.item_count
        if None in outputs or len(outputs) != expected:
            return None
        return {"result": f"[{','.join(str(output) for output in outputs)}]"}
    if not is_forked and visit.attempts and visit.attempts[-1].result is not None:
        return {"result": visit.attempts[-1].result, "fieldValidationMode": "NONE"}
    if visit.error is not None:
        return {"errorOutput": {"error": visit.error, "cause": visit.cause or ""}}
    return None
