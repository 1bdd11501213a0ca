"""TestState: a single state with mocked work, and what the answer shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.errors import ApiError
from tests.api.fakes import ROLE, Caller

INVOKE = "arn:aws:states:::lambda:invoke"
PASS = {"Type": "Pass", "End": True}
TASK = {
    "Type": "Task",
    "Resource": INVOKE,
    "Parameters": {"FunctionName": "f", "Payload": {"a.$": "$.a"}},
    "ResultPath": "$.r",
    "Next": "B",
}
MAP = {
    "Type": "Map",
    "ItemsPath": "$.v",
    "ItemSelector": {"x.$": "$$.Map.Item.Value"},
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": PASS},
    },
    "ToleratedFailureCount": 1,
    "End": True,
}
PARALLEL = {
    "Type": "Parallel",
    "Branches": [{"StartAt": name, "States": {name: PASS}} for name in "IJ"],
    "Catch": [{"ErrorEquals": ["E"], "Next": "C"}],
    "End": True,
}
RETRIES = {
    **TASK,
    "Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["E"], "IntervalSeconds": 3, "MaxAttempts": 2}],
}
CATCHES = {**RETRIES, "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "C"}]}
FAILURE = {"errorOutput": {"error": "E", "cause": "why"}}
START = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution",
    "Parameters": {"StateMachineArn": "m"},
    "End": True,
}
STARTED = {"ExecutionArn": "arn", "StartDate": "today"}
WRITER = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b"}}
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "JSON"},
    "Parameters": {"Bucket": "b", "Key": "k"},
}
WHOLE = {"StartAt": "A", "States": {"A": MAP}}
WHOLE_TASK = {"StartAt": "A", "States": {"A": {**TASK, "Next": "B"}, "B": PASS}}


def run_test(call: Caller, definition: Any, input: Any = None, **more: Any) -> dict[str, Any]:
    """Returns the answer, with its JSON parsed and without absent members."""
    answer = call(
        "TestState",
        definition=json.dumps(definition),
        input=json.dumps(input if input is not None else {}),
        **more,
    )
    return {name: _read(name, value) for name, value in answer.items() if value is not None}


def _read(name: str, value: Any) -> Any:
    if name == "inspectionData":
        return {step: json.loads(text) if isinstance(text, str) else text for step, text in value.items()}
    return json.loads(value) if name == "output" else value


@pytest.mark.parametrize(
    "state, input, answer",
    [
        (PASS, {"a": 1}, {"status": "SUCCEEDED", "output": {"a": 1}}),
        (
            {"Type": "Pass", "Result": [1], "Next": "B"},
            {},
            {"status": "SUCCEEDED", "output": [1], "nextState": "B"},
        ),
        ({"Type": "Succeed", "OutputPath": "$.a"}, {"a": 1}, {"status": "SUCCEEDED", "output": 1}),
        (
            {"Type": "Wait", "Seconds": 0, "Next": "B"},
            {"a": 1},
            {"status": "SUCCEEDED", "output": {"a": 1}, "nextState": "B"},
        ),
        (
            {"Type": "Fail", "Error": "E", "CausePath": "$.a"},
            {"a": "why"},
            {"status": "FAILED", "error": "E", "cause": "why"},
        ),
        (
            {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "One"}],
                "Default": "Else",
            },
            {"a": 2},
            {"status": "SUCCEEDED", "output": {"a": 2}, "nextState": "Else"},
        ),
        (
            {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a + 1 %}", "End": True},
            {"a": 1},
            {"status": "SUCCEEDED", "output": 2},
        ),
    ],
)
def test_plain_states(call: Caller, state: Any, input: Any, answer: Any) -> None:
    """The end of a state is reported as in an execution."""
    assert run_test(call, state, input) == answer


def test_a_lone_surrogate(call: Caller) -> None:
    """A lone surrogate is shown escaped."""
    answer = call("TestState", definition=json.dumps(PASS), input='["\\ud800", "é"]')
    assert answer["output"] == '["\\ud800","\\u00e9"]'


def test_a_wait_beyond_five_minutes(call: Caller) -> None:
    """A test takes five minutes at most."""
    assert run_test(call, {"Type": "Wait", "Seconds": 301, "End": True}) == {
        "status": "FAILED",
        "error": "States.Timeout",
    }


@pytest.mark.parametrize(
    "input, fields, mock, shown",
    [
        ('{"v": [1,  2]}', {}, "[10,  20]", {"output": "[10,  20]", "afterInputPath": '{"v":[1,2]}'}),
        (  # stackd, LocalStack: lists as Java writes them, with their items as JSON
            '{"v": [{"a": 1}, "b"]}',
            {"ItemBatcher": {"MaxItemsPerBatch": 2}},
            "[1]",
            {
                "afterItemsPath": '[{"a":1}, "b"]',
                "afterItemSelector": '[{"x":{"a":1}}, {"x":"b"}]',
                "afterItemBatcher": r'[{"Items":["{\"x\":{\"a\":1}}","{\"x\":\"b\"}"]}]',
            },
        ),
    ],
)
def test_texts(call: Caller, input: str, fields: Any, mock: str, shown: dict[str, str]) -> None:
    """Payloads have the text of an execution's: compact, and a mocked result is unchanged."""
    definition = json.dumps({**MAP, **fields})
    answer = call(
        "TestState", definition=definition, input=input, mock={"result": mock}, inspectionLevel="DEBUG"
    )
    texts = {**answer["inspectionData"], "output": answer["output"]}
    assert {name: texts[name] for name in shown} == shown
    assert texts["input"] == input


