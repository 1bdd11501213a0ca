"""The validator: AWS's codes, messages and locations, with every problem reported at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.asl.validation.validate import validate
from tests.asl.validation.findings import SCHEMA, findings_of, only
from tests.interpreter.manual_driver import run

PASS = {"Type": "Pass", "End": True}
TARGET = "MISSING_TRANSITION_TARGET"
INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}

NO_END = ("MISSING_END_STATE", "Workflow has no terminal state", None)
ALL_COMPARISONS = (  # tiny-asl-machine
    "[StringEquals, IsBoolean, StringLessThan, IsNumeric, BooleanEquals, StringLessThanEqualsPath, "
    "NumericLessThan, NumericGreaterThan, NumericLessThanPath, StringMatches, TimestampLessThanEqualsPath, "
    "NumericEquals, TimestampGreaterThan, StringGreaterThanEqualsPath, TimestampGreaterThanEqualsPath, "
    "TimestampLessThanEquals, NumericLessThanEqualsPath, TimestampEquals, BooleanEqualsPath, IsTimestamp, "
    "StringLessThanEquals, NumericLessThanEquals, StringLessThanPath, TimestampGreaterThanPath, "
    "StringGreaterThan, StringGreaterThanPath, IsString, StringEqualsPath, TimestampEqualsPath, "
    "TimestampLessThan, StringGreaterThanEquals, NumericGreaterThanPath, NumericGreaterThanEquals, "
    "NumericEqualsPath, TimestampLessThanPath, IsNull, IsPresent, TimestampGreaterThanEquals, "
    "NumericGreaterThanEqualsPath]"
)
TYPES = (
    "The field 'Type' should have one of these values: "
    "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
)
NOT_RECOGNIZED = (
    "is not recognized. "
    "The value is not a valid resource ARN, or the resource is not available in this region."
)
EXPRESS = "Express state machine does not support"
ALONE = "States.ALL must appear alone and at end of list"
LONG = "n" * 81


def one(state: Any, **top: Any) -> Any:
    return {"StartAt": "S", "States": {"S": state}, **top}


def choice(rule: Any) -> Any:
    return {"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule]}, "S": PASS}}


def task(resource: str, **fields: Any) -> Any:
    return one({"Type": "Task", "Resource": resource, "End": True, **fields})


def retry(**fields: Any) -> Any:
    return one({**INVOKE, "Retry": [{"ErrorEquals": ["E"], **fields}]})


def jsonata(**fields: Any) -> Any:
    return one({**PASS, **fields}, QueryLanguage="JSONata")


@pytest.mark.parametrize(
    "definition, found",
    [
        ({}, [(SCHEMA, "These fields are required: [States, StartAt]", "/")]),
        ({"States": {"S": PASS}}, [(SCHEMA, "These fields are required: [StartAt]", "/")]),
        (one(PASS, Version="2.0"), [(SCHEMA, "Value should be one of the following: [1.0]", "/Version")]),
        (one(PASS, TimeoutSeconds=-1), [(SCHEMA, "Minimum value is 0", "/TimeoutSeconds")]),
        (one(PASS, TimeoutSeconds=0), []),
        (one(PASS, startAt="S"), [(SCHEMA, "Field 'startAt' is not supported", "/")]),
        (one({"Type": "Bogus", "End": True}), [(SCHEMA, TYPES, "/States/S/Type")]),
        (one({"Type": ["Pass"], "End": True}), [(SCHEMA, TYPES, "/States/S/Type")]),
        (one({"End": True}), [(SCHEMA, "The field 'Type' is required", "/States/S")]),
        (  # tiny-asl-machine
            one({"Type": "Pass"}),
            [
                (
                    SCHEMA,
                    "This object should have only one of the following fields: [Next, End]",
                    "/States/S",
                ),
                NO_END,
            ],
        ),
        (  # fields first, then transitions
            {"StartAt": "T", "States": {"S": {**PASS, "Next": "U", "Colour": 1, "End": False}}},
            [
                (SCHEMA, "Field 'Colour' is not supported", "/States/S"),
                (TARGET, "Missing 'Next' target: T", "/StartAt"),
                (TARGET, "Missing 'Next' target: U", "/States/S/Next"),
                NO_END,
            ],
        ),
        (  # tiny-asl-machine
            {"StartAt": "S", "States": {}},
            [
                (SCHEMA, "Value cannot be empty", "/States"),
                (TARGET, "Missing 'Next' target: S", "/StartAt"),
                NO_END,
            ],
        ),
        (
            {"StartAt": "S", "States": {"S": {**PASS, "Next": "T"}, "T": PASS}},
            [(SCHEMA, "There should only be one of the following fields: [Next, End]", "/States/S")],
        ),
        (one({**PASS, "Colour": 1}), [(SCHEMA, "Field 'Colour' is not supported", "/States/S")]),
        (one({**PASS, "Catch": []}), [(SCHEMA, "Field 'Catch' is not supported", "/States/S")]),
        (
            one({"Type": "Parallel", "Branches": [], "End": True}),
            [(SCHEMA, "Value cannot be empty", "/States/S/Branches")],
        ),
        (
            one({"Type": "Parallel", "Branches": [{"StartAt": "I"}], "End": True}),
            [(SCHEMA, "These fields are required: [States]", "/States/S/Branches[0]")],
        ),
        (
            {"StartAt": LONG, "States": {LONG: PASS}},
            [
                (
                    "INVALID_STATE_NAME",
                    (
                        f"Invalid State name: State '{LONG}' "
                        "exceeds the 80-character limit allowed by the service"
                    ),
                    f"/States/{LONG}",
                )
            ],
        ),
        (
            one({"Type": "Parallel", "Branches": [one(PASS)], "End": True}),
            [("DUPLICATE_STATE_NAME", "Duplicate State name: S", "/States/S/Branches[0]/States/S")],
        ),
    ],
)
def test_machines_and_states(definition: Any, found: list[tuple[str, str, str]]) -> None:
    """Each problem has AWS's code, its message and its location."""
    assert findings_of(definition) == found


