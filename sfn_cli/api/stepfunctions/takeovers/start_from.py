"""Starts an execution that takes over the history of another one up to a state.

StartExecution with the members of sfn's own:

    fromExecutionArn   the execution whose history is taken over; it is not changed
    fromState          the state to start from: NAME, NAME@2 …, by default where that execution failed
    stateInput         the input of that state, in place of the recorded one
    definition         an edited definition, for this execution only

The interpreter decides whether the history fits the definition (interpreter/takeover/prefix.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions import arn_checks, definitions, executions
from sfn_cli.api.stepfunctions.references import active_machine
from sfn_cli.api.stepfunctions.takeovers.chosen_visit import chosen_takeover_visit
from sfn_cli.arn import machine_of_execution_arn, name_of_execution
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.errors import ApiError, RowError
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.takeover.origin import TAKEN_OVER, Origin, origins_of_prefix, with_origins
from sfn_cli.interpreter.takeover.prefix import PrefixError, take_over_prefix, taken_over_events
from sfn_cli.jsonvalue import Payload
from sfn_cli.settings import VIRTUAL_CLOCK
from sfn_cli.store.records.executions import TakenOverStart
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.model.answers import StartExecutionAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.store.records.executions import Execution
    from sfn_cli.store.records.state_machines import StateMachine

HISTORY_DOES_NOT_FIT = "HistoryDoesNotFit"
"""The code of the error for a history that the definition would not result in. (ours)"""


def start_from(service: Service, request: Mapping[str, Any]) -> StartExecutionAnswer:
    """Starts the requested execution; its machine is by default that of the old execution.

    Raises ApiError: HistoryDoesNotFit with the event and what would differ, ValidationException, and the
    errors of StartExecution and of definitions.
    """
    _check_takeover_members(request)
    origin = _origin_execution(service, request["fromExecutionArn"])
    plain, mocking = executions.resolve_execution_mocks(
        service, {"stateMachineArn": machine_of_execution_arn(origin.arn), **request, "input": origin.input}
    )
    arn_checks.check_machine_arn(plain["stateMachineArn"])
    arn_checks.check_arn_name(plain.get("name", ""))
    machine = active_machine(service, plain["stateMachineArn"])
    edited = _edited_machine(service, machine, request.get("definition"))
    history = service.executions.history(origin.arn)
    if not history:
        raise RowError(f"The history of {name_of_execution(origin.arn)} is missing from the store.")
    visit = chosen_takeover_visit(origin.arn, history, request.get("fromState"))
    started_at = _takeover_start(service, visit.entered_at - history[0].at)
    new, started = executions.new_execution(edited or machine, plain, started_at, mocking)
    revision = service.state_machines.revision(new.revision) if edited is None else edited.revision
    entry, origins = _taken_over_entry(
        service, origin, revision.definition, history, visit.entered_id, request
    )
    started = started._replace(details=with_origins(started.details, origins))
    execution = service.executions.start(
        new._replace(clock=service.settings.clock),
        started,
        TakenOverStart(taken_over_events(history, entry, started_at), edited and revision),
    )
    answer = executions.execution_start_answer(new, plain, execution)
    if execution is None or not _is_same_takeover(service, execution, started, entry, revision.definition):
        raise executions.execution_already_exists(new.arn)
    return answer


def _check_takeover_members(request: Mapping[str, Any]) -> None:
    if "input" in request:
        raise ApiError(
            "ValidationException",
            "An execution that starts from another one has that one's input: "
            "to replace the input of the state, use --with-input (stateInput) instead of --input",
        )
    if "stateInput" in request:
        executions.check_execution_input(request["stateInput"])


def _origin_execution(service: Service, execution_arn: str) -> Execution:
    arn_checks.check_arn(execution_arn, "execution", "express")
    execution = service.executions.find(execution_arn)
    if execution is None:
        raise arn_checks.no_such_execution(execution_arn)
    if execution.map_run_arn is not None:
        raise ApiError(
            "ValidationException",
            f"{name_of_execution(execution_arn)} is a child of a Map Run: "
            "start from the execution that started the Map Run",
        )
    return execution


def _edited_machine(service: Service, machine: StateMachine, definition: str | None) -> StateMachine | None:
    """Returns the machine with an edited definition, for one execution; None if it is not edited."""
    if definition is None:
        return None
    definitions.check_definition(service, definition, machine.type)
    revision = machine.revision._replace(
        id=0, revision_id=random_uuid(), definition=definition, created_at=service.clock()
    )
    return machine._replace(revision=revision, version=None, alias=None)


def _takeover_start(service: Service, duration: int) -> int:
    """Returns the start of an execution on whose own clock `duration` has passed now."""
    clock, now = service.settings.clock, service.clock()
    if clock is None:
        return now - duration
    return now if clock == VIRTUAL_CLOCK else now - int(duration / float(clock))


def _taken_over_entry(
    service: Service,
    origin: Execution,
    definition: str,
    history: Sequence[HistoryEvent],
    entry: int,
    request: Mapping[str, Any],
) -> tuple[HistoryEvent, list[Origin]]:
    """Returns the entry of the state by the definition, and the origins of the taken-over events.

    Raises ApiError HistoryDoesNotFit.
    """
    facts = service.executions.replay_facts(origin.arn)
    if facts is None:
        raise arn_checks.no_such_execution(origin.arn)
    interpreter = Interpreter(origin.arn, origin.state_machine_arn, load_machine(definition), facts.seed)
    started = history[0].details or {}
    role, state = str(started.get("roleArn", "")), str((history[entry - 1].details or {})["name"])
    try:
        decided = take_over_prefix(interpreter, history, entry)
    except PrefixError as error:
        raise ApiError(
            HISTORY_DOES_NOT_FIT,
            f"Cannot run from {state!r} of {name_of_execution(origin.arn)} with this definition: {error}",
        ) from None
    if "stateInput" in request:
        decided = decided._replace(payload=Payload(text=request["stateInput"]))
    whole = Origin(origin.arn, origin.state_machine_arn, role, facts.seed, history[0].at, entry, state)
    return decided, origins_of_prefix(started, whole, is_edited="stateInput" in request)


def _is_same_takeover(
    service: Service, execution: Execution, started: HistoryEvent, entry: HistoryEvent, definition: str
) -> bool:
    """Whether the stored execution, new or not, is the result of this request."""
    [first] = service.executions.history(execution.arn, limit=1)
    stored = service.executions.history(execution.arn, after=entry.id - 1, limit=1)
    return (
        (first.details or {}).get(TAKEN_OVER) == (started.details or {}).get(TAKEN_OVER)
        and [event.payload for event in stored] == [entry.payload]
        and service.state_machines.revision(execution.revision).definition == definition
    )
