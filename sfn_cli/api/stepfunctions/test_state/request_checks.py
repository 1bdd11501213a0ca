"""The checks of TestState's requests: the state, its input, variables and mock.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.stepfunctions import arn_checks
from sfn_cli.api.stepfunctions.definitions import STATE_NAME, refuse_definition_faults
from sfn_cli.api.stepfunctions.executions import check_execution_input
from sfn_cli.api.stepfunctions.test_state.mock_results import check_mock
from sfn_cli.asl.dataflow import JSONPATH
from sfn_cli.asl.nesting import states_with_nested
from sfn_cli.asl.states.task_state import TaskState
from sfn_cli.asl.validation.validate import validate, validate_state
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import loads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.asl.states.state import State

_MOCKABLE = ("Task", "Map", "Parallel")


def check_test_state_request(request: Mapping[str, Any]) -> None:
    mock = request.get("mock")
    if mock is None:
        # Observed for mapIterationFailureCount; the others follow it.
        for name in request.get("stateConfiguration", {}):
            raise request_refusal(
                f"TestState does not support {_capitalise(name)} when a mock is not specified."
            )
        if "context" in request:
            # (ours)
            raise request_refusal("TestState does not support Context when a mock is not specified.")
    elif ("result" in mock) == ("errorOutput" in mock):
        raise request_refusal(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    elif "error" not in mock.get("errorOutput", {"error": None}):
        raise request_refusal("An error was not specified in the mocked error output.")
    elif request.get("revealSecrets"):
        raise request_refusal("TestState does not support RevealSecrets when a mock is specified.")
    if "roleArn" in request:
        arn_checks.check_role_arn(request["roleArn"])
    check_execution_input(request.get("input", "{}"))
    _check_request_variables(request.get("variables", "{}"))


def _check_request_variables(text: str) -> None:
    check_execution_input(text)
    if not isinstance(loads(text), dict):
        raise request_refusal("Variables must be a JSON object.")  # (ours)


def machine_of_state(service: Service, request: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a machine that consists of the requested state.

    Raises ApiError InvalidDefinition, or ValidationException if the state does not exist.
    """
    definition = request["definition"]
    # A mocked resource need not be supported, nor the resources of the machine's other states.
    is_available = None if "mock" in request else service.is_available
    if "stateName" not in request:
        refuse_definition_faults(
            validate_state(definition, f"/States/{STATE_NAME}", is_available=is_available)
        )
        state = loads(definition)
        # As in validation, nested states use the state's language too.
        return {
            "QueryLanguage": state.get("QueryLanguage", JSONPATH),
            "StartAt": STATE_NAME,
            "States": {STATE_NAME: state},
        }
    refuse_definition_faults(validate(definition))
    whole = loads(definition)
    found = _find_requested_state(whole, request["stateName"])
    if found is None:
        raise request_refusal("State not found in definition")
    return {
        "QueryLanguage": whole.get("QueryLanguage", JSONPATH),
        "StartAt": STATE_NAME,
        "States": {STATE_NAME: found},
    }


def _find_requested_state(machine: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Finds the state of this name in the machine or in nested machines; names are unique."""
    return next((state for found, state in states_with_nested(machine) if found == name), None)


def check_state_of_request(state: State, fields: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    """Raises ApiError if the state with these fields cannot be tested as requested."""
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
                raise request_refusal("RoleArn must be specified when testing a Task state")
            if state.resource is not None and state.resource.answerable:
                # (ours)
                raise request_refusal(
                    "TestState supports activities, '.sync' and '.waitForTaskToken' with a mock only."
                )
        return
    if state.type not in _MOCKABLE:
        raise request_refusal(f"State type '{state.type}' is not supported when a mock is specified")
    _check_configuration_of_state(state, fields, request.get("stateConfiguration", {}))
    if "result" in mock:
        _check_result_in_request(fields, mock["result"])
        if isinstance(state, TaskState) and state.resource is not None:
            check_mock(state.resource, loads(mock["result"]), mock.get("fieldValidationMode", "STRICT"))


def _check_configuration_of_state(
    state: State, fields: Mapping[str, Any], configuration: Mapping[str, Any]
) -> None:
    if state.type != "Map":
        # Observed for mapIterationFailureCount; the others follow it.
        for name, types in _CONFIGURED_TYPES.items():
            if name in configuration and state.type not in types:
                raise request_refusal(
                    f"{_capitalise(name)} is only supported when testing a {' or '.join(types)} state."
                )
    elif "ItemReader" in fields and "mapItemReaderData" not in configuration:
        raise request_refusal(
            "ItemReader data must be specified when testing a Map state with ItemReader specified."
        )


_CONFIGURED_TYPES: Mapping[str, tuple[str, ...]] = {
    "mapIterationFailureCount": ("Map",),
    "mapItemReaderData": ("Map",),
    "errorCausedByState": ("Map", "Parallel"),
}
"""The state types that members of stateConfiguration apply to."""


def _capitalise(name: str) -> str:
    return name[:1].upper() + name[1:]


def _check_result_in_request(fields: Mapping[str, Any], text: str) -> None:
    """Checks that a mocked result is JSON of the type that the state requires."""
    try:
        result = loads(text)
    except (RecursionError, ValueError):
        raise request_refusal("Mocked result must be valid JSON") from None
    if fields["Type"] == "Map" and "ResultWriter" in fields:
        if not isinstance(result, dict):
            raise request_refusal("Mocked result must be a JSON object.")
    elif fields["Type"] != "Task":
        if not isinstance(result, list):
            raise request_refusal("Mocked result must be an array.")
        if fields["Type"] == "Parallel" and len(result) != len(fields["Branches"]):
            raise request_refusal(
                "Mocked result must contain the same number of items as number of Parallel branches."
            )


def request_refusal(message: str) -> ApiError:
    return ApiError("ValidationException", message)
