"""Requests and responses are checked by the model."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from sfn_cli.api import model
from sfn_cli.api.protocol import shapes
from sfn_cli.api.protocol.constraints import check_constraints
from sfn_cli.errors import ApiError, UsageError

WRONG_REQUESTS: list[tuple[str, Any]] = [
    ("StartExecution", {}),
    ("StartExecution", {"stateMachineArn": "", "nope": 1}),
    ("StartExecution", {"stateMachineArn": None, "name": 7, "input": b"{}"}),
    ("ListStateMachines", {"maxResults": -1, "nextToken": ""}),
    ("ListStateMachines", {"maxResults": "5"}),
    ("CreateStateMachine", {"name": "", "tags": {"a": 1}, "encryptionConfiguration": {}}),
    (
        "CreateStateMachine",
        {"name": "n", "definition": "d", "roleArn": "r", "tags": [{"key": ""}, "x", {"k": "v"}]},
    ),
    (
        "CreateStateMachine",
        {"loggingConfiguration": {"destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": ""}}]}},
    ),
    (
        "CreateStateMachineAlias",
        {"name": "a", "routingConfiguration": [{"stateMachineVersionArn": "x", "weight": -1}]},
    ),
    ("CreateStateMachineAlias", {"name": "", "routingConfiguration": []}),
    ("GetExecutionHistory", {"executionArn": "arn:x", "reverseOrder": "yes"}),
    ("UpdateMapRun", {"mapRunArn": "arn:x", "toleratedFailurePercentage": -0.5}),
    ("UpdateMapRun", {"mapRunArn": "arn:x", "toleratedFailurePercentage": "1"}),
    ("UntagResource", {"resourceArn": "arn:x", "tagKeys": ["", 1]}),
    ("StartExecution", []),
]


@pytest.mark.parametrize("operation, request_", WRONG_REQUESTS)
def test_client_checks_are_botocores(operation: str, request_: Any) -> None:
    """Requests that botocore refuses are refused in the same words, with all problems listed."""
    shape = (
        botocore.session.get_session()
        .get_service_model("stepfunctions")
        .operation_model(operation)
        .input_shape
    )
    expected = ParamValidator().validate(request_, shape).generate_report()
    with pytest.raises(UsageError) as refused:
        shapes.check_request_shape(model.load_model("stepfunctions", operation).input, request_)
    assert str(refused.value) == f"Parameter validation failed:\n{expected}"


def test_environment_of_a_function() -> None:
    """The keys and values of maps are checked, with botocore's messages."""
    request = {"FunctionName": "f", "Environment": {"Variables": {"A": 1}}}
    with pytest.raises(
        UsageError, match=r"Invalid type for parameter Environment.Variables.A, value: 1, type: <class 'int'>"
    ):
        shapes.check_request_shape(model.load_model("lambda", "UpdateFunctionConfiguration").input, request)


