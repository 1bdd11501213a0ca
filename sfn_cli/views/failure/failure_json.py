"""An explained failure as JSON."""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.failure.explain import Failure


def failure_json(failure: "Failure") -> "dict[str, Json]":
    """Returns what `failure_lines` shows, in full; what is not known is null or empty.

    `frames` begin with the innermost; one that was not understood has only a `text`.
    """
    visit, attempt, reported = failure.visit, failure.attempt, failure.reported_by
    return {
        "state": None if visit is None else visit.state,
        "path": None if visit is None else visit.path,
        "place": failure.place,
        "attempt": None if attempt is None else attempt.number,
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
        "input": failure.input,
        "called": failure.called,
        "arguments": failure.arguments,
        "function": failure.function,
        "childExecutionArn": failure.child_arn,
        "reportedBy": None if reported is None else reported.state,
        "logLines": list(failure.log_lines),
    }
