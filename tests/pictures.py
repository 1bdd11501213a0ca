"""Draws the machines of `examples/` as Mermaid state diagrams: `python -m tests.pictures`.

They are written into the READMEs. https://mermaid.js.org/syntax/stateDiagram.html. A README's
picture is its block of ```mermaid.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXAMPLES = Path(__file__).parents[1] / "examples"

_BLOCK = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)
_INDENT = "    "
_NOT_IN_A_LABEL = re.compile(r"[:;#{}%\n]+")


def picture(definition: Mapping[str, Any]) -> str:
    """The diagram of a state machine."""
    return "\n".join(["stateDiagram-v2", *(_INDENT + line for line in _states(definition))]) + "\n"


def _states(machine: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a machine, a branch or an item processor."""
    yield f"[*] --> {machine['StartAt']}"
    for name, state in machine["States"].items():
        yield from _inside(name, state)
        for target, label in _ways(name, state):
            yield f"{name} --> {target}" + (f" : {label}" if label else "")


def _inside(name: str, state: Mapping[str, Any]) -> Iterator[str]:
    processor = state.get("ItemProcessor")
    machines = [processor] if processor is not None else state.get("Branches", [])
    if not machines:
        return
    title = f'"{name}, for each item" as {name}' if processor is not None else name
    yield f"state {title} {{"
    for number, machine in enumerate(machines):
        if number:
            yield f"{_INDENT}--"
        yield from (_INDENT + line for line in _states(machine))
    yield "}"


def _ways(name: str, state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the transitions of a state, and the label of each arrow."""
    for retrier in state.get("Retry", []):
        if retrier.get("MaxAttempts") != 0:
            yield name, f"retry {_names(retrier)}"
    for rule in state.get("Choices", []):
        yield rule["Next"], _label(_condition(rule))
    if "Default" in state:
        yield state["Default"], "otherwise"
    if "Next" in state:
        yield state["Next"], ""
    for catcher in state.get("Catch", []):
        yield catcher["Next"], f"catch {_names(catcher)}"
    if state.get("End") or state["Type"] == "Succeed":
        yield "[*]", ""
    if state["Type"] == "Fail":
        yield "[*]", "fails"


def _names(handler: Mapping[str, Any]) -> str:
    return ", ".join("any error" if name == "States.ALL" else name for name in handler["ErrorEquals"])


def _condition(rule: Mapping[str, Any]) -> str:
    if "Condition" in rule:
        return str(rule["Condition"])
    if "Variable" not in rule:
        return json.dumps({name: value for name, value in rule.items() if name != "Next"})
    (operator,) = rule.keys() - {"Variable", "Next", "Comment", "Assign", "Output"}
    return f"{rule['Variable']} {operator} {rule[operator]}"


def _label(text: str) -> str:
    return _NOT_IN_A_LABEL.sub(" ", text).strip()


def with_picture(readme: str, folder: Path) -> str:
    """The README of a folder with the picture of the folder's machine in the place of its own."""
    (definition,) = folder.glob("*.asl.json")
    drawn = f"```mermaid\n{picture(json.loads(definition.read_text()))}```\n"
    return _BLOCK.sub(lambda _: drawn, readme)


def main() -> None:
    for readme in EXAMPLES.glob("*/README.md"):
        readme.write_text(with_picture(readme.read_text(), readme.parent))


if __name__ == "__main__":
    main()
