"""An explained failure as JSON."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.views.execution.as_json import json_of_text

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.failure.explain import Failure


def failure_json(failure: "Failure") -> "dict[str, Json]":
    """Returns what `failure_lines` shows, in full, without what is not known.

        {"state": "Price", "path": "/Each[0]/Price", "place": "Each[2] › Price", "attempt": 1, "status",
         "error", "errorType", "message", "origin", "hint", "frames": [FRAME], "input", "called",
         "arguments", "function", "childExecutionArn", "reportedBy": "Failed", "logLines": [str]}
        FRAME: {"file", "line", "function", "source"}, or {"text"} of one that was not understood

    `frames` begin with the innermost. The input and the arguments are JSON values.
    """
    visit, attempt, reported = failure.visit, failure.attempt, failure.reported_by
    members = {
        "state": None if visit is None else visit.state,
        "path": None if visit is None else visit.path,
        "place": failure.place,
        "attempt": None if attempt is None else attempt.number,
        "status": failure.status,
        "error": failure.error,
        "errorType": failure.error_type,
        "message": failure.message,
        "origin": failure.origin,
        "hint": failure.hint,
        "frames": [
            {"file": frame.file, "line": frame.line, "function": frame.function, "source": frame.source}
            if frame.file
            else {"text": frame.text}
            for frame in failure.frames
        ],
        "called": failure.called,
        "function": failure.function,
        "childExecutionArn": failure.child_arn,
        "reportedBy": None if reported is None else reported.state,
        "logLines": list(failure.log_lines),
    }
    known = {name: value for name, value in members.items() if value not in (None, "", [])}
    for name, text in (("input", failure.input), ("arguments", failure.arguments)):
        if text is not None:
            known[name] = json_of_text(text)
    return known
