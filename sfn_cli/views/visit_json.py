"""One visit of a state as JSON, with all its data.

As a STATE of `execution/as_json.py`, with more members: "dataflow": [{"step": "afterParameters", "value": …,
"attempt": 2}], "variables" (those that are set when the state is entered), "logLines" of the functions
that it invoked, and "testStateCommand".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.views.execution.as_json import json_of_text, utc_date, visit_with_children_to_json
from sfn_cli.views.execution.dataflow import dataflow
from sfn_cli.views.execution.variables import variables_at_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit


def whole_visit_json(
    shown: ShownExecution,
    visit: StateVisit,
    log_lines: Sequence[str],
    *,
    date: Callable[[int], str] = utc_date,
) -> dict[str, Any]:
    """Returns the visit as a JSON value (see above). `date` formats times."""
    from sfn_cli.views.test_state_command import test_state_command

    data = visit_with_children_to_json(shown.view, visit, shown.now, pending=shown.pending, date=date)
    data["variables"] = {name: json_of_text(text) for name, text in variables_at_entry(visit).items()}
    data["dataflow"] = [
        {
            "step": step.name,
            "value": json_of_text(step.text),
            **({"attempt": step.attempt} if step.attempt else {}),
        }
        for step in dataflow(shown.source, [visit.entered_id]).get(visit.entered_id, ())
    ]
    if log_lines:
        data["logLines"] = list(log_lines)
    command = test_state_command(shown.view, visit)
    if command is not None:
        data["testStateCommand"] = command
    return data