def test_a_state_twice_in_one_object() -> None:
    """Duplicate states are reported: a JSON parser would silently use the last one."""
    text = '{"StartAt":"A","States":{"A":{"Type":"Succeed"},"A":{"Type":"Pass","End":true}}}'
    assert validate(text) == [("ERROR", "DUPLICATE_STATE_NAME", "Duplicate State name: A", "/States/A")]


END = ("MISSING_END_STATE", "Workflow has no terminal state", None)


@pytest.mark.parametrize(
    "start, states, found",
    [
        ("A", {"A": "B", "B": "A"}, [END]),
        ("A", {"A": "B", "B": "A", "C": "A"}, [END]),
        ("A", {"A": "B", "B": "A", "C": None}, [(TARGET, 'State "C" is not reachable.', "/States/C")]),
        ("A", {"A": "Gone"}, [(TARGET, "Missing 'Next' target: Gone", "/States/A/Next"), END]),
        (
            "Gone",
            {"A": "B", "B": None},
            [
                (TARGET, "Missing 'Next' target: Gone", "/StartAt"),
                (TARGET, 'State "A" is not reachable.', "/States/A"),
            ],
        ),
    ],
)
def test_transitions(
    start: str, states: dict[str, str | None], found: list[tuple[str, str, str | None]]
) -> None:
    """Transitions between Pass states have AWS's findings (None is the end)."""
    passes = {name: {"Type": "Pass", "Next": next} if next else PASS for name, next in states.items()}
    assert findings_of({"StartAt": start, "States": passes}) == found


@pytest.mark.parametrize(
    "state, location",
    [
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "Gone"}]},
            "/States/S/Choices[0]/Next",
        ),
        (
            {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "T"}],
                "Default": "Gone",
            },
            "/States/S/Default",
        ),
        ({**INVOKE, "Catch": [{"ErrorEquals": ["E"], "Next": "Gone"}]}, "/States/S/Catch[0]/Next"),
    ],
)
def test_targets(state: Any, location: str) -> None:
    """AWS calls every field that names a missing state 'Next'."""
    definition = {"StartAt": "F", "States": {"F": {"Type": "Pass", "Next": "S"}, "S": state, "T": PASS}}
    found = [each for each in findings_of(definition) if "reachable" not in each[1]]
    assert found == [(TARGET, "Missing 'Next' target: Gone", location)]


