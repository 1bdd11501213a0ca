"""`sfn diff`: two executions, or two definitions, by all their names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.processes import at_terminal, create_machine, ended, sfn, sfn_json, start_execution, stop_workers
from tests.views.recorded import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

DOUBLE = {"Type": "Pass", "Parameters": {"twice.$": "States.MathAdd($.n, $.n)"}, "Next": "Last"}
MACHINE: dict[str, Any] = {
    "StartAt": "Double",
    "States": {"Double": DOUBLE, "Last": {"Type": "Succeed"}},
}
CHANGED: dict[str, Any] = {
    "StartAt": "New",
    "States": {
        "Double": {**DOUBLE, "Next": "End"},
        "End": {"Type": "Succeed"},
        "New": {"Type": "Pass", "Next": "Double"},
    },
}
TEMPLATE = {
    "Resources": {
        name: {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"StateMachineName": name, "Definition": definition},
        }
        for name, definition in (("Sums", MACHINE), ("Others", CHANGED))
    }
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A machine with an alias, a version and three executions; and files beside the store."""
    folder = tmp_path_factory.mktemp("diff")
    home = folder / "home"
    machine = create_machine(home, "Sums", MACHINE)
    for name, number in (("two", 2), ("also-two", 2), ("three", 3)):
        arn = start_execution(home, machine, "--name", name, "--input", json.dumps({"n": number}))
        ended(home, arn)
    version = sfn_json(home, "publish-state-machine-version", "--state-machine-arn", machine)
    route = f"stateMachineVersionArn={version['stateMachineVersionArn']},weight=100"
    sfn_json(home, "create-state-machine-alias", "--name", "live", "--routing-configuration", route)
    text = json.dumps(CHANGED)
    sfn_json(home, "update-state-machine", "--state-machine-arn", machine, "--definition", text)
    (folder / "changed.asl.json").write_text(text)
    (folder / "machine.json").write_text(json.dumps(MACHINE))
    (folder / "template.json").write_text(json.dumps(TEMPLATE))
    for name in ("two", "three"):
        history = sfn(home, "get-execution-history", "--execution-arn", f"Sums/{name}")
        (folder / f"{name}.json").write_text(history.stdout)
    yield home
    stop_workers(home)


EXECUTIONS = """\
− {before}    ✓ succeeded  SPAN
+ {after}  ✓ succeeded  SPAN
~ input.n  2 → 3

~ Double  Pass      ✓ succeeded  SPAN → SPAN
  ~ output.twice  4 → 6
  Last    Succeed   ✓ succeeded  SPAN → SPAN

States: 1 different, 1 equal.
"""


@pytest.mark.parametrize(
    "before, after",
    [
        ("Sums/two", "Sums/three"),
        ("two.json", "three.json"),
    ],
)
def test_executions(home: Path, before: str, after: str) -> None:
    """Executions in the store and histories in files are compared in the same way."""
    shown = sfn(home, "diff", before, after, cwd=home.parent).stdout
    words = [re.sub(r"\d+\.\d+ s", "SPAN", line).split() for line in shown.splitlines()]
    assert words == [line.split() for line in EXECUTIONS.format(before=before, after=after).splitlines()]


@pytest.mark.parametrize(
    "before, after, options, code, summary",
    [
        ("Sums/two", "Sums/also-two", [], 0, "No differences."),
        ("Sums/two", "Sums/also-two", ["--exit-code"], 0, "No differences."),
        ("Sums/two", "Sums/last", ["--exit-code"], 1, "States: 1 different, 1 equal."),
        ("Sums/two", "Sums/last", [], 0, "States: 1 different, 1 equal."),
        ("Sums:1", "Sums:live", ["--exit-code"], 0, "No differences."),
        ("Sums:live", "machine.json", ["--exit-code"], 0, "No differences."),
        ("Sums", "changed.asl.json", ["--exit-code"], 0, "No differences."),
        ("Sums:1", "template.json", ["--machine", "Sums", "--exit-code"], 0, "No differences."),
        ("Sums", ".", ["--machine", "Others", "--exit-code"], 0, "No differences."),
        ("Sums:1", "Sums", ["--exit-code"], 1, "States: 1 renamed, 1 added, 1 equal."),
    ],
)
def test_names(home: Path, before: str, after: str, options: list[str], code: int, summary: str) -> None:
    """Versions, aliases, files and projects name definitions; --exit-code reports a difference."""
    ran = sfn(home, "diff", before, after, *options, cwd=home.parent)
    assert ran.returncode == code, ran.stderr
    assert ran.stdout.splitlines()[-1] == summary


@pytest.mark.parametrize(
    "before, after, error",
    [
        ("Sums/two", "Sums", "Sums/two is an execution but Sums is a definition"),
        ("Sums", "two.json", "two.json is an execution but Sums is a definition"),
        ("Sums/two", "Sums/none", "Execution Does Not Exist"),
        ("Sums", "None", 'No state machine, file or folder named "None"'),
        ("Sums", "none.json", "none.json does not exist"),
        ("Sums", "template.json", "several state machines. Choose one with --machine"),
    ],
)
def test_refused(home: Path, before: str, after: str, error: str) -> None:
    """The error for what cannot be compared is one line."""
    ran = sfn(home, "diff", before, after, cwd=home.parent)
    assert ran.returncode in (252, 254)
    assert error in ran.stderr
    assert "Traceback" not in ran.stderr


def test_json(home: Path) -> None:
    """Programs get the same differences as JSON."""
    found = sfn_json(home, "diff", "Sums/two", "Sums/three", "--output", "json")
    assert found["changes"] == [{"path": "input.n", "before": 2, "after": 3}]
    assert [(state["state"], state["difference"]) for state in found["states"]] == [
        ("Double", "changed"),
        ("Last", "equal"),
    ]
    found = sfn_json(home, "diff", "Sums:1", "Sums", "--output", "json")
    assert [(state["path"], state["difference"]) for state in found["states"]] == [
        ("/Double", "equal"),
        ("/End", "renamed"),
        ("/New", "added"),
    ]
    assert found["addedEdges"] == [{"level": "", "from": "New", "to": "Double", "kind": "next"}]
    assert found["removedEdges"] == []


def test_terminal(home: Path) -> None:
    """At a terminal, marks have colours, and lines fit its width."""
    code, shown = at_terminal(
        home, "diff", "Sums/two", "Sums/three", columns=40, environment={"NO_COLOR": ""}
    )
    assert code == 0
    assert "\x1b[31m− \x1b[0m" in shown
    assert "\x1b[32m+ \x1b[0m" in shown


def test_recorded_file(home: Path) -> None:
    """A recorded history of a nested Map equals itself."""
    file = str(FOLDER / "nested-map.json")
    assert sfn(home, "diff", file, file).stdout.endswith("\nNo differences.\n")
