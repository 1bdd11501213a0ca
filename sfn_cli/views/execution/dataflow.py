"""The steps of each state's dataflow, from its input to its output, with TestState's names.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_InspectionData.html

Data in events is taken from them. The steps in between are computed again if the history can be replayed
(traced_dataflow.py).
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import dumps
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.state_fields import definition_of_source, fields_of_visited_state
from sfn_cli.views.execution.variables import variables_as_object
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sfn_cli.views.execution.state_visit import Attempt, StateVisit, Thread
    from sfn_cli.views.execution.traced_dataflow import StepTrace, VisitTrace
    from sfn_cli.views.source import ExecutionSource


class Step(NamedTuple):
    """The data after one step, as JSON text.

    `name` is TestState's, or one of sfn's: "input", "output", "errorOutput" (the input of a Catcher, or
    the error of the state), "afterItems" (a Map's items under JSONata), "assignedVariables" (the
    variables that the state assigned), and "variables" (those that its expressions could read).
    `attempt` counts from 1 if the state has several attempts, and is 0 for steps of the whole state.
    """

    name: str
    text: str
    attempt: int = 0


_ORDER = (
    "input", "afterInputPath", "afterItemsPath", "afterItems", "afterItemSelector", "afterItemBatcher",
    "afterParameters", "afterArguments", "result", "errorOutput", "errorDetails", "afterResultSelector",
    "afterResultPath", "output", "assignedVariables", "variables",
)  # fmt: skip

_PARAMETERS = ("afterArguments", "afterParameters")
_OF_ATTEMPTS = frozenset({*_PARAMETERS, "result", "errorOutput"})

_WITHOUT_RESULT = frozenset({"Choice", "Wait", "Succeed", "Fail"})
"""The types of states with only one step, as in TestState: the effective input."""


def dataflow(
    source: "ExecutionSource", entered_ids: "Collection[int] | None" = None
) -> dict[int, list[Step]]:
    """Returns the steps of these visits (None: of all visits), by `StateVisit.entered_id`."""
    view = fold_execution(source)
    traces: Mapping[int, VisitTrace] = {}
    if source.definition is not None:
        # Imported late, because it loads the whole language.
        from sfn_cli.views.execution.traced_dataflow import trace_dataflow

        traces = trace_dataflow(source, entered_ids)
    definition = definition_of_source(source)
    return {
        visit.entered_id: _steps_of_visit(visit, traces.get(visit.entered_id), variables, definition)
        for visit, variables in _visits_with_variables(view.root, {})
        if entered_ids is None or visit.entered_id in entered_ids
    }


def _visits_with_variables(
    thread: "Thread", variables: "Mapping[str, str]"
) -> "Iterator[tuple[StateVisit, Mapping[str, str]]]":
    """Yields all visits, including those of earlier attempts, with the variables that each could read."""
    for visit in thread.visits:
        yield visit, variables
        for inner in (*visit.former_threads, *visit.threads):
            yield from _visits_with_variables(inner, variables)
        if visit.assigned:
            variables = {**variables, **visit.assigned}


def _steps_of_visit(
    visit: "StateVisit",
    trace: "VisitTrace | None",
    variables: "Mapping[str, str]",
    definition: "Mapping[str, Any] | None",
) -> list[Step]:
    last = visit.attempts[-1] if visit.attempts else None
    found: dict[str, str] = {}
    if trace is not None:
        if last is not None and last.event in trace.attempts:
            _add_traced(found, trace.attempts[last.event], visit)
        if trace.exit is not None:
            _add_traced(found, trace.exit, visit)
    parameters = next((name for name in _PARAMETERS if name in found), _name_of_parameters(visit, definition))
    earlier: list[Step] = []
    is_retried = len(visit.attempts) > 1
    for attempt in visit.attempts:
        steps = _recorded_in_attempt(attempt, parameters)
        if attempt is last:
            found |= steps
        else:
            earlier += [Step(name, text, attempt.number) for name, text in steps.items()]
    _add_recorded(found, visit, variables)
    number = last.number if is_retried and last is not None else 0
    ordered = [
        Step(name, found[name], number if name in _OF_ATTEMPTS else 0) for name in _ORDER if name in found
    ]
    at = next((n for n, step in enumerate(ordered) if step.attempt), len(ordered))
    return [*ordered[:at], *earlier, *ordered[at:]]


def _add_traced(found: dict[str, str], steps: "StepTrace", visit: "StateVisit") -> None:
    for name, payload in steps.payloads.items():
        if visit.type in _WITHOUT_RESULT and name != "afterInputPath":
            continue
        found[name] = payload.text


def _recorded_in_attempt(attempt: "Attempt", parameters: str) -> dict[str, str]:
    steps: dict[str, str] = {}
    if attempt.parameters is not None:
        steps[parameters] = attempt.parameters
    if attempt.result is not None:
        steps["result"] = attempt.result
    if attempt.status in FAILURES:
        steps["errorOutput"] = _error_output(attempt.error, attempt.cause)
    return steps


def _add_recorded(found: dict[str, str], visit: "StateVisit", variables: "Mapping[str, str]") -> None:
    if visit.input is not None:
        found["input"] = visit.input
    if visit.status in FAILURES:
        found["errorOutput"] = _error_output(visit.error, visit.cause)
    if visit.output is not None:
        found["output"] = visit.output
    if visit.assigned:
        found["assignedVariables"] = variables_as_object(visit.assigned)
    if variables:
        found["variables"] = variables_as_object(variables)


def _name_of_parameters(visit: "StateVisit", definition: "Mapping[str, Any] | None") -> str:
    """Returns the name of the step for a task's recorded parameters, by the state's query language."""
    of_machine = (definition or {}).get("QueryLanguage")
    language = fields_of_visited_state(definition, visit).get("QueryLanguage", of_machine)
    return "afterArguments" if language == "JSONata" else "afterParameters"


def _error_output(error: str | None, cause: str | None) -> str:
    """Returns the Error Output for a Catcher."""
    from sfn_cli.asl.retry import error_output

    return dumps(error_output(StatesError(error, cause)))