@pytest.mark.parametrize(
    "definition, message, location",
    [
        (task("arn:aws:nowhere"), f"The resource provided arn:aws:nowhere {NOT_RECOGNIZED}", "Resource"),
        (task("f"), "Value is not a valid resource ARN", "Resource"),
        *(
            (task(arn, Parameters={}), f"The resource provided {arn} {NOT_RECOGNIZED}", "Resource")
            for arn in (
                "arn:aws:states:::dynamodb:query",
                "arn:aws:states:::lamda:invoke",
                "arn:aws:states:::lambda:invoke.sync",
                "arn:aws:states:::dynamodb:getItem.waitForTaskToken",
                "arn:aws:states:::ecs:runTask.sync:2",
                "arn:aws:states:::aws-sdk:s3:getObject.sync",
            )
        ),
        (
            task("arn:aws:states:::sns:publish"),
            "Parameters field is required for resource ARN: arn:aws:states:::sns:publish",
            "Resource",
        ),
        (
            task("arn:aws:states:::sns:publish", Parameters={}),
            "The field 'Message' is required but was missing",
            "Parameters",
        ),
        (
            one({**INVOKE, "Credentials": {}}),
            "The field 'RoleArn' is required but was missing",
            "Credentials",
        ),
        (
            task("arn:aws:states:us-east-1:123456789012:activity:a", Credentials={"RoleArn": "r"}),
            "The field 'Credentials' is not supported for activities",
            "Credentials",
        ),
        (one({**INVOKE, "TimeoutSeconds": 0}), "Minimum value is 1", "TimeoutSeconds"),
        (one({**INVOKE, "TimeoutSeconds": 100_000_000}), "Maximum value is 99999999", "TimeoutSeconds"),
        (one({**INVOKE, "TimeoutSeconds": "5"}), "Expected value of type Integer", "TimeoutSeconds"),
        (
            one({**INVOKE, "TimeoutSeconds": 5, "HeartbeatSeconds": 5}),
            "HeartbeatSeconds must be smaller than TimeoutSeconds",
            "HeartbeatSeconds",
        ),
        (
            one({**INVOKE, "TimeoutSeconds": 5, "TimeoutSecondsPath": "$.t"}),
            "There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]",
            "",
        ),
        (
            one({"Type": "Wait", "Seconds": 1, "Timestamp": "2026-11-24T12:00:00Z", "End": True}),
            (
                "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, "
                "Timestamp]"
            ),
            "",
        ),
        (
            one({"Type": "Wait", "Timestamp": "2026-11-24 12:00:00Z", "End": True}),
            "String does not match RFC3339 timestamp",
            "Timestamp",
        ),
    ],
)
def test_tasks_and_waits(definition: Any, message: str, location: str) -> None:
    """A Task has a valid resource, its required arguments, and valid timeouts."""
    assert findings_of(definition) == [(SCHEMA, message, f"/States/S/{location}".rstrip("/"))]


@pytest.mark.parametrize(
    "entries, found",
    [
        ([{"ErrorEquals": []}], [("Value cannot be empty", "[0]/ErrorEquals")]),
        ([{}], [("These fields are required: [ErrorEquals]", "[0]")]),
        ([{"ErrorEquals": "E"}], [("Expected value of type Array", "[0]/ErrorEquals")]),
        ([{"ErrorEquals": ["E", "States.ALL"]}], [(ALONE, "[0]/ErrorEquals[1]")]),
        ([{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}], [(ALONE, "[0]/ErrorEquals[0]")]),
        ([{"ErrorEquals": ["E"]}, {"ErrorEquals": ["States.ALL"]}], []),
    ],
)
def test_error_equals(entries: Any, found: list[tuple[str, str]]) -> None:
    """ErrorEquals is checked in Retry and in Catch."""
    caught = [{**entry, "Next": "T"} for entry in entries]
    retries = {
        "StartAt": "S",
        "States": {"S": {**INVOKE, "Retry": entries, "Catch": caught, "Next": "T"}, "T": PASS},
    }
    del retries["States"]["S"]["End"]
    expected = [
        (SCHEMA, message, f"/States/S/{field}{where}")
        for field in ("Retry", "Catch")
        for message, where in found
    ]
    assert findings_of(retries) == expected


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"IntervalSeconds": 0}, None),
        ({"IntervalSeconds": -1}, "Minimum value is 0"),
        ({"IntervalSeconds": 1.5}, "Expected value of type Integer"),
        ({"MaxAttempts": 100_000_000}, "Maximum value is 99999999"),
        ({"BackoffRate": 0.5}, "Minimum value is 1"),
        ({"BackoffRate": 1.0}, None),
        ({"MaxDelaySeconds": 0}, "Minimum value is 1"),
        ({"MaxDelaySeconds": 31_622_401}, "Maximum value is 31622400"),
        ({"JitterStrategy": "SOME"}, "Value should be one of the following: [NONE, FULL]"),
    ],
)
def test_retriers(fields: Any, message: str | None) -> None:
    """The numbers of a Retrier must be within AWS's bounds."""
    (name,) = fields
    assert findings_of(retry(**fields)) == (
        [(SCHEMA, message, f"/States/S/Retry[0]/{name}")] if message else []
    )


