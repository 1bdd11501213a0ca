"""Definitions to draw: those of the examples, those of real projects, and unusual ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfn_cli.yaml_text.definition_file import definition_as_json
from tests.conformance.workflows import WORKFLOWS

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

EXAMPLES = Path(__file__).parents[2] / "examples"


def example_definitions() -> dict[str, dict[str, Any]]:
    """Returns the eight definitions of `examples/`, by the name of their folder."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*/*.asl.json"))}


def workflow_definitions() -> dict[str, dict[str, Any]]:
    """Returns the distinct definitions in the files of real projects, by their path below WORKFLOWS."""
    found: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for path in sorted(path for path in WORKFLOWS.rglob("*.*") if path.suffix in (".json", ".yaml", ".yml")):
        text = path.read_text()
        if "StartAt" not in text:
            continue
        try:
            definition = json.loads(definition_as_json(text, str(path)))
        except ValueError:  # a template
            continue
        canonical = json.dumps(definition, sort_keys=True)
        if isinstance(definition, dict) and "States" in definition and canonical not in seen:
            seen.add(canonical)
            found[str(path.relative_to(WORKFLOWS))] = definition
    return found


def chain_definition(size: int, *, handler: str | None = None) -> dict[str, Any]:
    """Returns a chain of Tasks S0, S1, …; all catch to the handler, if there is one."""
    states: dict[str, Any] = {}
    for number in range(size):
        message = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody": "x"}
        state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": message}
        follow = {"Next": f"S{number + 1}"} if number + 1 < size else {"End": True}
        catch = [{"ErrorEquals": ["States.ALL"], "Next": handler}]
        states[f"S{number}"] = {**state, **follow, **({"Catch": catch} if handler else {})}
    if handler:
        states[handler] = {"Type": "Fail"}
    return {"StartAt": "S0", "States": states}


def odd_definition(random: random.Random, size: int, depth: int = 0) -> dict[str, Any]:
    """Returns a machine of `size` states with many loops, much worse than real ones."""
    names = [f"S{depth}-{number}{'x' * random.randint(0, 22)}" for number in range(size)]
    states = {name: _odd_state(random, names, number, depth) for number, name in enumerate(names)}
    return {"StartAt": names[0], "States": states}


def _odd_state(random: random.Random, names: list[str], number: int, depth: int) -> Mapping[str, Any]:
    def target() -> str:
        near = names[min(len(names) - 1, number + random.randint(1, 3))]
        return random.choice(names) if random.random() < 0.25 else near

    type = random.choice(["Task"] * 3 + ["Choice", "Pass", "Wait", "Map", "Parallel", "Fail", "Succeed"])
    if type in ("Fail", "Succeed"):
        return {"Type": type}
    if type == "Choice":
        rules = [
            {
                "Variable": "$.v" * random.randint(1, 9),
                "StringEquals": "q" * random.randint(0, 20),
                "Next": target(),
            }
            for _ in range(random.randint(1, 5))
        ]
        return {"Type": type, "Choices": rules, "Default": target()}
    goes_on = random.random() < 0.8 and number < len(names) - 1
    state: dict[str, Any] = {"Type": type, **({"Next": target()} if goes_on else {"End": True})}
    if type in ("Task", "Map", "Parallel") and random.random() < 0.5:
        state["Catch"] = [
            {"ErrorEquals": [f"E{'r' * random.randint(0, 30)}"], "Next": target()}
            for _ in range(random.randint(1, 3))
        ]
    if type == "Map" and depth < 3:
        state["ItemProcessor"] = odd_definition(random, random.randint(1, 4), depth + 1)
    if type == "Parallel" and depth < 2:
        count = random.randint(1, 4)
        state["Branches"] = [odd_definition(random, random.randint(1, 4), depth + 1) for _ in range(count)]
    return state
