"""An explained failure as JSON: what `failure_lines` shows, in full.

    {"place": "Rows[5] › Convert", "state", "path", "attempt": 3, "status", "error", "errorType",
     "message", "origin", "frames": [{"file", "line", "function", "source"}], "hint", "input", "called",
     "arguments", "function", "childExecutionArn", "reportedBy", "logLines": [str]}

`frames` begin with the innermost; one in an unknown form has only a "text". `input` and `arguments` are
JSON values; a value that is not JSON is a string. Unknown values are left out.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

from sfn_cli.views.execution.as_json import json_of_text

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.failure.explain import Failure
    from sfn_cli.views.failure.stack_frames import StackFrame


def failure_json(failure: "Failure") -> "dict[str, Json]":
    """Returns the failure as a JSON value (see above)."""
    visit, attempt, reported = failure.visit, failure.attempt, failure.reported_by
    members: dict[str, Json] = {
        "place": failure.place,
        "state": None if visit is None else visit.state,
        "path": None if visit is None else visit.path,
        "attempt": None if attempt is None else attempt.number,
        "status": failure.status,
        "error": failure.error,
        "errorType": failure.error_type,
        "message": failure.message,
        "origin": failure.origin,
        "frames": [_frame_json(frame) for frame in failure.frames],
        "hint": failure.hint,
        "called": failure.called,
        "function": failure.function,
        "childExecutionArn": failure.child_arn,
        "reportedBy": None if reported is None else reported.state,
        "logLines": list(failure.log_lines),
    }
    known = {name: value for name, value in members.items() if value not in (None, "", [])}
    data = {"input": failure.input, "arguments": failure.arguments}
    return known | {name: json_of_text(text) for name, text in data.items() if text is not None}


def _frame_json(frame: "StackFrame") -> "dict[str, Json]":
    if not frame.file:
        return {"text": frame.text}
    return {"file": frame.file, "line": frame.line, "function": frame.function, "source": frame.source}
