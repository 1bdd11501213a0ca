"""Graphs, layouts and pictures of 1,000 states against the validation of the same definition.

The validation is what create-state-machine does with a definition, in this process.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from sfn_cli.asl.validation.validate import validate
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.layout.folding import folding_rule
from sfn_cli.views.layout.place import place
from sfn_cli.views.picture.svg import draw_svg
from tests.benchmarks.table import Result, in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STATES = 1_000
BRANCHES = 20


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """A chain with choices, loops and handlers; the same states in Parallels, folded and open."""
    chain, nested = _chain("S", STATES), _nested()
    for label, definition, drawn, wanted in (
        (f"{STATES:,} states in a chain: graph", chain, graph_of, "<= 1"),
        (f"{STATES:,} states in a chain: picture", chain, _open_picture, "<= 10"),
        (f"{STATES:,} states in Parallels: picture", nested, _open_picture, "<= 7"),
        (f"{STATES:,} states in Parallels: folded picture", nested, _folded_picture, "<= 1.5"),
    ):
        measured, baseline = in_turn(
            runs, _milliseconds(drawn, definition), _milliseconds(validate, json.dumps(definition))
        )
        yield Result(label, measured, "ms", wanted, baseline)


def _milliseconds(work: Callable[[Any], Any], argument: Any) -> Callable[[], float]:
    def measured() -> float:
        start = time.perf_counter()
        work(argument)
        return (time.perf_counter() - start) * 1000

    return measured


def _open_picture(definition: dict[str, Any]) -> str:
    return draw_svg(place(graph_of(definition), is_folded=lambda _: False), "all")


def _folded_picture(definition: dict[str, Any]) -> str:
    level = graph_of(definition)
    return draw_svg(place(level, is_folded=folding_rule(level)), "folded")


def _chain(prefix: str, size: int) -> dict[str, Any]:
    """Returns a chain: every seventh state may skip two, every eleventh goes back, many catch to one."""
    states: dict[str, Any] = {}
    for number in range(size):
        follow = f"{prefix}{number + 1}"
        state: dict[str, Any] = {"Type": "Pass"}
        if number + 1 == size:
            state["End"] = True
        elif number % 7 == 3 and number + 3 < size:
            rule = {"Variable": "$.a", "NumericEquals": number, "Next": f"{prefix}{number + 3}"}
            state = {"Type": "Choice", "Choices": [rule], "Default": follow}
        else:
            back = f"{prefix}{max(0, number - 4)}" if number % 11 == 5 else f"{prefix}Undo"
            catch = [{"ErrorEquals": ["States.ALL"], "Next": back}]
            state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": follow}
            state["Parameters"] = {"QueueUrl": "q", "MessageBody.$": "$.body"}
            state |= {"Catch": catch} if number % 6 == 0 or number % 11 == 5 else {}
        states[f"{prefix}{number}"] = state
    states[f"{prefix}Undo"] = {"Type": "Fail", "Error": "Undone"}
    return {"StartAt": f"{prefix}0", "States": states}


def _nested() -> dict[str, Any]:
    branches = [_chain(f"B{number}-", STATES // BRANCHES - 1) for number in range(BRANCHES)]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    return {"StartAt": "All", "States": {"All": both}}