@pytest.mark.parametrize(
    "state, input, mock, steps",
    [
        (
            {
                "Type": "Pass",
                "InputPath": "$.a",
                "Parameters": {"p.$": "$"},
                "ResultPath": "$.r",
                "End": True,
            },
            {"a": 1},
            None,
            {
                "afterInputPath": 1,
                "afterParameters": {"p": 1},
                "afterResultSelector": {"p": 1},
                "afterResultPath": {"a": 1, "r": {"p": 1}},
            },
        ),
        ({**PASS, "Result": 1}, {}, None, {"result": 1, "afterResultSelector": 1, "afterResultPath": 1}),
        ({"Type": "Fail"}, {"a": 1}, None, {"afterInputPath": {"a": 1}}),
        (
            {**TASK, "ResultSelector": {"s.$": "$.Payload"}},
            {"a": 1},
            {"result": '{"Payload": "b"}'},
            {
                "afterInputPath": {"a": 1},
                "afterParameters": {"FunctionName": "f", "Payload": {"a": 1}},
                "result": {"Payload": "b"},
                "afterResultSelector": {"s": "b"},
                "afterResultPath": {"a": 1, "r": {"s": "b"}},
            },
        ),
        (
            {
                "Type": "Task",
                "QueryLanguage": "JSONata",
                "Resource": INVOKE,
                "Arguments": {"FunctionName": "{% $states.input.f %}"},
                "End": True,
            },
            {"f": "g"},
            {"result": "{}"},
            {"afterArguments": {"FunctionName": "g"}, "result": {}},
        ),
        (
            PARALLEL,
            {"a": 1},
            {"result": "[1, 2]"},
            {"afterResultSelector": [1, 2], "afterResultPath": [1, 2]},
        ),
        (
            MAP,
            {"v": [1, 2]},
            FAILURE,
            {
                "afterInputPath": {"v": [1, 2]},
                "afterItemsPath": [1, 2],
                "afterItemSelector": [{"x": 1}, {"x": 2}],
                "maxConcurrency": 0,
                "toleratedFailureCount": 1,
            },
        ),
    ],
)
def test_steps(call: Caller, state: Any, input: Any, mock: Any, steps: Any) -> None:
    """DEBUG shows the steps of the dataflow; for each type, those that AWS shows."""
    more = {"mock": mock} if mock else {}
    assert run_test(call, state, input, inspectionLevel="DEBUG", **more)["inspectionData"] == {
        "input": input,
        **steps,
    }


def test_variables(call: Caller) -> None:
    """The state gets the given variables, and overrides those that it assigns."""
    state = {**PASS, "Assign": {"y.$": "$x"}}
    answer = run_test(call, state, inspectionLevel="TRACE", variables='{"x": 1, "y": 2}')
    assert answer["inspectionData"]["variables"] == {"x": 1, "y": 1}