SELECTORS = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
NO_REFERENCE = "Value is not a Reference Path: Reference path didn't start with '$'"


@pytest.mark.parametrize(
    "rule, message, location",
    [
        ({}, SELECTORS, ""),
        ({"Variable": "$.n", "And": [], "IsNull": True}, SELECTORS, ""),
        (
            {"Variable": "$.n"},
            f"This object should have only one of the following fields: {ALL_COMPARISONS}",
            "",
        ),
        (
            {"Variable": "$.n", "IsNull": True, "IsPresent": True},
            f"There should only be one of the following fields: {ALL_COMPARISONS}",
            "",
        ),
        ({"Variable": "$.n", "NumericEquals": "1"}, "Expected value of type Number", "/NumericEquals"),
        ({"Variable": "n", "IsNull": True}, NO_REFERENCE, "/Variable"),
        ({"Variable": "$.n", "StringEqualsPath": "n"}, NO_REFERENCE, "/StringEqualsPath"),
        ({"And": []}, "Value cannot be empty", "/And"),
        ({"Not": {"Variable": "$.n", "IsNull": True, "Next": "S"}}, "Field 'Next' is not supported", "/Not"),
        ({"Or": [{"Variable": "$.n", "IsNull": True, "Odd": 1}]}, "Field 'Odd' is not supported", "/Or[0]"),
        (
            {"Variable": "$.n", "IsNull": True, "Condition": True},
            only("Condition", "JSONPath", "JSONata"),
            "",
        ),
    ],
)
def test_choice_rules(rule: Any, message: str, location: str) -> None:
    """A rule has one selector, a comparison one operator, and only the outermost rule a Next."""
    assert findings_of(choice({**rule, "Next": "S"})) == [
        (SCHEMA, message, f"/States/C/Choices[0]{location}")
    ]


def test_choice_conditions() -> None:
    """In JSONata, a rule has a Condition."""
    rules = [
        {"Variable": "$.n", "IsNull": True, "Next": "S"},
        {"Condition": "true", "Next": "S"},
        {"Condition": True},
    ]
    states = {"C": {"Type": "Choice", "Choices": rules}, "S": PASS}
    assert findings_of({"StartAt": "C", "QueryLanguage": "JSONata", "States": states}) == [
        (SCHEMA, "These fields are required: [Condition]", "/States/C/Choices[0]"),
        (SCHEMA, only("Variable", "JSONata", "JSONPath"), "/States/C/Choices[0]"),
        (SCHEMA, only("IsNull", "JSONata", "JSONPath"), "/States/C/Choices[0]"),
        (SCHEMA, "JSONata string must start with {% and end with %}", "/States/C/Choices[1]/Condition"),
        (SCHEMA, "These fields are required: [Next]", "/States/C/Choices[2]"),
    ]


NOT_COMPUTED = "must be a STRING that contains a JSONPath but was"
COMPUTED = "must be a valid JSONPath or a valid intrinsic function call"


