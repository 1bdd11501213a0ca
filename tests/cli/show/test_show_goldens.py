"""The output of `sfn show FILE` for recorded executions: on wide and narrow terminals, and in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden import assert_golden
from tests.processes import sfn
from tests.pseudo_terminals import pseudo_terminal

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ("hello-world", "lambda", "migration", "order", "parallel", "payment", "signup", "video")
FAILED = ("nested-map", "order-declined", "payment-undone", "evaluation-failed", "timed-out", "aborted")
OPEN = ("map-running", "payment-waiting", "waiting", "redriven", "parallel-retried", "variables")
WIDTHS = {"wide": 120, "narrow": 72, "tiny": 40}


@pytest.mark.parametrize("name", [*EXAMPLES, *FAILED, *OPEN])
def test_into_a_pipe(name: str, recordings: Path, tmp_path: Path) -> None:
    shown = sfn(tmp_path / "home", "show", f"{name}.json", cwd=recordings)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert_golden(__file__, f"{name}.piped", shown.stdout)


@pytest.mark.parametrize(
    "name, width",
    [
        *((name, width) for name in (*EXAMPLES, "nested-map") for width in ("wide", "narrow")),
        ("nested-map", "tiny"),
        ("waiting", "narrow"),
    ],
)
def test_at_a_terminal(name: str, width: str, recordings: Path, tmp_path: Path) -> None:
    with pseudo_terminal(
        tmp_path / "home", "show", f"{name}.json", columns=WIDTHS[width], lines=60, cwd=recordings
    ) as terminal:
        assert terminal.end() == 0
        assert_golden(__file__, f"{name}.{width}", terminal.text)


@pytest.mark.parametrize(
    "name, state",
    [
        ("order", "Charge"),
        ("order-declined", "Charge"),
        ("nested-map", "Price"),
        ("nested-map", "EachOrder[2]/Price[0]"),
        ("variables", "Round@2"),
        ("payment-waiting", "Approve"),
        ("parallel", "Look"),
    ],
)
def test_one_state(name: str, state: str, recordings: Path, tmp_path: Path) -> None:
    shown = sfn(tmp_path / "home", "show", f"{name}.json", state, cwd=recordings)
    assert (shown.returncode, shown.stderr) == (0, "")
    place = state.translate(str.maketrans("/@[]", "____"))
    assert_golden(__file__, f"{name}.{place}", shown.stdout)