@pytest.mark.parametrize(
    "state, retries, status, details",
    [
        (TASK, 0, "FAILED", None),
        (RETRIES, 0, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 3}),
        (RETRIES, 1, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 6}),
        (RETRIES, 2, "FAILED", {"retryIndex": 1}),
        (CATCHES, 2, "CAUGHT_ERROR", {"retryIndex": 1, "catchIndex": 0}),
    ],
)
def test_errors(call: Caller, state: Any, retries: int, status: str, details: Any) -> None:
    """Retry applies while attempts are left, and then Catch."""
    answer = run_test(
        call,
        state,
        {"a": 1},
        mock=FAILURE,
        stateConfiguration={"retrierRetryCount": retries},
        inspectionLevel="DEBUG",
    )
    assert (answer["status"], answer["error"], answer["inspectionData"].get("errorDetails")) == (
        status,
        "E",
        details,
    )
    if status == "CAUGHT_ERROR":
        assert (answer["nextState"], answer["output"]) == ("C", {"a": 1, "e": {"Error": "E", "Cause": "why"}})


@pytest.mark.parametrize("failures, status", [(1, "SUCCEEDED"), (2, "FAILED")])
def test_tolerated_failures(call: Caller, failures: int, status: str) -> None:
    """A Map fails if more iterations fail than it tolerates, for given and for read items."""
    more: dict[str, Any] = {"mock": {"result": "[1, 2]"}}
    given = {"mapIterationFailureCount": failures}
    assert run_test(call, MAP, {"v": [1, 2]}, stateConfiguration=given, **more)["status"] == status
    read = {"mapIterationFailureCount": failures, "mapItemReaderData": "[1, 2]"}
    assert run_test(call, MAP, {}, stateConfiguration=read, **more)["status"] == status


@pytest.mark.parametrize("read", [{}, {"mapItemReaderData": "[1, 2]"}])
@pytest.mark.parametrize(
    "fields, noted",
    [
        ({"ItemSelector": {"x.$": "$.gone"}}, {"afterInputPath"}),
        ({"MaxConcurrencyPath": "$.gone"}, {"afterInputPath", "afterItemSelector"}),
        (
            {"ToleratedFailureCountPath": "$.gone"},
            {"afterInputPath", "afterItemSelector", "maxConcurrency"},
        ),
    ],
)
def test_a_map_that_fails_to_start(call: Caller, fields: Any, noted: set[str], read: Any) -> None:
    """The steps before the error are shown, for given and for read items.

    The error names the state.
    """
    state = {**MAP, **fields}
    if "ToleratedFailureCountPath" in fields:
        del state["ToleratedFailureCount"]
    more: dict[str, Any] = {"stateConfiguration": read, "mock": {"result": "[]"}, "inspectionLevel": "DEBUG"}
    answer = run_test(call, state, {"v": [1, 2]}, **more)
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert answer["cause"].startswith("An error occurred while executing the state")
    assert set(answer["inspectionData"]) - {"input", "afterItemsPath"} == noted


def test_items_in_the_context(call: Caller) -> None:
    """A path into the Context Object that finds no array is named without its first "$" (LocalStack)."""
    inner = {"StartAt": "I", "States": {"I": PASS}}
    answer = run_test(
        call,
        {"Type": "Map", "ItemsPath": "$$", "ItemProcessor": inner, "End": True},
        {},
        context='{"Execution": {}}',
        mock={"result": "[1]"},
        inspectionLevel="TRACE",
    )
    assert (answer["status"], answer["cause"]) == ("FAILED", 'Reference path "$" must point to array.')
    assert set(answer["inspectionData"]) == {"input", "afterInputPath"}


