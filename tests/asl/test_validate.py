"""The validator: AWS's codes, words and locations, and every problem in one go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfn_cli.asl.state_machine import load
from sfn_cli.asl.validate import validate
from tests.interpreter.hand_turned import run

PASS = {"Type": "Pass", "End": True}
SCHEMA, TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"

TYPES = "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
NO_PATH = "The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic function call"
NO_RESOURCE = (
    "The resource provided arn:aws:nowhere is not recognized. The value is not a valid resource ARN, "
    "or the resource is not available in this region."
)
EXPRESS = "Express state machine does not support"


def one(state: Any, **top: Any) -> Any:
    return {"StartAt": "S", "States": {"S": state}, **top}


def choice(rule: Any) -> Any:
    return {"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule]}, "S": PASS}}


@pytest.mark.parametrize(
    "definition, found",
    [
        ({}, [(SCHEMA, "These fields are required: [States, StartAt]", "/")]),
        ({"States": {"S": PASS}}, [(SCHEMA, "These fields are required: [StartAt]", "/")]),
        (
            one({"Type": "Bogus"}),
            [
                (
                    SCHEMA,
                    TYPES,
                    "/States/S/Type",
                )
            ],
        ),
        (one({"Type": "Pass", "Next": "Gone"}), [(TARGET, "Missing 'Next' target: Gone", "/States/S/Next")]),
        ({"StartAt": "Gone", "States": {"S": PASS}}, [(TARGET, "Missing 'Next' target: Gone", "/StartAt")]),
        ({"StartAt": "S", "States": {"S": PASS, "Lost": PASS}}, [(TARGET, 'State "Lost" is not reachable.', "/States/Lost")]),
        (one({"Type": "Pass"}), [(SCHEMA, "One of these fields is required: [Next, End]", "/States/S")]),
        (one({"Type": "Pass", "End": True, "Colour": 1}), [(SCHEMA, "The field 'Colour' is not supported by Step Functions", "/States/S")]),
        (one({"Type": "Parallel", "Branches": [], "End": True}), [(SCHEMA, "Value cannot be empty", "/States/S/Branches")]),
        (
            one({"Type": "Wait", "Timestamp": "2026-11-24 12:00:00Z", "End": True}),
            [(SCHEMA, "String does not match RFC3339 timestamp", "/States/S/Timestamp")],
        ),
        (
            one({"Type": "Pass", "Parameters": {"parsed.$": "States.Gone($)"}, "End": True}),
            [
                (
                    SCHEMA,
                    NO_PATH,
                    "/States/S/Parameters",
                )
            ],
        ),
        (
            one({"Type": "Task", "Resource": "arn:aws:nowhere", "End": True}),
            [
                (
                    SCHEMA,
                    NO_RESOURCE,
                    "/States/S/Resource",
                )
            ],
        ),
        (
            one({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Credentials": {}, "End": True}),
            [(SCHEMA, "The field 'RoleArn' is required but was missing", "/States/S/Credentials")],
        ),
        (
            one({**PASS, "QueryLanguage": "JSONPath"}, QueryLanguage="JSONata"),
            [(SCHEMA, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", "/States/S")],
        ),
        (
            choice({"Variable": "$.n", "Next": "S"}),
            [(SCHEMA, "A Choice Rule must have exactly one comparison operator, or one of And, Or, Not", "/States/C/Choices/0")],
        ),
        (
            choice({"Variable": "$.n", "NumericEquals": "1", "Next": "S"}),
            [(SCHEMA, "Expected value of type Number", "/States/C/Choices/0/NumericEquals")],
        ),
        (
            one({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": [{"ErrorEquals": []}], "End": True}),
            [(SCHEMA, "Expected a non-empty Array of Strings", "/States/S/Retry/0/ErrorEquals")],
        ),
        (
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}, "B": {"Type": "Bogus"}}},
            [
                (TARGET, "Missing 'Next' target: Gone", "/States/A/Next"),
                (
                    SCHEMA,
                    TYPES,
                    "/States/B/Type",
                ),
                (TARGET, 'State "B" is not reachable.', "/States/B"),
            ],
        ),
    ],
)
def test_problems(definition: Any, found: list[tuple[str, str, str]]) -> None:
    """Each problem has AWS's code, its message and a JSON pointer."""
    assert [(each.code, each.message, each.location) for each in validate(json.dumps(definition))] == found


@pytest.mark.parametrize(
    "text, code, message",
    [
        ("", SCHEMA, "Definition must be a valid JSON object"),
        ("[]", SCHEMA, "Definition must be a valid JSON object"),
        (
            "not a definition",
            "INVALID_JSON_DESCRIPTION",
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
        ),
    ],
)
def test_no_definition(text: str, code: str, message: str) -> None:
    """A text that is no JSON object has one problem."""
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
    """What an Express machine may not call."""
    definition = json.dumps(one({"Type": "Task", "Resource": resource, "End": True}))
    assert validate(definition, "STANDARD") == []
    assert [each.message for each in validate(definition, "EXPRESS")] == [message]