@pytest.mark.parametrize(
    "definition, found",
    [
        (one({**PASS, "InputPath": "a"}), [(SCHEMA, "Value must be a valid JSONPath.", "InputPath")]),
        (one({**PASS, "ResultPath": "a"}), [(SCHEMA, NO_REFERENCE, "ResultPath")]),
        (one({**PASS, "ResultPath": "$.a[*]"}), [(SCHEMA, "Value is not a Reference Path", "ResultPath")]),
        (
            one({**PASS, "ResultPath": "$$.a"}),
            [
                (
                    SCHEMA,
                    "Value is not a Reference Path: it must name a place in the input, not in '$$.a'",
                    "ResultPath",
                )
            ],
        ),
        (one({**PASS, "InputPath": None, "ResultPath": None, "OutputPath": None}), []),
        (
            one({**PASS, "Parameters": {"parsed.$": "States.Gone($)", "in": [{"a.$": "a"}]}}),
            [
                (SCHEMA, f"The value for the field 'parsed.$' {COMPUTED}", "Parameters"),
                (SCHEMA, f"The value for the field 'a.$' {COMPUTED}", "Parameters/in[0]"),
            ],
        ),
        *(
            (
                one({**PASS, "Parameters": {"a": {"b.$": value}}}),
                [
                    (
                        SCHEMA,
                        f"The value for the field 'b.$' {NOT_COMPUTED} {what}",
                        "Parameters/a",
                    )
                ],
            )
            for value, what in [  # Qiita for arrays; the others follow it
                (["$.x"], "an ARRAY"),
                ({}, "an OBJECT"),
                (1, "a NUMBER"),
                (True, "a BOOLEAN"),
                (None, "a NULL"),
            ]
        ),
        (
            one({**PASS, "Assign": {"states": 1, "a-b.$": "$", LONG: 1, "fine.$": "$"}}),
            [
                ("RESERVED_VARIABLE_NAME", "Cannot assign to reserved variable '$states'.", "Assign/states"),
                (
                    "INVALID_VARIABLE_NAME",
                    "Invalid variable name 'a-b': the variable name contains invalid characters.",
                    "Assign/a-b.$",
                ),
                (
                    "INVALID_VARIABLE_NAME",
                    f"Invalid variable name '{LONG}': it exceeds the 80-character limit",
                    f"Assign/{LONG}",
                ),
            ],
        ),
        (
            jsonata(Output={"v": "{% phone %}", "w": ["{% 1 + %}", "{% $states.input"]}),
            [
                (
                    "UNSUPPORTED_JSONATA_EXPRESSION",
                    "Reference to 'phone' at the top level is not supported.",
                    "Output/v",
                ),
                ("INVALID_JSONATA_EXPRESSION", "Unexpected end of expression", "Output/w[0]"),
                (SCHEMA, "JSONata string must start with {% and end with %}", "Output/w[1]"),
            ],
        ),
        (
            jsonata(Output="{% $states.errorOutput.Cause %}"),
            [("UNSUPPORTED_JSONATA_EXPRESSION", "Field '$states.errorOutput' does not exist.", "Output")],
        ),
        (  # tiny-asl-machine
            jsonata(Output="{% $states.result %}"),
            [("UNSUPPORTED_JSONATA_EXPRESSION", "Field '$states.result' does not exist.", "Output")],
        ),
        (jsonata(Output="{% $unheard_of & '$states.errorOutput' %}", Comment="{% free"), []),
        (jsonata(InputPath="$"), [(SCHEMA, only("InputPath", "JSONata", "JSONPath"), "")]),
        (one({**PASS, "Output": 1}), [(SCHEMA, only("Output", "JSONPath", "JSONata"), "")]),
        (
            one({**PASS, "QueryLanguage": "JSONPath"}, QueryLanguage="JSONata"),
            [
                (
                    SCHEMA,
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                    "",
                )
            ],
        ),
        (
            one({**PASS, "QueryLanguage": "SQL", "Output": 1}),
            [(SCHEMA, "Value should be one of the following: [JSONPath, JSONata]", "QueryLanguage")],
        ),
    ],
)
def test_expressions(definition: Any, found: list[tuple[str, str, str]]) -> None:
    """Every invalid path, template, JSONata string and query language is reported."""
    assert findings_of(definition) == [
        (code, message, f"/States/S/{location}".rstrip("/")) for code, message, location in found
    ]


def test_error_output_in_a_catcher() -> None:
    """`$states.errorOutput` exists only in a Catcher."""
    state = {
        **INVOKE,
        "Arguments": INVOKE["Parameters"],
        "Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput %}", "Next": "T"}],
    }
    del state["Parameters"]
    assert findings_of({"StartAt": "S", "QueryLanguage": "JSONata", "States": {"S": state, "T": PASS}}) == []


