"""A trace records the steps of a state's dataflow without affecting the state's moves."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.asl.trace import NO_TRACE, Trace
from sfn_cli.asl.visit import Visit
from sfn_cli.jsonvalue import Json, Payload, dumps

PASS = {"Type": "Pass", "End": True}
PROCESSOR = {"StartAt": "B", "States": {"B": PASS}}
DISTRIBUTED = {**PROCESSOR, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
MAP = {"Type": "Map", "ItemsPath": "$.v", "ToleratedFailureCountPath": "$.gone", "End": True}
JSONATA = {"QueryLanguage": "JSONata"}


class Notes(dict[str, Json]):
    """A trace that records the value after each step."""

    def note(self, step: str, payload: Payload, /) -> None:
        self[step] = payload.value


def answers(state: dict[str, Any], trace: Trace) -> str:
    """Returns the moves of a state A with these fields, when it is entered and after its work."""
    machine = load_machine(dumps({"StartAt": "A", "States": {"A": state}}))
    visit = Visit(Payload({"a": 1, "v": [1, 2]}), {}, dict, 0, 0, "seed", trace=trace)
    entered = machine.states["A"].enter(visit)
    return repr((type(entered), entered, machine.states["A"].complete(visit, Payload([3]))))


@pytest.mark.parametrize(
    "state, steps",
    [
        (PASS, {"afterParameters": {"a": 1, "v": [1, 2]}}),
        ({**PASS, "InputPath": "$.v", "Parameters": {"p.$": "$[0]"}}, {"afterParameters": {"p": 1}}),
        ({**PASS, "Result": 5, "ResultPath": "$.r"}, {"result": 5}),
        ({**PASS, **JSONATA, "Output": "{% $states.input.a %}"}, {}),
        ({"Type": "Wait", "SecondsPath": "$.a", "End": True}, {"afterInputPath": {"a": 1, "v": [1, 2]}}),
        ({"Type": "Succeed", "InputPath": "$.a"}, {"afterInputPath": 1}),
        ({"Type": "Fail", "Error": "E"}, {}),
        (
            {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "A"}]},
            {"afterInputPath": {"a": 1, "v": [1, 2]}},
        ),
        ({"Type": "Task", "Resource": FUNCTION, "InputPath": "$.a", "End": True}, {"afterParameters": 1}),
        (
            {
                **JSONATA,
                "Type": "Task",
                "Resource": FUNCTION,
                "Arguments": "{% $states.input.a %}",
                "End": True,
            },
            {"afterArguments": 1},
        ),
        (
            {"Type": "Parallel", "InputPath": "$.a", "Branches": [PROCESSOR], "End": True},
            {"afterParameters": 1, "afterResultPath": [3]},
        ),
        ({**MAP, "ItemProcessor": PROCESSOR}, {"afterItemsPath": [1, 2]}),
        ({**MAP, "ItemProcessor": DISTRIBUTED}, {"afterItemsPath": [1, 2]}),
    ],
)
def test_a_trace_changes_nothing(state: dict[str, Any], steps: dict[str, Json]) -> None:
    """A state returns the same moves with and without a trace, also a Map in either mode."""
    notes = Notes()
    assert answers(state, notes) == answers(state, NO_TRACE)
    assert steps.items() <= notes.items()
