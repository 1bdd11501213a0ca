"""An execution, or one visit of a state, as data for --output and --query.

The execution is as `views/execution/as_json.py` describes it, with two more members:

    "failure": as `views/failure/failure_json.py` describes it
    "nextSteps": [{"words", "command"}]

A visit is as `views.visit_json.py` describes it, with "failure".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.cli.output import local_time_in_output
from sfn_cli.cli.show.forms.chosen_visit import chosen_visit
from sfn_cli.cli.show.forms.failure_text import complete_failure_here, explained_failure
from sfn_cli.cli.show.forms.visit_logs import visit_log_lines
from sfn_cli.views.execution.as_json import view_to_json
from sfn_cli.views.failure.failure_json import failure_json

if TYPE_CHECKING:
    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.views.execution.shown_execution import ShownExecution


def execution_data(backend: Backend, shown: ShownExecution) -> dict[str, Any]:
    """Returns the execution with why it failed and what to do next."""
    from sfn_cli.views.failure.next_steps import next_steps

    data = view_to_json(shown.view, shown.now, pending=shown.pending, date=local_time_in_output)
    failure = explained_failure(backend, shown.view)
    if failure is not None:
        data["failure"] = failure_json(failure)
    steps = next_steps(shown.view, shown.pending, options=backend.endpoint_option)
    if steps:
        data["nextSteps"] = [step._asdict() for step in steps]
    return data


def state_data(backend: Backend, shown: ShownExecution, word: str) -> dict[str, Any]:
    """Returns the visit that `word` means, with all its data. Raises UsageError."""
    from sfn_cli.views.failure.explain import explain_visit
    from sfn_cli.views.visit_json import whole_visit_json

    _, visit = chosen_visit(shown, word)
    data = whole_visit_json(shown, visit, visit_log_lines(backend, shown, visit), date=local_time_in_output)
    failure = explain_visit(shown.view, visit)
    if failure is not None:
        data["failure"] = failure_json(complete_failure_here(backend, shown.view, failure))
    return data
