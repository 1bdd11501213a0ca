"""The scopes of variables, and where the fields of $states can be read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl.validation.findings import findings_of

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Arguments": {"FunctionName": "f"},
    "Next": "B",
}
ASSIGNS = {"Type": "Pass", "Assign": {"x": 1}, "End": True}
READS = {"Type": "Pass", "Output": "{% $x %}", "End": True}


def machine_of(state: Any, after: Any = None) -> Any:
    states = {"A": state, "B": after or {"Type": "Succeed"}}
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}


def inside(state: Any, name: str = "I") -> Any:
    return {"StartAt": name, "States": {name: state}}


def parallel(*states: Any, **more: Any) -> Any:
    branches = [inside(state, f"I{index}") for index, state in enumerate(states)]
    return {"Type": "Parallel", "Branches": branches, "Next": "B", **more}


def each(state: Any, mode: str = "INLINE") -> Any:
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **inside(state)}, "Next": "B"}


@pytest.mark.parametrize(
    "machine, place",
    [  # stackd for a Parallel after the assignment; the developer guide for the others
        (machine_of(parallel(ASSIGNS), ASSIGNS), "Branches[0]/States/I0/Assign/x"),
        (machine_of(parallel({"Type": "Succeed"}, ASSIGNS), ASSIGNS), "Branches[1]/States/I1/Assign/x"),
        (machine_of(each(ASSIGNS), ASSIGNS), "ItemProcessor/States/I/Assign/x"),
        (machine_of(parallel(ASSIGNS, Assign={"x": 1})), "Branches[0]/States/I0/Assign/x"),
        (
            machine_of(parallel(ASSIGNS, Catch=[{"ErrorEquals": ["E"], "Assign": {"x": 1}, "Next": "B"}])),
            "Branches[0]/States/I0/Assign/x",
        ),
        (machine_of(each(ASSIGNS, "DISTRIBUTED"), ASSIGNS), None),
        (machine_of(parallel(ASSIGNS, ASSIGNS)), None),
    ],
)
def test_assigned_twice(machine: Any, place: str | None) -> None:
    """An inner scope must not assign a variable of an outer scope, before or after it."""
    assert [at for code, _, at in findings_of(machine) if code == "INVALID_VARIABLE_NAME"] == (
        [f"/States/A/{place}"] if place else []
    )


@pytest.mark.parametrize(
    "machine, place",
    [  # stackd for a sibling branch; the developer guide for the others
        (machine_of(parallel(ASSIGNS, READS)), "A/Branches[1]/States/I1"),
        (machine_of(parallel(ASSIGNS), READS), "B"),
        (machine_of(parallel(READS), ASSIGNS), None),
        (machine_of(each(READS), ASSIGNS), None),
        (machine_of(each(READS, "DISTRIBUTED"), ASSIGNS), "A/ItemProcessor/States/I"),
        (machine_of({**TASK, "Assign": {"x": 1}}, READS), None),
        (machine_of({"Type": "Pass", "Output": "{% $map([1], function($i) {$i}) %}", "Next": "B"}), None),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "OutputPath": "$x", "End": True}}}, "A"),
        (
            {
                "StartAt": "A",
                "States": {"A": {"Type": "Pass", "Assign": {"x.$": "$"}, "OutputPath": "$x", "End": True}},
            },
            None,
        ),
    ],
)
def test_read_but_not_assigned(machine: Any, place: str | None) -> None:
    """A variable that no state in scope assigns is a warning."""
    assert findings_of(machine) == []
    found = [at for code, _, at in findings_of(machine, severity="WARNING")]
    assert found == ([f"/States/{place}"] if place else [])


@pytest.mark.parametrize(
    "fields, missing",
    [  # the developer guide
        ({"Output": "{% $states.result %}", "Assign": {"x": "{% $states.result %}"}}, []),
        ({"Arguments": {"FunctionName": "{% $states.result %}"}}, ["result"]),
        ({"TimeoutSeconds": "{% $states.result %}"}, ["result"]),
        ({"Output": "{% $states.errorOutput %}"}, ["errorOutput"]),
        (
            {"Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput %}", "Next": "B"}]},
            [],
        ),
        ({"Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.result %}", "Next": "B"}]}, ["result"]),
        (
            {
                "Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput %}", "Next": "B"}],
                "Output": "{% $states.result %}",
            },
            [],
        ),
    ],
)
def test_fields_of_states(fields: Any, missing: list[str]) -> None:
    """A task's Output and Assign can read $states.result; those of a Catcher, $states.errorOutput."""
    assert [message for _, message, _ in findings_of(machine_of({**TASK, **fields}))] == [
        f"Field '$states.{name}' does not exist." for name in missing
    ]
