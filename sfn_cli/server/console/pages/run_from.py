"""The page on which a new execution is started from a state of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.errors import ApiError
from sfn_cli.server.console.opened_execution import opened_execution
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.run_from import RunFromForm, draw_run_from_form
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.definition.definition_text import shown_definition
from sfn_cli.views.statuses import FAILURES
from sfn_cli.views.text.indented_json import indented_json
from sfn_cli.views.text.markup import element, join_markup

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.execution.state_visit import StateVisit

VISIT = "visit"
"""The field of the query that has the visit to start from: the id of the event that entered it."""


def run_from_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    return show_run_from(request, run_from_form(service, request))


def show_run_from(
    request: ConsoleRequest, form: RunFromForm, problem: str = "", status: int = 200
) -> ConsolePage:
    """Returns the page; `problem` is why the last try has not started anything."""
    execution = request.names["execution"]
    heading = element("h1", {}, f"Run from {form.chosen.state}")
    body = join_markup((heading, draw_run_from_form(form, request.form_token, problem)))
    data: Any = {
        "executionArn": form.execution_arn,
        "state": form.word,
        "input": form.input,
        "definition": form.definition,
        "states": [{"name": one.state, "enteredEventId": one.entered_id} for one in form.visits],
    }
    trail = execution_trail(form.execution_arn)
    return ConsolePage(f"Run {execution} from {form.chosen.state}", body, data, trail=trail, status=status)


def run_from_form(service: Service, request: ConsoleRequest) -> RunFromForm:
    """Returns the form as it is before the user has changed anything.

    Without a visit, it starts where the execution failed, or from its last state.
    """
    view = opened_execution(service, request._replace(query={})).view
    source = view.source
    assert source.arn is not None
    execution = service.executions.find(source.arn)
    visits = list(view.visits())
    if execution is None or not visits:
        raise ApiError("ValidationException", f"{source.name} has not entered a state yet.")
    machine = service.state_machines.find(execution.state_machine_arn.partition("/")[0])
    if machine is None:
        raise ApiError("StateMachineDoesNotExist", "The state machine has been deleted.")
    entered = request.number(VISIT, 0)
    chosen = next((visit for visit in visits if visit.entered_id == entered), None)
    chosen = chosen or _default_visit(view.root.visits)
    input = indented_json(jsonvalue.loads(chosen.input or "null"))
    definition = shown_definition(machine.revision.definition)
    return RunFromForm(
        source.arn,
        machine.arn,
        view.root.visits if chosen in view.root.visits else [*view.root.visits, chosen],
        chosen,
        _word_for_visit(chosen, visits),
        input,
        input,
        definition,
        definition,
        had_mocks=execution.mocks is not None,
    )


def _default_visit(visits: list[StateVisit]) -> StateVisit:
    """Returns the last visit that failed; of a state that a redrive ran again and again, the first.

    An edited definition of the state does not fit a history in which it has failed.
    """
    at = next((at for at in reversed(range(len(visits))) if visits[at].status in FAILURES), len(visits) - 1)
    while at > 0 and visits[at - 1].state == visits[at].state and visits[at - 1].status in FAILURES:
        at -= 1
    return visits[at]


def _word_for_visit(chosen: StateVisit, visits: list[StateVisit]) -> str:
    """Returns the visit as StartExecution's `fromState` names it."""
    same = [visit for visit in visits if visit.state == chosen.state]
    return chosen.state if len(same) == 1 else f"{chosen.state}@{same.index(chosen) + 1}"