SUCCEED = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
TOO_DEEP_TEXT = "Document nesting depth (1001) exceeds the maximum allowed (1000)"


def parallels(depth: int) -> str:
    return '{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[' * depth + SUCCEED + "]}}}" * depth


def maps(depth: int) -> str:
    return '{"StartAt":"P","States":{"P":{"Type":"Map","End":true,"ItemProcessor":' * depth + SUCCEED + "}}}" * depth


def rules(opening: str, depth: int) -> str:
    inner = opening * depth + '{"Variable":"$.a","IsNull":true}' + ("}" if opening.endswith(":") else "]}") * depth
    return '{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Next":"D","Not":' + inner + '}]},"D":{"Type":"Succeed"}}}'


def passing(field: str, value: str) -> str:
    """A machine with one Pass, whose field is this text of JSON."""
    language = "JSONata" if field == "Output" else "JSONPath"
    return json.dumps(one({**PASS, field: "@"}, QueryLanguage=language)).replace('"@"', value)


def expression(opening: str, closing: str, depth: int) -> str:
    return passing("Output", json.dumps("{% " + opening * depth + "1" + closing * depth + " %}"))


def intrinsic(depth: int) -> str:
    return passing("Parameters", json.dumps({"a.$": "States.Array(" * depth + ")" * depth}))


@pytest.mark.parametrize(
    "definition, told",
    [
        (parallels(10_000), TOO_DEEP_TEXT),
        (parallels(200), "Machines nest deeper than 100 levels"),
        (parallels(50), None),
        (maps(10_000), TOO_DEEP_TEXT),
        (maps(200), "Machines nest deeper than 100 levels"),
        (maps(50), None),
        *((rules(opening, 10_000), TOO_DEEP_TEXT) for opening in ('{"Not":', '{"And":[', '{"Or":[')),
        *((rules(opening, 300), "Choice Rules nest deeper than 100 levels") for opening in ('{"Not":', '{"And":[', '{"Or":[')),
        *((rules(opening, 90), None) for opening in ('{"Not":', '{"And":[', '{"Or":[')),
        ("[" * 10_000 + "]" * 10_000, TOO_DEEP_TEXT),
        (passing("Result", "[" * 10_000 + "]" * 10_000), TOO_DEEP_TEXT),
        (passing("Result", "[" * 900 + "]" * 900), None),
        (passing("Parameters", '{"a":' * 900 + '{"b.$":"$.x"}' + "}" * 900), None),
        (passing("Output", '{"a":' * 900 + '"{% 1 %}"' + "}" * 900), None),
        (intrinsic(10_000), "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call"),
        (intrinsic(10), None),
        *(
            (expression(opening, closing, depth), told)
            for opening, closing in (("(", ")"), ("[", "]"), ("$abs(", ")"), ('{"a":', "}"), ("function($x){", "}"), ("-", ""), ("1+", ""))
            for depth, told in ((10_000, "The expression is nested too deeply"), (50, None))
        ),
        (passing("Output", json.dumps("{% /" + "(" * 10_000 + "a" + ")" * 10_000 + "/ %}")), "The expression is nested too deeply"),
        (passing("InputPath", json.dumps("$" + "[?(@.a" * 10_000 + ")]" * 10_000)), "Value is not a valid JSONPath: Invalid path"),
        (
            passing("InputPath", json.dumps("$[?(" + "(" * 10_000 + "@.a==1" + ")" * 10_000 + ")]")),
            "Value is not a valid JSONPath: Invalid path",
        ),
        (passing("InputPath", json.dumps("$" + "[" * 10_000 + "]" * 10_000)), "Value is not a valid JSONPath: Invalid path"),
    ],
)
def test_deep_nesting(definition: str, told: str | None) -> None:
    """What is nested beyond reason is refused in words; what is not, is loaded."""
    messages = [fault.message for fault in validate(definition)]
    if told is None:
        assert messages == []
        load(definition)
    else:
        assert [message.startswith(told) for message in messages] == [True]


def test_the_language_of_machines_within() -> None:
    """A state within a branch has the whole machine's language, whatever the branch around it has."""
    inner = one({"Type": "Pass", "Parameters": {"a.$": "$"}, "End": True})
    branch = one({"Type": "Parallel", "Branches": [inner], "End": True}, QueryLanguage="JSONata")
    definition = one({"Type": "Parallel", "Branches": [branch], "End": True})
    assert validate(json.dumps(definition)) == []
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
                "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "C"}], "Default": "H"},
                "C": {"Type": "Wait", "SecondsPath": "$.s", "Next": "D"},
                "D": {"Type": "Parallel", "Branches": [one(PASS)], "Next": "E"},
                "E": {"Type": "Map", "ItemProcessor": one({"Type": "Succeed"}), "Next": "F"},
                "F": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "G"}],
                    "End": True,
                },
                "G": {"Type": "Fail", "ErrorPath": "$.Error"},
                "H": {"Type": "Succeed"},
            },
        }
    )
    assert validate(definition) == []
    assert list(load(definition).states) == list("ABCDEFGH")