@pytest.mark.parametrize(
    "operation, request_, message",
    [
        (
            "ListExecutions",
            {"maxResults": 1001},
            (
                "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
                "Member must have value less than or equal to 1000"
            ),
        ),
        (
            "ListExecutions",
            {"statusFilter": "succeeded"},
            (
                "1 validation error detected: "
                "Value 'succeeded' at 'statusFilter' failed to satisfy constraint: "
                "Member must satisfy enum value set: "
                "[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
            ),
        ),
        (
            "CreateStateMachineAlias",
            {"name": "123", "routingConfiguration": [{"stateMachineVersionArn": "arn:a", "weight": 101}]},
            (
                "2 validation errors detected: Value '123' at 'name' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: ^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$; "
                "Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            ),
        ),
        (
            "CreateStateMachineAlias",
            {"name": "a", "routingConfiguration": [{"stateMachineVersionArn": "v", "weight": 50}] * 3},
            (
                "1 validation error detected: Value '["
                "RoutingConfigurationListItem(stateMachineVersionArn=v, weight=50), "
                "RoutingConfigurationListItem(stateMachineVersionArn=v, weight=50), "
                "RoutingConfigurationListItem(stateMachineVersionArn=v, weight=50)"
                "]' at 'routingConfiguration' failed to satisfy constraint: "
                "Member must have length less than or equal to 2"
            ),
        ),
        (
            "StartExecution",
            {"stateMachineArn": "arn:x", "input": "9" * 262145},
            (
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                "Member must have length less than or equal to 262144"
            ),
        ),
        (
            "StartExecution",
            # 131,074 characters: bytes count.
            {"stateMachineArn": "arn:x", "input": '"' + "é" * 131072 + '"'},
            (
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                "Member must have length less than or equal to 262144"
            ),
        ),
        (
            "CreateStateMachine",
            {"name": "m", "roleArn": "arn:x", "definition": "9" * 1048577},
            (
                "1 validation error detected: Value at 'definition' failed to satisfy constraint: "
                "Member must have length less than or equal to 1048576"
            ),
        ),
        (
            "StartExecution",
            {"name": ""},
            (
                "2 validation errors detected: Value null at 'stateMachineArn' failed to satisfy constraint: "
                "Member must not be null; Value '' at 'name' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "StartExecution",
            {"stateMachineArn": "arn:x", "traceHeader": "é"},
            (
                r"1 validation error detected: Value 'é' at 'traceHeader' failed to satisfy constraint: "
                r"Member must satisfy regular "
                r"expression pattern: \p{ASCII}*"
            ),
        ),
        (
            "StartExecution",
            {"stateMachineArn": "arn:x", "input": '"\ud800"'},
            (
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                "Member must be valid Unicode text"
            ),
        ),
    ],
)
def test_constraints(operation: str, request_: dict[str, Any], message: str) -> None:
    """Maxima, enums and patterns are checked by the service, with AWS's messages (recorded)."""
    with pytest.raises(ApiError) as refused:
        check_constraints(model.load_model("stepfunctions", operation).input, request_)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


def test_to_wire() -> None:
    """Members are in the model's order, times in seconds; None and unknown are left out."""
    answer = {"startDate": 1_700_000_000_123, "executionArn": "e", "name": None, "extra": 1}
    wire = shapes.shape_to_wire(model.load_model("stepfunctions", "DescribeExecution").output, answer)
    assert list(wire.items()) == [("executionArn", "e"), ("startDate", 1_700_000_000.123)]


@pytest.mark.parametrize("milliseconds", [0, 1, 1_700_000_000_001, 1_699_999_999_999, 253402300799999])
def test_times_survive_the_wire(milliseconds: int) -> None:
    """A time in seconds, as a JSON number, is parsed as the same millisecond."""
    shape = {"type": "timestamp"}
    assert shapes.shape_from_wire(shape, shapes.shape_to_wire(shape, milliseconds)) == milliseconds


def test_blobs_survive_the_wire() -> None:
    """A blob is base64 on the wire and bytes inside sfn."""
    shape = {"type": "blob"}
    assert shapes.shape_to_wire(shape, b"\x00\xff") == "AP8="
    assert shapes.shape_from_wire(shape, "AP8=") == b"\x00\xff"


@pytest.mark.parametrize(
    "body, message",
    [
        ({"name": 1}, "NUMBER_VALUE can not be converted to a String"),
        ({"tags": {}}, "START_OBJECT can not be converted to a List"),
        ({"publish": "true"}, "STRING_VALUE can not be converted to a Boolean"),
        ([], "START_ARRAY can not be converted to an Object"),
        (None, "NULL_VALUE can not be converted to an Object"),
    ],
)
def test_from_wire_refuses_other_types(body: Any, message: str) -> None:
    """A body that does not fit the model is a SerializationException, never a traceback."""
    with pytest.raises(ApiError) as refused:
        shapes.shape_from_wire(model.load_model("stepfunctions", "CreateStateMachine").input, body)
    assert (refused.value.code, refused.value.message) == ("SerializationException", message)


def test_from_wire_drops_null_and_unknown() -> None:
    """Null means absent; members that are not in the model are ignored."""
    assert shapes.shape_from_wire(
        model.load_model("stepfunctions", "StartExecution").input, {"name": None, "x": 1, "input": "{}"}
    ) == {"input": "{}"}
