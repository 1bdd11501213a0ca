"""The variables that the states of a machine read."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.asl.validation.variables.variable_references import variable_references

PASS = {"Type": "Pass", "End": True}
MAP_FIELDS = {
    "ItemsPath": "$items",
    "MaxConcurrencyPath": "$n",
    "ItemReader": {
        "Resource": "r",
        "Parameters": {"Bucket.$": "$bucket", "MyPath": "$no"},
        "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$most"},
    },
    "ItemBatcher": {"MaxItemsPerBatchPath": "$size", "BatchInput": {"a.$": "$extra"}},
}


def of(state: Any, **top: Any) -> list[str] | None:
    return variable_references({"StartAt": "S", "States": {"S": state}, **top}).get("S")


@pytest.mark.parametrize(
    "fields, names",
    [
        ({"InputPath": "$x.y", "OutputPath": "$z[0]"}, ["x", "z"]),
        ({"InputPath": "$.x", "OutputPath": "$$.Execution.Id", "ResultPath": None}, None),
        (
            {"Parameters": {"b.$": "$b", "in": [{"a.$": "$a['$no']"}], "InputPath": "$no", "plain": "$no"}},
            ["a", "b"],
        ),
        ({"Parameters": {"t.$": "States.Format('$no {}', $yes, $.x$y)"}}, ["yes"]),
        ({"Parameters": {"t.$": "$.list[?(@.id == $wanted)]"}}, ["wanted"]),
        (
            {
                "Result": {"a.$": "$no"},
                "Assign": {"here": 1, "x.$": "$y", "deep": {"z.$": "States.JsonMerge($l, $l, false)"}},
            },
            ["l", "y"],
        ),
        (
            {
                "Type": "Choice",
                "Choices": [{"Not": {"Variable": "$v.a", "StringEqualsPath": "$w"}, "Assign": {"q.$": "$r"}}],
            },
            ["r", "v", "w"],
        ),
        ({"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "$no"}]}, None),
        ({"Type": "Fail", "CausePath": "States.Format('{}', $why)"}, ["why"]),
        (
            {
                "Type": "Task",
                "Catch": [{"ErrorEquals": ["$no"], "Assign": {"e.$": "$e"}}],
                "TimeoutSecondsPath": "$t",
            },
            ["e", "t"],
        ),
        ({"Type": "Map", **MAP_FIELDS}, ["bucket", "extra", "items", "most", "n", "size"]),
    ],
)
def test_jsonpath(fields: Any, names: list[str] | None) -> None:
    """In JSONPath, `$name` counts in expressions, but not in quoted or constant text."""
    assert of({**PASS, **fields}) == names


@pytest.mark.parametrize(
    "text, names",
    [
        ("$states.input.a & $a & $uuid() & $sum($b)", ["a", "b"]),
        ("($x := $y; $x + $x)", ["y"]),
        ("$map($list, function($v, $i) { $v * $factor + $i })", ["factor", "list"]),
        ("($f := function($n) { $n = 0 ? 1 : $n * $f($n - 1) }; $f($of))", ["of"]),
        ("$orders[price > $least]{$key: $value}^(<$order)", ["key", "least", "order", "orders", "value"]),
        ("'$no'", None),
    ],
)
def test_jsonata(text: str, names: list[str] | None) -> None:
    """In JSONata, variables count unless the expression binds them; functions do not count."""
    assert (
        of({**PASS, "Output": {"deep": [f"{{% {text} %}}"]}, "Comment": "{% $no %}"}, QueryLanguage="JSONata")
        == names
    )


def test_machines_within() -> None:
    """Each state is listed by its own name, in its own language."""

    def one(name: str, state: Any) -> Any:
        return {"StartAt": name, "States": {name: state}}

    inner = one("I", {**PASS, "InputPath": "$i"})
    branches = [
        one("B", {**PASS, "InputPath": "$b"}),
        one("J", {**PASS, "QueryLanguage": "JSONata", "Output": "{% $j %}"}),
    ]
    map_state = {"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $m %}", "ItemProcessor": inner}
    states = {"M": map_state, "P": {"Type": "Parallel", "Branches": branches}, "None": PASS}
    found = variable_references({"StartAt": "M", "States": states})
    assert found == {"M": ["m"], "I": ["i"], "B": ["b"], "J": ["j"]}
