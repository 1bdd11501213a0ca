"""The steps of a state's dataflow, from its input to its output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.jsonvalue import dumps
from sfn_cli.views.execution.dataflow import Step, dataflow
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.source import ExecutionSource
from tests.interpreter.manual_driver import EXECUTION_ARN, MACHINE_ARN, run
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sfn_cli.views.execution.state_visit import StateVisit, Thread

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Bank"


def state(type: str, **fields: Any) -> dict[str, Any]:
    return {"Type": type, "End": True, **fields}


def task(**fields: Any) -> dict[str, Any]:
    return state("Task", Resource=FUNCTION, **fields)


def jsonata(type: str, **fields: Any) -> dict[str, Any]:
    return state(type, QueryLanguage="JSONata", **fields)


def machine(first: Mapping[str, Any]) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": first, "B": state("Pass"), "F": {"Type": "Fail", "Error": "X"}}}


EACH = {"StartAt": "I", "States": {"I": state("Pass")}}
INPUT = {"a": {"n": 1}, "b": 2, "list": [3, 4]}
ERROR = {"error": "E", "cause": "no"}
ERROR_OUTPUT = {"Error": "E", "Cause": "no"}
SELECTED = [{"i": 3, "b": 2}, {"i": 4, "b": 2}]


CASES: list[tuple[str, dict[str, Any], Sequence[Mapping[str, Any]], list[tuple[Any, ...]]]] = [
    # the state, the results of its task, and its steps without the input: (name, value[, attempt])
    ("pass",
     state("Pass", InputPath="$.a", Parameters={"x.$": "$.n"}, ResultPath="$.r", OutputPath="$.r"), [],
     [("afterInputPath", {"n": 1}), ("afterParameters", {"x": 1}), ("afterResultSelector", {"x": 1}),
      ("afterResultPath", {**INPUT, "r": {"x": 1}}), ("output", {"x": 1})]),
    ("a fixed result", state("Pass", Result=5), [],
     [("result", 5), ("afterResultSelector", 5), ("afterResultPath", 5), ("output", 5)]),
    ("a task",
     task(InputPath="$.a", Parameters={"k.$": "$.n"}, ResultSelector={"s.$": "$.v"}, ResultPath="$.r"),
     [{"result": {"v": 7, "w": 8}}],
     [("afterInputPath", {"n": 1}), ("afterParameters", {"k": 1}), ("result", {"v": 7, "w": 8}),
      ("afterResultSelector", {"s": 7}), ("afterResultPath", {**INPUT, "r": {"s": 7}}),
      ("output", {**INPUT, "r": {"s": 7}})]),
    ("a task under JSONata",
     jsonata("Task", Resource=FUNCTION, Arguments={"k": "{% $states.input.b %}"},
             Assign={"v": "{% $states.result %}"}, Output="{% $states.result + 1 %}"), [{"result": 7}],
     [("afterArguments", {"k": 2}), ("result", 7), ("output", 8), ("assignedVariables", {"v": 7})]),
    ("a task that is tried again", task(Parameters={"try.$": "$$.State.RetryCount"}, ResultPath=None,
                                        Retry=[{"ErrorEquals": ["E"]}]),
     [ERROR, {"result": 7}],
     [("afterInputPath", INPUT), ("afterParameters", {"try": 0}, 1), ("errorOutput", ERROR_OUTPUT, 1),
      ("afterParameters", {"try": 1}, 2), ("result", 7, 2), ("afterResultSelector", 7),
      ("afterResultPath", INPUT), ("output", INPUT)]),
    ("a caught error", task(Catch=[{"ErrorEquals": ["Z"], "Next": "F"},
                                   {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "B"}]),
     [ERROR],
     [("afterInputPath", INPUT), ("afterParameters", INPUT), ("errorOutput", ERROR_OUTPUT),
      ("errorDetails", {"catchIndex": 1}), ("afterResultPath", {**INPUT, "e": ERROR_OUTPUT}),
      ("output", {**INPUT, "e": ERROR_OUTPUT})]),
    ("an error that is not caught", task(), [ERROR],
     [("afterInputPath", INPUT), ("afterParameters", INPUT), ("errorOutput", ERROR_OUTPUT)]),
    ("a choice", {"Type": "Choice", "InputPath": "$.a", "Choices": [
        {"Variable": "$.n", "NumericEquals": 1, "Next": "B", "Assign": {"chosen.$": "$.n"}}]}, [],
     [("afterInputPath", {"n": 1}), ("output", {"n": 1}), ("assignedVariables", {"chosen": 1})]),
    ("a wait", state("Wait", Seconds=1, OutputPath="$.b"), [], [("afterInputPath", INPUT), ("output", 2)]),
    ("a map", state("Map", ItemsPath="$.list", ItemSelector={"i.$": "$$.Map.Item.Value", "b.$": "$.b"},
                    ItemProcessor=EACH, ResultPath="$.r"), [],
     [("afterInputPath", INPUT), ("afterItemsPath", [3, 4]), ("afterItemSelector", SELECTED),
      ("result", SELECTED), ("afterResultSelector", SELECTED), ("afterResultPath", {**INPUT, "r": SELECTED}),
      ("output", {**INPUT, "r": SELECTED})]),
    ("a map under JSONata", jsonata("Map", Items="{% $states.input.list %}", ItemProcessor=EACH), [],
     [("afterItems", [3, 4]), ("result", [3, 4]), ("output", [3, 4])]),
    ("a parallel", state("Parallel", Parameters={"p.$": "$.b"}, Branches=[EACH], OutputPath="$[0]"), [],
     [("afterInputPath", INPUT), ("afterParameters", {"p": 2}), ("result", [{"p": 2}]),
      ("afterResultSelector", [{"p": 2}]), ("afterResultPath", [{"p": 2}]), ("output", {"p": 2})]),
    ("a result that cannot be selected", task(ResultSelector={"s.$": "$.none"}, Catch=[
        {"ErrorEquals": ["States.Runtime"], "Next": "B"}]),
     [{"result": 1}],
     [("afterInputPath", INPUT), ("afterParameters", INPUT), ("result", 1),
      ("errorOutput", "States.Runtime")]),
    ("a result that cannot be placed", task(ResultPath="$.b.c", Catch=[
        {"ErrorEquals": ["States.Timeout"], "Next": "B"}, {"ErrorEquals": ["States.ALL"], "ResultPath": None,
                                                           "Next": "B"}]),
     [{"result": 1}],
     [("afterInputPath", INPUT), ("afterParameters", INPUT), ("result", 1),
      ("errorOutput", "States.ReferencePathConflict"), ("errorDetails", {"catchIndex": 1}),
      ("afterResultPath", INPUT), ("output", INPUT)]),
]  # fmt: skip


def values(steps: Iterable[Step]) -> list[tuple[Any, ...]]:
    return [(step.name, json.loads(step.text), *([step.attempt] if step.attempt else [])) for step in steps]


@pytest.mark.parametrize("name, first, answers, expected", CASES, ids=[case[0] for case in CASES])
def test_the_steps_of_a_state(
    name: str, first: dict[str, Any], answers: Sequence[Mapping[str, Any]], expected: list[tuple[Any, ...]]
) -> None:
    """Each step has the data after it."""
    definition = machine(first)
    source = ExecutionSource(
        "Pay/monday", run(definition, INPUT, {"A": answers}), dumps(definition), EXECUTION_ARN, MACHINE_ARN,
        seed="secret",
    )  # fmt: skip
    found = values(dataflow(source, {2})[2])
    assert found[0] == ("input", INPUT)
    for place, step in enumerate(expected, 1):
        if step[0] == "errorOutput" and isinstance(step[1], str):  # without its cause
            found[place] = ("errorOutput", found[place][1]["Error"])
    assert found[1:] == expected


def all_visits(thread: Thread) -> Iterator[StateVisit]:
    for visit in thread.visits:
        yield visit
        for inner in (*visit.former_threads, *visit.threads):
            yield from all_visits(inner)


@pytest.mark.parametrize("with_definition", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_recorded_data_is_shown_as_it_is(name: str, *, with_definition: bool) -> None:
    """Input, parameters, results and output are those of the history, with or without a replay."""
    source = source_of(name)
    if not with_definition:
        source = source._replace(definition=None)
    steps = dataflow(source)
    visits = list(all_visits(fold_execution(source).root))
    assert {visit.entered_id for visit in visits} == steps.keys()
    for visit in visits:
        found = {step.name: step.text for step in steps[visit.entered_id]}
        assert found.get("input") == visit.input
        assert found.get("output") == visit.output
        assert steps[visit.entered_id][0].name == "input"
        for attempt in visit.attempts:
            of_attempt = {
                step.name: step.text
                for step in steps[visit.entered_id]
                if step.attempt == (attempt.number if len(visit.attempts) > 1 else 0)
            }
            shown = of_attempt.get("afterArguments", of_attempt.get("afterParameters"))
            assert attempt.parameters in (None, shown)
            assert attempt.result in (None, of_attempt.get("result"))


def test_a_recorded_history_is_replayed() -> None:
    """For sfn's executions, the result of read_api_history has everything for a replay."""
    steps = [step.name for steps in dataflow(source_of("signup")).values() for step in steps]
    assert {"afterInputPath", "afterResultPath"} <= set(steps)