def test_what_a_reader_read(call: Caller) -> None:
    """ItemsPointer finds the items; they are shown in the batches of the child executions."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    state = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/rows"},
            "Parameters": {"Bucket": "b", "Key": "k"},
        },
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"n": 1}},
        "ItemProcessor": {"ProcessorConfig": config, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}},
        "End": True,
    }
    read = {"mapItemReaderData": '{"rows": [1, 2, 3]}'}
    answer = run_test(
        call, state, {}, stateConfiguration=read, mock={"result": "[1, 2]"}, inspectionLevel="DEBUG"
    )
    shown = answer["inspectionData"]
    assert shown["afterInputPath"] == {}
    assert shown["afterItemsPointer"] == [1, 2, 3]
    assert shown["afterItemBatcher"] == [
        {"BatchInput": {"n": 1}, "Items": ["1", "2"]},
        {"BatchInput": {"n": 1}, "Items": ["3"]},
    ]


def test_context(call: Caller) -> None:
    """The Context Object is the given one, or names an execution that is not stored."""
    state = {**TASK, "Parameters": {"FunctionName": "f", "Payload.$": "$$"}}
    more: dict[str, Any] = {"mock": {"result": "{}"}, "inspectionLevel": "DEBUG"}
    assert run_test(call, state, context='{"Execution": {"Id": "me"}}', **more)["inspectionData"][
        "afterParameters"
    ] == {
        "FunctionName": "f",
        "Payload": {"Execution": {"Id": "me"}},
    }
    made = run_test(call, state, {"a": 1}, **more)["inspectionData"]["afterParameters"]["Payload"]
    assert (made["Execution"]["Input"], made["Execution"]["RoleArn"], made["State"]["RetryCount"]) == (
        {"a": 1},
        None,
        0,
    )
    assert call("ListStateMachines")["stateMachines"] == []


def test_state_of_a_machine(call: Caller) -> None:
    """stateName finds the state, including one inside a Map of any mode."""
    assert run_test(call, WHOLE, {"a": 1}, stateName="I") == {"status": "SUCCEEDED", "output": {"a": 1}}
    assert run_test(call, WHOLE, {"v": [1]}, stateName="A", mock={"result": "[2]"}) == {
        "status": "SUCCEEDED",
        "output": [2],
    }


def test_states_inside_use_the_language_of_the_state(call: Caller) -> None:
    rule = {"Condition": "{% true %}", "Next": "D"}
    inner = {"C": {"Type": "Choice", "Choices": [rule], "Default": "D"}, "D": {"Type": "Succeed"}}
    state = {
        "Type": "Parallel",
        "QueryLanguage": "JSONata",
        "Branches": [{"StartAt": "C", "States": inner}],
        "End": True,
    }
    assert run_test(call, state, mock={"result": "[1]"}) == {"status": "SUCCEEDED", "output": [1]}


@pytest.mark.parametrize(
    "state, more, code, message",
    [
        (TASK, {}, "ValidationException", "RoleArn must be specified when testing a Task state"),
        (
            MAP,
            {},
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types include: ",
        ),
        (
            PASS,
            {"mock": {"result": "{}"}},
            "ValidationException",
            "State type 'Pass' is not supported when a mock is specified",
        ),
        (
            TASK,
            {"mock": {"result": "{}", **FAILURE}},
            "ValidationException",
            "A test mock should have only one of the following fields: ",
        ),
        (
            TASK,
            {"mock": FAILURE, "revealSecrets": True},
            "ValidationException",
            "TestState does not support RevealSecrets when a mock",
        ),
        (
            TASK,
            {"mock": {"errorOutput": {"cause": "c"}}},
            "ValidationException",
            "An error was not specified in the mocked error output.",
        ),
        (
            PASS,
            {"context": "{}"},
            "ValidationException",
            "TestState does not support Context when a mock is not specified.",
        ),
        (TASK, {"mock": {"result": "x"}}, "ValidationException", "Mocked result must be valid JSON"),
        *(
            (TASK, {"mock": {"result": result}}, "ValidationException", message)
            for result, message in [  # stackd
                ("null", "Mocked result must be a valid JSON object."),
                ("[]", "Mocked result must be a valid JSON object."),
                (
                    '{"Payload": {}}',
                    "Mock result schema validation error: Field 'Payload' must be a string",
                ),
            ]
        ),
        *(
            (MAP | fields, {"mock": {"result": result}, **more}, "ValidationException", message)
            for fields, result, more, message in [  # stackd
                ({}, "[1]", {}, "Input array does not equal the mocked result array's size"),
                ({"ItemBatcher": {"MaxItemsPerBatch": 2}}, "[1, 2]", {}, "Input array does not equal the"),
                (
                    {"ItemReader": READER},
                    "[1]",
                    {},
                    "ItemReader data must be specified when testing a Map state with ItemReader specified.",
                ),
                (
                    {"ItemReader": READER},
                    "[1]",
                    {"stateConfiguration": {"mapItemReaderData": "[1, 2]"}},
                    "Input array does not equal the mocked result array's size",
                ),
            ]
        ),
        (
            WHOLE_TASK,
            {
                "stateName": "A",
                "stateConfiguration": {"mapIterationFailureCount": 1},
                "mock": {"result": "{}"},
            },
            "ValidationException",
            "MapIterationFailureCount is only supported when testing a Map state.",
        ),
        (MAP, {"mock": {"result": "{}"}}, "ValidationException", "Mocked result must be an array."),
        (
            {**MAP, "ResultWriter": WRITER},
            {"mock": {"result": "[]"}},
            "ValidationException",
            "Mocked result must be a JSON object.",
        ),
        (
            PARALLEL,
            {"mock": {"result": "[1]"}},
            "ValidationException",
            "Mocked result must contain the same number of items as ",
        ),
        (
            MAP,
            {"stateConfiguration": {"mapIterationFailureCount": 0}},
            "ValidationException",
            "TestState does not support MapIteration",
        ),
        (
            MAP,
            {"stateConfiguration": {"mapIterationFailureCount": 3}, "mock": {"result": "[1]"}},
            "ValidationException",
            "Map iteration failure count must be less than or equal to the number of Map iterations",
        ),
        (WHOLE, {"stateName": "dne"}, "ValidationException", "State not found in definition"),
        (
            {"Type": "Odd"},
            {},
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should",
        ),
        (PASS, {"input": "x"}, "InvalidExecutionInput", "Invalid State Machine Execution Input: "),
        *(
            (
                TASK,
                {"mock": FAILURE, "context": context},
                "ValidationException",
                f"Invalid Context object provided: {message}",
            )
            for context, message in [
                ('{"Execution": {"Id": 1}}', "Execution.Id must be a string"),
                ('{"Execution": {"odd": 1}}', "Field 'odd' is not allowed"),
                ('{"Odd": {}}', "Field 'Odd' is not allowed"),
                ('{"Map": {}}', "'Map' field is not supported when mocking a Context object"),
                (
                    '{"Task": {"Token": "t"}}',
                    "Context object contains 'Task' when state is not a Task state with",
                ),
            ]
        ),
    ],
)
def test_refused(call: Caller, state: Any, more: dict[str, Any], code: str, message: str) -> None:
    """A state that cannot be tested is refused with AWS's message."""
    with pytest.raises(ApiError) as refused:
        call("TestState", **{"definition": json.dumps(state), "input": '{"v": [1, 2]}', **more})
    assert refused.value.code == code
    assert refused.value.message.startswith(message)


@pytest.mark.parametrize(
    "result, mode, problem",
    [
        (STARTED, "STRICT", None),
        ({}, "STRICT", "Required field 'ExecutionArn' is missing"),
        ({}, "PRESENT", None),
        ({**STARTED, "StartDate": 1}, "STRICT", "Field 'StartDate' must be a string"),
        ({"ExecutionArn": True}, "PRESENT", "Field 'ExecutionArn' must be a string"),
        ({"ExecutionArn": 1, "odd": 1}, "NONE", None),
        ({**STARTED, "odd": 1}, "STRICT", None),
    ],
)
def test_field_validation(call: Caller, result: Any, mode: str, problem: str | None) -> None:
    """A mocked result is validated against the API's model."""
    mock = {"result": json.dumps(result), "fieldValidationMode": mode}
    if problem is None:
        assert run_test(call, START, mock=mock)["output"] == result
        return
    with pytest.raises(ApiError) as refused:
        run_test(call, START, mock=mock, roleArn=ROLE)
    assert refused.value.message == f"Mock result schema validation error: {problem}"
