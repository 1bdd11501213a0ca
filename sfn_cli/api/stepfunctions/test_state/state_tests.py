"""TestState: runs one state, with real or mocked work, and shows the steps of its dataflow.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
The state is entered as in any execution (`interpreter/visits.py`), but in one that is not stored: a
machine of this one state, which is always called STATE_NAME. A trace records the steps.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sfn_cli import arn, quotas
from sfn_cli.api.stepfunctions.definitions import STATE_NAME
from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
from sfn_cli.api.stepfunctions.test_state.request_checks import (
    check_state_of_request,
    check_test_state_request,
    machine_of_state,
)
from sfn_cli.api.stepfunctions.test_state.steps import InspectedSteps
from sfn_cli.api.stepfunctions.test_state.tested_context import default_tested_context, parse_tested_context
from sfn_cli.api.stepfunctions.test_state.tested_map import items_of_tested_map, tested_map
from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.moves import Call, Distribute, Exit, Fork, Move, Sleep, Stop
from sfn_cli.asl.state_machine import load_machine
from sfn_cli.asl.states.map_state import MapState
from sfn_cli.asl.trace import NO_TRACE
from sfn_cli.asl.visit import Visit
from sfn_cli.errors import ApiError, StatesError
from sfn_cli.interpreter.execution import Execution
from sfn_cli.interpreter.frame import Frame, Stay
from sfn_cli.interpreter.open_task import OpenTask
from sfn_cli.interpreter.signals import TaskSucceeded
from sfn_cli.interpreter.visits import (
    catch_visit_error,
    catcher_of_visit,
    complete_visit,
    enter_visit,
    full_visit_error,
    visit_matching_retrier,
    visit_result_refusal,
)
from sfn_cli.jsonvalue import Json, Payload, dumps, loads
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_stepfunctions.type_defs import TestStateInputTypeDef

    from sfn_cli.api.model.answers import TestStateAnswer
    from sfn_cli.api.service import Service
    from sfn_cli.asl.state_machine import CompiledMachine
    from sfn_cli.asl.trace import Trace


def test_state(service: Service, request: TestStateInputTypeDef) -> TestStateAnswer:
    """Returns the outcome of the state; its failure is not an error of the call."""
    check_test_state_request(request)
    fields = machine_of_state(service, request)
    machine = load_machine(dumps(fields))
    check_state_of_request(machine.states[STATE_NAME], fields["States"][STATE_NAME], request)
    return _StateTest(service, request, machine).answer()


test_state.__test__ = False  # type: ignore[attr-defined]  # otherwise pytest collects it as a test


class _StateTest:
    """An execution that has entered the state, and the record of its steps."""

    def __init__(self, service: Service, request: Mapping[str, Any], machine: CompiledMachine) -> None:
        self.service = service
        self.request = request
        self.mock: Mapping[str, Any] = request.get("mock", {})
        self.configuration: Mapping[str, Any] = request.get("stateConfiguration", {})
        self.variables: dict[str, Json] = loads(request.get("variables", "{}"))
        self.steps = InspectedSteps()
        self.error_details: dict[str, int] = {}
        self.inspection: HttpInspection | None = None
        """Set for an HTTP task that is traced."""

        settings, now = service.settings, service.clock()
        machine_name = random_uuid()
        execution = Execution(
            f"arn:aws:states:{settings.region}:{settings.account_id}:express:{machine_name}:{random_uuid()}",
            arn.state_machine_arn(settings.region, settings.account_id, machine_name),
            machine,
            random_uuid(),
        )
        execution.input = Payload(loads(request.get("input", "{}")))
        execution.started_at = now
        self.seed = execution.seed
        self.frame = frame = Frame(0, machine, execution.input, self.variables, 0, now)
        self.state = state = machine.states[STATE_NAME]
        self.stay = frame.stay = Stay(state, 0, 0, now)
        self.retries: int = self.configuration.get("retrierRetryCount", 0)
        self.context = (
            parse_tested_context(request["context"], state)
            if "context" in request
            else default_tested_context(execution, frame, request.get("roleArn"), self.retries)
        )

    def answer(self) -> TestStateAnswer:
        done: Exit | None
        try:
            done = self._run()
            answered: TestStateAnswer = {
                "status": "SUCCEEDED",
                "output": done.output.text,
                "nextState": done.next,
            }
        except StatesError as error:
            done, answered = self._handle_error(error)
        if self.request.get("inspectionLevel", "INFO") != "INFO":
            answered["inspectionData"] = self._inspection(done)
        return answered

    def _visit(self, *, now: int | None = None, trace: Trace | None = None) -> Visit:
        """Returns the state's view of its data, on entry or at the time `now`."""
        return Visit(
            self.frame.input,
            self.variables,
            lambda: self.context,
            self.stay.entered_at if now is None else now,
            self.stay.entered_at,
            f"{self.seed}/{self.retries}",
            trace=trace or self.steps,
        )

    def _run(self) -> Exit:
        """Returns the exit of the state. Raises StatesError if it fails."""
        if isinstance(self.state, MapState):
            return self._exit(self._run_map(self.state))
        match self._enter():
            case Exit() as done:
                return done
            case Stop(error, cause):
                raise StatesError(error, cause)
            case Sleep(until):
                return complete_visit(self.stay, self._visit(now=self._sleep(until)), None)
            case Call() as call:
                result = self._mock_result() if self.mock else self._run_task(call)
                self.steps.note("result", result)
                return self._exit(result)
            case Fork():
                return self._exit(self._mock_result())
            case Distribute():
                raise AssertionError("only a Map starts a Map Run")

    def _enter(self) -> Move:
        if self.state.type == "Fail" and self.state.language == JSONPATH:
            self.steps.note("afterInputPath", self.frame.input)
        # Observed: AWS shows no steps of a Parallel state before its result.
        trace = NO_TRACE if self.state.type == "Parallel" else None
        return enter_visit(self.stay, self._visit(trace=trace))

    def _exit(self, result: Payload) -> Exit:
        return complete_visit(self.stay, self._visit(), result)

    def _run_map(self, state: MapState) -> Payload:
        """Returns the mocked result of a Map.

        Raises StatesError if the mock, or too many failures, fail the Map.
        """
        seen, read = self._visit(), self.configuration.get("mapItemReaderData")
        items = items_of_tested_map(read, state, seen) if read is not None else None
        try:
            tested = tested_map(state, seen, items)
        except (StatesError, RecursionError) as error:
            raise full_visit_error(self.stay, error) from None
        failures = self.configuration.get("mapIterationFailureCount", 0)
        tested.check_failures(failures)
        result = self._mock_result()
        tested.check_tolerance(failures)
        tested.check_result(result.value)
        return result

    def _sleep(self, until: int) -> int:
        """Waits until the given time; returns the time after the wait."""
        start = self.service.clock()
        if until - start > quotas.TEST_STATE_SECONDS * 1000:
            raise StatesError("States.Timeout")
        time.sleep(max(0, until - start) / 1000)
        return max(until, self.stay.entered_at)

    def _run_task(self, call: Call) -> Payload:
        """Runs the task and returns its result."""
        if self.service.run_task is None:
            raise ApiError("ValidationException", "This service cannot run tasks. Use a mock.")
        task = OpenTask(
            0,
            self.frame.serial,
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
        refused = visit_result_refusal(STATE_NAME, ended.output)
        if refused is not None:
            raise refused
        return ended.output

    def _mock_result(self) -> Payload:
        """Returns the mocked result. Raises the mocked error."""
        if "errorOutput" in self.mock:
            raise StatesError(self.mock["errorOutput"].get("error"), self.mock["errorOutput"].get("cause"))
        return Payload(text=self.mock["result"])

    def _handle_error(self, error: StatesError) -> tuple[Exit | None, TestStateAnswer]:
        """Returns the result of the state after an error: Retriers come first, then Catchers."""
        met = visit_matching_retrier(self.stay, error)
        if met is not None:
            position, retrier = met
            self.error_details["retryIndex"] = position
            if self.retries < retrier.max_attempts:
                delay = retrier.delay_ms(self.retries + 1, f"{self.seed}/retry")
                self.error_details["retryBackoffIntervalSeconds"] = delay // 1000
                return None, {"status": "RETRIABLE", "error": error.error, "cause": error.cause}
        try:
            done = catch_visit_error(self.stay, self._visit(), error)
        except StatesError as worse:
            return None, {"status": "FAILED", "error": worse.error, "cause": worse.cause}
        if done is None:
            return None, {"status": "FAILED", "error": error.error, "cause": error.cause}
        catcher = catcher_of_visit(self.stay, error)
        assert catcher is not None
        self.error_details["catchIndex"] = self.state.catch.index(catcher)
        return done, {
            "status": "CAUGHT_ERROR",
            "error": error.error,
            "cause": error.cause,
            "output": done.output.text,
            "nextState": done.next,
        }

    def _inspection(self, done: Exit | None) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "input": self.request.get("input", "{}"),
            **self.steps.to_response(self.state.type),
        }
        if self.inspection is not None:
            shown |= {"request": self.inspection.request, "response": self.inspection.response}
        assigned = done.assigned if done is not None else None
        if "variables" in self.request or assigned:
            shown["variables"] = dumps({**self.variables, **(assigned or {})})
        if self.error_details:
            shown["errorDetails"] = self.error_details
        return shown
