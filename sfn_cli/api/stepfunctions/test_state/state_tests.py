"""TestState: one state is run on its own, with its work done or mocked, and the steps of its
dataflow are shown.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
The state is asked as in any execution (`interpreter/visits.py`), in one that is nowhere kept: a
machine of this one state, under the name STATE_NAME, whatever it was called.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sfn_cli import arn
from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.stepfunctions.definitions import STATE_NAME, refuse_faults
from sfn_cli.api.stepfunctions.executions import check_input
from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
from sfn_cli.api.stepfunctions.test_state.mock_results import check_mock
from sfn_cli.api.stepfunctions.test_state.tested_context import default_context, parse_context
from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.moves import Call, Distribute, Exit, Fork, Move, Sleep, Stop
from sfn_cli.asl.nesting import all_states
from sfn_cli.asl.state_machine import load
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.asl.states.task_state import TaskState
from sfn_cli.asl.validation.validate import validate, validate_state
from sfn_cli.errors import ApiError, StatesError
from sfn_cli.interpreter.execution import Execution, Frame, OpenTask
from sfn_cli.interpreter.signals import TaskSucceeded
from sfn_cli.interpreter.visits import (
    catcher_of,
    caught,
    completion,
    met_retrier,
    move,
    refusal_of,
    retrier,
    visit,
)
from sfn_cli.json_pointer import resolve_pointer
from sfn_cli.jsonvalue import Json, Payload, dumps, dumps_spaced, loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.asl.states.state import State

LONGEST_MILLISECONDS = 300_000
"""How long a test may take. (AWS's quota)"""

_MOCKABLE = ("Task", "Map", "Parallel")
_WITHOUT_RESULT = ("Choice", "Wait", "Succeed", "Fail")
"""The types of which the effective input is the one step that is shown."""

_NUMBERS = ("toleratedFailureCount", "toleratedFailurePercentage", "maxConcurrency")


def test_state(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """What became of the state; that it failed is no error of the call."""
    _check_request(request)
    fields = _alone(service, request)
    machine = load(dumps(fields))
    _check_state(machine.states[STATE_NAME], fields["States"][STATE_NAME], request)
    return _Test(service, request, machine).answer()


test_state.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for a test by its name


class _Test:
    """An execution that has entered the state, and what is noted of it."""

    def __init__(self, service: Service, request: Mapping[str, Any], machine: CompiledMachine) -> None:
        self.service = service
        self.request = request
        self.mock: Mapping[str, Any] = request.get("mock", {})
        self.configuration: Mapping[str, Any] = request.get("stateConfiguration", {})
        self.variables: dict[str, Json] = loads(request.get("variables", "{}"))
        self.steps: dict[str, Payload] = {}
        self.error_details: dict[str, int] = {}
        self.inspection: HttpInspection | None = None
        """Of an HTTP task that is traced."""

        settings, now = service.settings, service.clock()
        machine_name = arn_checks.new_uuid()
        self.execution = execution = Execution(
            f"arn:aws:states:{settings.region}:{settings.account_id}:express:{machine_name}:{arn_checks.new_uuid()}",
            arn.state_machine(settings.region, settings.account_id, machine_name),
            machine,
            arn_checks.new_uuid(),
        )
        execution.input = Payload(text=request.get("input", "{}"))
        execution.started_at = now
        execution.steps = self.steps
        self.frame = frame = Frame(0, machine, execution.input, self.variables, 0, now)
        self.state = frame.state = machine.states[STATE_NAME]
        frame.retry_count = self.configuration.get("retrierRetryCount", 0)
        execution.context = (
            parse_context(request["context"], self.state)
            if "context" in request
            else default_context(execution, frame, request.get("roleArn"), frame.retry_count)
        )

    def answer(self) -> dict[str, Any]:
        done: Exit | None
        try:
            done = self._run()
            answered: dict[str, Any] = {
                "status": "SUCCEEDED",
                "output": _text(done.output),
                "nextState": done.next,
            }
        except StatesError as error:
            done, answered = self._handle_error(error)
        if self.request.get("inspectionLevel", "INFO") != "INFO":
            answered["inspectionData"] = self._inspection(done)
        return answered

    def _run(self) -> Exit:
        """The exit of the state. Raises StatesError when it fails."""
        match self._next_move():
            case Exit() as done:
                return done
            case Stop(error, cause):
                raise StatesError(error, cause)
            case Sleep(until):
                return completion(self.execution, self.frame, None, now=self._slept(until))
            case Call() as call:
                result = self._mock_result() if self.mock else self._run_task(call)
                self.steps["result"] = result
                return completion(self.execution, self.frame, result)
            case Fork() as fork:
                result = self._mocked_fork(fork)
                return completion(self.execution, self.frame, result)
            case Distribute():
                raise AssertionError("a state that is tested starts no Map Run")

    def _next_move(self) -> Move:
        if self.state.type == "Fail" and self.state.language == JSONPATH:
            self.steps["afterInputPath"] = self.frame.input
        if self.state.type == "Parallel":
            # Observed: of a Parallel, AWS shows nothing that comes before its result.
            self.execution.steps = None
        read = self.configuration.get("mapItemReaderData")
        if isinstance(self.state, MapState) and read is not None:
            self.frame.move = self._over_items(self.state, read)
        asked = move(self.execution, self.frame)
        self.execution.steps = self.steps
        return asked

    def _over_items(self, state: MapState, read: str) -> Fork:
        try:
            items = loads(read)
        except (RecursionError, ValueError):
            items = None
        if state.items_pointer is not None:
            with suppress(LookupError):
                items = resolve_pointer(items, state.items_pointer)
                self.steps["afterItemsPointer"] = Payload(items)
        if not isinstance(items, list):
            raise _refusal("sfn takes a JSON array as mapItemReaderData.")  # (ours)
        return state.fork(
            visit(self.execution, self.frame, attempt=self.frame.retry_count, now=self.frame.last_at), items
        )

    def _slept(self, until: int) -> int:
        """Waits until then; the time at which it is over."""
        start = self.service.clock()
        if until - start > LONGEST_MILLISECONDS:
            raise StatesError("States.Timeout")
        time.sleep(max(0, until - start) / 1000)
        return max(until, self.frame.entered_at)

    def _run_task(self, call: Call) -> Payload:
        """Runs the task and returns its result."""
        if self.service.run_task is None:
            raise ApiError("ValidationException", "This service runs no tasks: use a mock.")
        task = OpenTask(
            0,
            self.frame,
            STATE_NAME,
            call.resource,
            call.arguments,
            self.frame.last_at,
            None,
            None,
            call.credentials,
            None,
        )
        if self.request.get("inspectionLevel") == "TRACE" and call.resource.service == "http":
            self.inspection = HttpInspection(reveal_secrets=bool(self.request.get("revealSecrets")))
        ended = self.service.run_task(self.service, task, self.inspection)
        if not isinstance(ended, TaskSucceeded):
            raise StatesError(ended.error, ended.cause)
        refused = refusal_of(STATE_NAME, ended.output)
        if refused is not None:
            raise refused
        return ended.output

    def _mock_result(self) -> Payload:
        """Returns the mocked result. Raises the mocked error."""
        if "errorOutput" in self.mock:
            raise StatesError(self.mock["errorOutput"].get("error"), self.mock["errorOutput"].get("cause"))
        return Payload(text=self.mock["result"])

    def _mocked_fork(self, fork: Fork) -> Payload:
        failures = self.configuration.get("mapIterationFailureCount", 0)
        if fork.items is not None and failures > fork.length:
            raise ApiError(
                "ValidationException",
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            )
        result = self._mock_result()
        # Observed: a Map that tolerates no number of failures is not failed by their count.
        count, percentage = (
            self.steps.get("toleratedFailureCount"),
            self.steps.get("toleratedFailurePercentage"),
        )
        if (count is not None and failures > _number(count)) or (
            percentage is not None and failures * 100 > _number(percentage) * fork.length
        ):
            raise StatesError(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )
        return result

    def _handle_error(self, error: StatesError) -> tuple[Exit | None, dict[str, Any]]:
        """Decides how the state ends by an error: its Retriers come first, then its Catchers."""
        told: dict[str, Any] = {"error": error.error, "cause": error.cause}
        met = met_retrier(self.frame, error)
        if met is not None:
            self.error_details["retryIndex"] = met[0]
            self.frame.retried[met[0]] = self.frame.retry_count
            again = retrier(self.frame, error)
            if again is not None:
                delay = again[1].delay_ms(self.frame.retry_count + 1, f"{self.execution.seed}/retry")
                self.error_details["retryBackoffIntervalSeconds"] = delay // 1000
                return None, {"status": "RETRIABLE", **told}
        try:
            done = caught(self.execution, self.frame, error)
        except StatesError as worse:
            return None, {"status": "FAILED", "error": worse.error, "cause": worse.cause}
        if done is None:
            return None, {"status": "FAILED", **told}
        catcher = catcher_of(self.frame, error)
        assert catcher is not None
        self.error_details["catchIndex"] = self.state.catch.index(catcher)
        return done, {"status": "CAUGHT_ERROR", **told, "output": _text(done.output), "nextState": done.next}

    def _inspection(self, done: Exit | None) -> dict[str, Any]:
        shown: dict[str, Any] = {"input": self.frame.input.text}
        for name, step in self.steps.items():
            if self.state.type not in _WITHOUT_RESULT or name == "afterInputPath":
                shown[name] = step.value if name in _NUMBERS else _text(step)
        if self.inspection is not None:
            shown |= {"request": self.inspection.request, "response": self.inspection.response}
        assigned = done.assigned if done is not None else None
        if "variables" in self.request or assigned:
            shown["variables"] = _text(Payload({**self.variables, **(assigned or {})}))
        if self.error_details:
            shown["errorDetails"] = self.error_details
        return shown


# What may be asked


def _check_request(request: Mapping[str, Any]) -> None:
    mock = request.get("mock")
    if mock is None:
        if "mapIterationFailureCount" in request.get("stateConfiguration", {}):
            raise _refusal(
                "TestState does not support MapIterationFailureCount when a mock is not specified."
            )
        if "context" in request:
            raise _refusal("TestState does not support Context when a mock is not specified.")  # (ours)
    elif ("result" in mock) == ("errorOutput" in mock):
        raise _refusal("A test mock should have only one of the following fields: [result, errorOutput].")
    elif "error" not in mock.get("errorOutput", {"error": None}):
        raise _refusal("A mocked errorOutput must have the field 'error'.")  # (ours)
    elif request.get("revealSecrets"):
        raise _refusal("TestState does not support RevealSecrets when a mock is specified.")
    if "roleArn" in request:
        arn_checks.check_role(request["roleArn"])
    check_input(request.get("input", "{}"))
    _check_variables(request.get("variables", "{}"))


def _check_variables(text: str) -> None:
    check_input(text)
    if not isinstance(loads(text), dict):
        raise _refusal("Variables must be a JSON object.")  # (ours)


def _alone(service: Service, request: Mapping[str, Any]) -> dict[str, Any]:
    """A machine of the state alone. Raises ApiError InvalidDefinition, or ValidationException when
    it is not there.
    """
    definition = request["definition"]
    # What a mock answers for need not be here; nor need what other states of the machine call.
    is_available = None if "mock" in request else service.is_available
    if "stateName" not in request:
        refuse_faults(validate_state(definition, f"/States/{STATE_NAME}", is_available=is_available))
        return {"StartAt": STATE_NAME, "States": {STATE_NAME: loads(definition)}}
    refuse_faults(validate(definition))
    whole = loads(definition)
    state = _find(whole, request["stateName"])
    if state is None:
        raise _refusal("State not found in definition")
    return {
        "QueryLanguage": whole.get("QueryLanguage", JSONPATH),
        "StartAt": STATE_NAME,
        "States": {STATE_NAME: state},
    }


def _find(machine: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The state of this name, in the machine or in those within it: no two have one name."""
    return next((state for found, state in all_states(machine) if found == name), None)


def _check_state(state: State, fields: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    """Raises ApiError when the state, of these fields, cannot be tested as the request has it."""
    mock = request.get("mock")
    if mock is None:
        if state.type in ("Map", "Parallel"):
            raise ApiError(
                "InvalidDefinition",
                "TestState API does not support Map or Parallel states. "
                "Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
            )
        if isinstance(state, TaskState):
            if "roleArn" not in request:
                raise _refusal("RoleArn must be specified when testing a Task state")
            if state.resource is not None and state.resource.answerable:
                # (ours)
                raise _refusal(
                    "TestState supports activities, '.sync' and '.waitForTaskToken' with a mock only."
                )
        return
    if state.type not in _MOCKABLE:
        raise _refusal(f"State type '{state.type}' is not supported when a mock is specified")
    if "result" in mock:
        _check_result(fields, mock["result"])
        if isinstance(state, TaskState) and state.resource is not None:
            check_mock(state.resource, loads(mock["result"]), mock.get("fieldValidationMode", "STRICT"))


def _check_result(fields: Mapping[str, Any], text: str) -> None:
    """A mocked result is JSON of the kind that the state's work gives."""
    try:
        result = loads(text)
    except (RecursionError, ValueError):
        raise _refusal("Mocked result must be valid JSON") from None
    if fields["Type"] == "Map" and "ResultWriter" in fields:
        if not isinstance(result, dict):
            raise _refusal("Mocked result must be a JSON object.")
    elif fields["Type"] != "Task":
        if not isinstance(result, list):
            raise _refusal("Mocked result must be an array.")
        if fields["Type"] == "Parallel" and len(result) != len(fields["Branches"]):
            raise _refusal(
                "Mocked result must contain the same number of items as number of Parallel branches."
            )


def _refusal(message: str) -> ApiError:
    return ApiError("ValidationException", message)


# How values are written


def _text(payload: Payload) -> str:
    """Observed: TestState writes arrays with a space after each comma, unlike histories."""
    return dumps_spaced(payload.value)


def _number(payload: Payload) -> float:
    assert isinstance(payload.value, (int, float))
    return payload.value