def test_random_values_are_those_of_the_execution() -> None:
    """Random values are computed again with the seed; without it, steps with them are not shown."""
    definition = machine(state("Pass", Parameters={"id.$": "States.UUID()"}, OutputPath="$.id"))
    history = run(definition, {})
    source = ExecutionSource("x", history, dumps(definition), EXECUTION_ARN, MACHINE_ARN, seed="secret")
    found = dict(value[:2] for value in values(dataflow(source)[2]))
    assert found["afterParameters"] == {"id": found["output"]}
    without = dict(value[:2] for value in values(dataflow(source._replace(seed=None))[2]))
    assert without == {"input": {}, "output": found["output"]}


def test_the_variables_of_a_state() -> None:
    """A visit has the variables that it could read; a branch reads those of surrounding states."""
    inner = {"StartAt": "I", "States": {"I": state("Pass", Assign={"i": 3}, Next="J"), "J": state("Pass")}}
    del inner["States"]["I"]["End"]
    definition = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Assign": {"a": 1, "b": 2}, "Next": "P"},
            "P": {"Type": "Parallel", "Branches": [inner], "Assign": {"b": 4}, "Next": "Z"},
            "Z": state("Pass"),
        },
    }
    source = ExecutionSource("x", run(definition, {}), dumps(definition))
    names = {visit.entered_id: visit.state for visit in fold_execution(source).visits()}
    read = {
        names[id]: {step.name: json.loads(step.text) for step in steps if "ariables" in step.name}
        for id, steps in dataflow(source).items()
    }
    assert read == {
        "A": {"assignedVariables": {"a": 1, "b": 2}},
        "P": {"assignedVariables": {"b": 4}, "variables": {"a": 1, "b": 2}},
        "I": {"assignedVariables": {"i": 3}, "variables": {"a": 1, "b": 2}},
        "J": {"variables": {"a": 1, "b": 2, "i": 3}},
        "Z": {"variables": {"a": 1, "b": 4}},
    }


def test_a_state_that_still_runs() -> None:
    """A running state has the steps that it has reached."""
    definition = machine(task(Parameters={"k.$": "$.b"}))
    history = run(definition, INPUT, {"A": [{"result": 1}]})
    source = ExecutionSource("x", history[:4], dumps(definition))
    assert values(dataflow(source)[2]) == [
        ("input", INPUT), ("afterInputPath", INPUT), ("afterParameters", {"k": 2})
    ]  # fmt: skip
    assert dataflow(source, set()) == {}
