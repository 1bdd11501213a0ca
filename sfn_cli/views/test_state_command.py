"""The `sfn test-state` command that runs a visited state again, with what it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.views.execution.state_fields import fields_of_visited_state
from sfn_cli.views.execution.variables import variables_at_entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

ANY_ROLE = "arn:aws:iam::123456789012:role/any"
"""A role for TestState, which wants one for a Task; sfn accepts any."""

_ANSWERED_FROM_OUTSIDE = (".sync", ".sync:2", ".waitForTaskToken")


def test_state_command(view: ExecutionView, visit: StateVisit) -> str | None:
    """Returns a command line for a POSIX shell, or None when the state cannot be tested on its own.

    The state's work is done again. Where TestState takes a mock only (Map, Parallel, activities, .sync
    and .waitForTaskToken), the mock is the recorded result or error.
    """
    definition = view.source.definition
    if definition is None or visit.input is None:
        return None
    machine = loads(definition)
    fields = dict(fields_of_visited_state(machine, visit))
    if not fields:
        return None
    language = fields.get("QueryLanguage") or machine.get("QueryLanguage")
    if language:
        fields["QueryLanguage"] = language
    words = ["--definition", dumps(fields), "--input", visit.input]
    variables = variables_at_entry(visit)
    if variables:
        words += ["--variables", dumps({name: loads(text) for name, text in variables.items()})]
    if _needs_mock(fields):
        mock = _recorded_mock(visit)
        if mock is None:
            return None
        words += ["--mock", dumps(mock)]
    elif fields.get("Type") == "Task":
        words += ["--role-arn", ANY_ROLE]
    return " ".join(["sfn test-state", *map(_quote_word_for_shell, words), "--inspection-level DEBUG"])


test_state_command.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test by its name


def _needs_mock(fields: Mapping[str, Any]) -> bool:
    resource = str(fields.get("Resource", ""))
    return (
        fields.get("Type") in ("Map", "Parallel")
        or resource.endswith(_ANSWERED_FROM_OUTSIDE)
        or ":activity:" in resource
    )


def _recorded_mock(visit: StateVisit) -> dict[str, Any] | None:
    """Returns what the state's work came to, as TestState takes a mock; None when it has not ended."""
    if visit.threads or visit.type in ("Map", "Parallel"):
        outputs = [thread.visits[-1].output for thread in visit.threads if thread.visits]
        if visit.status == "SUCCEEDED" and len(outputs) == len(visit.threads) and None not in outputs:
            return {"result": f"[{','.join(str(output) for output in outputs)}]"}
    elif visit.attempts and visit.attempts[-1].result is not None:
        return {"result": visit.attempts[-1].result, "fieldValidationMode": "NONE"}
    if visit.error is not None:
        return {"errorOutput": {"error": visit.error, "cause": visit.cause or ""}}
    return None


def _quote_word_for_shell(word: str) -> str:
    if word and all(char.isascii() and (char.isalnum() or char in "-_./:=,@") for char in word):
        return word
    quoted = word.replace("'", "'\"'\"'")
    return f"'{quoted}'"