@pytest.mark.parametrize(
    "definition, code, location",
    [
        (
            one({**PASS, "Parameters": {"a": "$.a", "b": {"c": "States.UUID()"}, "d": "$d"}}),
            "NO_DOLLAR",
            ["Parameters/a", "Parameters/b/c", "Parameters/d"],
        ),
        (one({**PASS, "Parameters": {"price": "$5", "text": "$ a"}}), "NO_DOLLAR", []),
        (one({"Type": "Fail", "Error": "$.e", "Cause": "$$.Execution.Id"}), "NO_PATH", ["Error", "Cause"]),
        (one({**PASS, "Result": {"a": [{"b.$": "$.b"}]}}), "PASS_RESULT_IS_STATIC", ["Result"]),
        (one({**PASS, "Result": {"a": "$5"}}), "PASS_RESULT_IS_STATIC", []),
    ],
)
def test_warnings(definition: Any, code: str, location: list[str]) -> None:
    """Valid definitions that look like mistakes have warnings."""
    assert findings_of(definition) == []
    assert [(each[0], each[2]) for each in findings_of(definition, severity="WARNING")] == [
        (code, f"/States/S/{where}") for where in location
    ]


@pytest.mark.parametrize(
    "text, code, message",
    [
        ("", SCHEMA, "Definition must be a valid JSON object"),
        ("[]", SCHEMA, "Definition must be a valid JSON object"),
        (
            "not a definition",
            "INVALID_JSON_DESCRIPTION",
            (
                "Unrecognized token 'not': was expecting "
                "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            ),
        ),
    ],
)
def test_no_definition(text: str, code: str, message: str) -> None:
    """A text that is not a JSON object has one problem."""
    ((_, found_code, found_message, _),) = validate(text)
    assert (found_code, found_message) == (code, message)


@pytest.mark.parametrize(
    "resource, message",
    [
        (
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            f"{EXPRESS} '.waitForTaskToken' service integration ",
        ),
        ("arn:aws:states:::states:startExecution.sync", f"{EXPRESS} '.sync' service integration"),
        ("arn:aws:states:us-east-1:123456789012:activity:a", f"{EXPRESS} Activity ARN"),
    ],
)
def test_express(resource: str, message: str) -> None:
    """Activities and callbacks are rejected in Express machines and Express children of a Map."""
    definition = task(resource, Parameters={"QueueUrl": "q", "MessageBody": "b", "StateMachineArn": "m"})
    assert findings_of(definition, "STANDARD") == []
    assert [each[1] for each in findings_of(definition, "EXPRESS")] == [message]
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    children = {
        "StartAt": "M",
        "States": {
            "M": {"Type": "Map", "ItemProcessor": {**definition, "ProcessorConfig": config}, "End": True}
        },
    }
    assert findings_of(children) == [(SCHEMA, message, "/States/M/ItemProcessor/States/S/Resource")]


SUCCEED = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
TOO_DEEP_TEXT = "Document nesting depth (1001) exceeds the maximum allowed (1000)"


def nested(opening: str, closing: str, depth: int) -> str:
    """Returns nested machines, each with a state of a different name."""
    return (
        "".join(opening.replace('"P"', f'"P{level}"') for level in range(depth)) + SUCCEED + closing * depth
    )


def parallels(depth: int) -> str:
    return nested('{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[', "]}}}", depth)


def maps(depth: int) -> str:
    return nested('{"StartAt":"P","States":{"P":{"Type":"Map","End":true,"ItemProcessor":', "}}}", depth)


def rules(opening: str, depth: int) -> str:
    inner = (
        opening * depth
        + '{"Variable":"$.a","IsNull":true}'
        + ("}" if opening.endswith(":") else "]}") * depth
    )
    return (
        '{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Next":"D","Not":'
        + inner
        + '}]},"D":{"Type":"Succeed"}}}'
    )


def passing(field: str, value: str) -> str:
    """Returns a machine with one Pass, which has a field with this JSON text."""
    language = "JSONata" if field == "Output" else "JSONPath"
    return json.dumps(one({**PASS, field: "@"}, QueryLanguage=language)).replace('"@"', value)


def expression(opening: str, closing: str, depth: int) -> str:
    return passing("Output", json.dumps("{% " + opening * depth + "1" + closing * depth + " %}"))


def intrinsic(depth: int) -> str:
    return passing("Parameters", json.dumps({"a.$": "States.Array(" * depth + ")" * depth}))


@pytest.mark.parametrize(
    "definition, beginning",
    [
        (parallels(10_000), TOO_DEEP_TEXT),
        (parallels(200), "Machines nest deeper than 100 levels"),
        (parallels(50), None),
        (maps(10_000), TOO_DEEP_TEXT),
        (maps(200), "Machines nest deeper than 100 levels"),
        (maps(50), None),
        *((rules(opening, 10_000), TOO_DEEP_TEXT) for opening in ('{"Not":', '{"And":[', '{"Or":[')),
        *(
            (rules(opening, 300), "Choice Rules nest deeper than 100 levels")
            for opening in ('{"Not":', '{"And":[', '{"Or":[')
        ),
        *((rules(opening, 90), None) for opening in ('{"Not":', '{"And":[', '{"Or":[')),
        ("[" * 10_000 + "]" * 10_000, TOO_DEEP_TEXT),
        (passing("Result", "[" * 10_000 + "]" * 10_000), TOO_DEEP_TEXT),
        (passing("Result", "[" * 900 + "]" * 900), None),
        (passing("Parameters", '{"a":' * 900 + '{"b.$":"$.x"}' + "}" * 900), None),
        (passing("Output", '{"a":' * 900 + '"{% 1 %}"' + "}" * 900), None),
        (
            intrinsic(10_000),
            "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call",
        ),
        (intrinsic(10), None),
        *(
            (expression(opening, closing, depth), beginning)
            for opening, closing in (
                ("(", ")"),
                ("[", "]"),
                ("$abs(", ")"),
                ('{"a":', "}"),
                ("function($x){", "}"),
                ("-", ""),
                ("1+", ""),
            )
            for depth, beginning in ((10_000, "The expression is nested too deeply"), (50, None))
        ),
        (
            passing("Output", json.dumps("{% /" + "(" * 10_000 + "a" + ")" * 10_000 + "/ %}")),
            "The expression is nested too deeply",
        ),
        (
            passing("InputPath", json.dumps("$" + "[?(@.a" * 10_000 + ")]" * 10_000)),
            "Value must be a valid JSONPath.",
        ),
        (
            passing("InputPath", json.dumps("$[?(" + "(" * 10_000 + "@.a==1" + ")" * 10_000 + ")]")),
            "Value must be a valid JSONPath.",
        ),
        (
            passing("InputPath", json.dumps("$" + "[" * 10_000 + "]" * 10_000)),
            "Value must be a valid JSONPath.",
        ),
    ],
)
def test_deep_nesting(definition: str, beginning: str | None) -> None:
    """A definition that is nested too deeply is rejected with a message; any other is loaded."""
    messages = [fault.message for fault in validate(definition)]
    if beginning is None:
        assert messages == []
        load_machine(definition)
    else:
        assert [message.startswith(beginning) for message in messages] == [True]


def test_the_language_of_machines_within() -> None:
    """A state within a branch has the whole machine's language, not that of its Parallel."""
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"a.$": "$"}, "End": True}}}
    middle = {"Type": "Parallel", "QueryLanguage": "JSONata", "Branches": [inner], "End": True}
    branch = {"StartAt": "B", "States": {"B": middle}}
    definition = one({"Type": "Parallel", "Branches": [branch], "End": True})
    assert validate(json.dumps(definition)) == []
    branch["QueryLanguage"] = "JSONPath"  # floci, for a Map's processor
    assert findings_of(definition) == [
        (SCHEMA, "Field 'QueryLanguage' is not supported", "/States/S/Branches[0]")
    ]
    ended = run(definition, 1)[-1]
    assert ended.payload is not None
    assert ended.payload.value == [[{"a": 1}]]


def test_what_passes_can_be_loaded() -> None:
    """A machine with every state type passes, and loads."""
    definition = json.dumps(
        {
            "Comment": "all of them",
            "StartAt": "A",
            "TimeoutSeconds": 60,
            "States": {
                "A": {"Type": "Pass", "Next": "B"},
                "B": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "C"}],
                    "Default": "H",
                },
                "C": {"Type": "Wait", "SecondsPath": "$.s", "Next": "D"},
                "D": {"Type": "Parallel", "Branches": [one(PASS)], "Next": "E"},
                "E": {
                    "Type": "Map",
                    "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}},
                    "Next": "F",
                },
                "F": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "f"},
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "G"}],
                    "End": True,
                },
                "G": {"Type": "Fail", "ErrorPath": "$.Error"},
                "H": {"Type": "Succeed"},
            },
        }
    )
    assert validate(definition) == []
    assert list(load_machine(definition).states) == list("ABCDEFGH")
