"""The output of `sfn diff` for executions of the examples, a nested Map and definitions.

Each execution is compared with another one of its machine, or with a copy in which a text is replaced.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.golden import assert_golden
from tests.processes import sfn
from tests.pseudo_terminals import pseudo_terminal
from tests.views.recorded import FOLDER, recorded

if TYPE_CHECKING:
    from pathlib import Path


class Replaced(NamedTuple):
    """A text in one file, and its replacement in the other."""

    text: str
    by: str


AFTER: dict[str, str | Replaced] = {
    "hello-world": Replaced("World", "Ada"),
    "lambda": Replaced("World", "Ada"),
    "migration": "migration-failed",
    "nested-map": Replaced('\\"count\\":1', '\\"count\\":9'),
    "order": "order-declined",
    "parallel": "parallel-retried",
    "payment": "payment-undone",
    "signup": Replaced("Ada", "Bob"),
    "video": Replaced('\\"seconds\\": 4', '\\"seconds\\": 5'),
}
WIDTHS = {"wide": 120, "narrow": 72}


@pytest.fixture
def files(tmp_path: Path, name: str) -> tuple[Path, Path]:
    """The history before and after."""
    before, after = tmp_path / f"{name}.json", tmp_path / "after.json"
    text = (FOLDER / f"{name}.json").read_text()
    other = AFTER[name]
    before.write_text(text)
    if isinstance(other, Replaced):
        assert other.text in text
        after.write_text(text.replace(*other))
    else:
        after.write_text((FOLDER / f"{other}.json").read_text())
    return before, after


@pytest.mark.parametrize("name", AFTER)
def test_into_a_pipe(name: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    done = sfn(tmp_path / "home", "diff", files[0].name, files[1].name, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert_golden(__file__, f"{name}.piped", done.stdout)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", AFTER)
def test_at_a_terminal(name: str, width: str, files: tuple[Path, Path], tmp_path: Path) -> None:
    line = ("diff", files[0].name, files[1].name)
    with pseudo_terminal(
        tmp_path / "home", *line, columns=WIDTHS[width], lines=100, cwd=tmp_path
    ) as terminal:
        assert terminal.end() == 0
        assert_golden(__file__, f"{name}.{width}", terminal.text)


@pytest.mark.parametrize("width", WIDTHS)
def test_definitions(width: str, tmp_path: Path) -> None:
    """Added and removed states are listed, and the differences in the others."""
    definition = recorded("payment")["definition"]
    (tmp_path / "before.asl.json").write_text(json.dumps(definition))
    states = definition["States"]
    states["Reserve"]["Next"] = "Check"
    states["Check"] = {"Type": "Wait", "Seconds": 5, "Next": "Authorise"}
    states["Authorise"]["Retry"][0]["MaxAttempts"] = 9
    states["Capture"]["Next"] = "Paid"
    states["Paid"] = {"Type": "Succeed"}
    del states["Ship"]
    (tmp_path / "after.asl.json").write_text(json.dumps(definition))
    line = ("diff", "before.asl.json", "after.asl.json")
    with pseudo_terminal(
        tmp_path / "home", *line, columns=WIDTHS[width], lines=100, cwd=tmp_path
    ) as terminal:
        assert terminal.end() == 0
        assert_golden(__file__, f"definitions.{width}", terminal.text)
