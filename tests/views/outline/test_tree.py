"""The tree of an execution as text: the lines, and how they fit a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.source import ClockJump, MapRunChildRun, MapRunCounts
from sfn_cli.views.text.styled_line import line_width, plain_line
from tests.views.outline.histories import History, map_of, nested_parallels, pass_chain
from tests.views.recorded import NAMES, source_of

if TYPE_CHECKING:
    from sfn_cli.views.execution.execution_view import ExecutionView

NOW = 2_000_000


def outline(view: ExecutionView, *, width: int = 100, max_lines: int | None = None) -> list[str]:
    lines = outline_lines(view, now=NOW, width=width, pending=pending_of(view), max_lines=max_lines)
    return [plain_line(line) for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_every_width_after_every_event(name: str) -> None:
    source = source_of(name)
    last = source.history[-1].id
    for at in range(1, last + 1, 1 + last // 60):
        view = fold_execution(source, at=at)
        pending = pending_of(view)
        for width in (20, 40, 48, 60, 64, 72, 100, 160):
            for line in outline_lines(view, now=view.last_at, width=width, pending=pending):
                assert line_width(line) <= width


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_every_height(name: str) -> None:
    view = fold_execution(source_of(name))
    whole = outline(view)
    for most in (2, 3, 5, 8, 13, len(whole), len(whole) + 1):
        assert len(outline(view, max_lines=most)) <= most
    assert outline(view, max_lines=len(whole)) == whole


def test_what_failed_and_what_runs_is_kept_where_the_height_is_small() -> None:
    history = pass_chain([f"Step{number}" for number in range(50)])
    last = history.add("TaskStateEntered", history.events[-1].id, name="Charge")
    history.add("TaskScheduled", last, resource="invoke", resourceType="lambda")
    lines = outline(history.view(), max_lines=5)
    assert [line.lstrip("│├└─ ").split("  ")[0] for line in lines[1:]] == [
        "… 48 more",
        "✓ Step48",
        "✓ Step49",
        "● Charge",
    ]


@pytest.mark.parametrize(
    "failed, running, shown",
    [
        ((), (), ["✓ One [0]", "… 9999 more iterations: succeeded"]),
        ((7000,), (), ["✗ One [7000]", "… 9999 more iterations: succeeded"]),
        ((5, 6, 7, 8), (1, 2), ["✗ One [5]", "✗ One [6]", "✗ One [7]"]),
        ((5,), (1, 2, 9), ["✗ One [5]", "● One [1]", "● One [2]"]),
    ],
)
def test_few_of_ten_thousand_iterations_are_shown(
    failed: tuple[int, ...], running: tuple[int, ...], shown: list[str]
) -> None:
    lines = outline(map_of(10_000, failed=failed, running=running).view())
    assert len(lines) <= 6
    for words, line in zip(shown, lines[2:], strict=False):
        assert words in line


def test_iterations_that_are_not_shown_are_counted_by_status() -> None:
    lines = outline(map_of(12, failed=(3, 4, 5, 6), running=(7,)).view())
    assert "7 of 12 · 1 running · 4 failed" in lines[1]
    assert lines[-1].endswith("… 9 more iterations: 1 failed, 1 running, 7 succeeded")


def test_one_more_iteration_is_shown_rather_than_counted() -> None:
    lines = outline(map_of(4, failed=(0, 1, 2)).view())
    assert lines[-1].lstrip("│├└─ ").startswith("✓ One [3]")


def test_visits_of_a_loop_are_one_line() -> None:
    lines = outline(pass_chain(["Again", "Add"] * 500 + ["Done"]).view())
    assert [line.split()[2] for line in lines[1:]] == ["Again", "Add", "Done"]
    assert "× 500" in lines[1]
    assert "1000.00 s" not in lines[1]


def test_names_are_aligned_by_columns_of_the_terminal() -> None:
    lines = outline(pass_chain(["A", "注文を確認する", "Prüfung"]).view())
    assert lines[2].index("Pass") + len("注文を確認する") == lines[1].index("Pass") == lines[3].index("Pass")


def test_what_does_not_show_has_the_width_of_its_escape() -> None:
    lines = outline(pass_chain(["a\x1b\u202eb\nc", "B"]).view(), width=72)
    assert "✓ a\\u001b\\u202eb\\nc  Pass" in lines[1]
    assert lines[1].index("Pass") == lines[2].index("Pass")


def test_a_long_name_leaves_room_for_the_duration() -> None:
    lines = outline(pass_chain(["N" * 80]).view(), width=40)
    assert "NNN…" in lines[1]
    assert "1.00 s" in lines[1]


def test_deep_nesting_is_cut_at_the_left() -> None:
    lines = outline(nested_parallels(60).view(), width=72)
    assert all(len(line) <= 72 for line in lines)
    assert "● Innermost" in lines[-1]
    assert "…" in lines[-1]


def test_a_branch_of_several_states_has_a_line_of_its_own() -> None:
    lines = outline(fold_execution(source_of("signup")))
    names = [line.lstrip("│├└─ ").split("  ")[0] for line in lines]
    assert names[2:6] == ["✓ Verify", "✓ SendMail", "✓ branch [1]", "✓ ChooseReader"]


def test_the_wall_time_is_named_where_it_differs() -> None:
    view = pass_chain(["A"]).view()
    view.source = view.source._replace(is_virtual=True, jumps=[ClockJump(1_000_500, 1_999_500)])
    assert outline(view)[0] == "● made/up  running  16 min 40 s (1.00 s of wall time)"


def test_an_error_that_no_state_has_is_in_the_header() -> None:
    history = History()
    history.add("ExecutionAborted", 0, error="Cancelled", cause="on request")
    assert outline(history.view())[0] == "■ made/up  aborted  1.00 s  Cancelled"


def test_a_suspended_execution_says_so() -> None:
    view = pass_chain(["A"]).view()
    view.source = view.source._replace(suspension="KeyError: 'x'")
    assert outline(view)[0].startswith("✗ made/up  suspended")


def test_children_of_a_map_run_are_named_to_be_shown() -> None:
    history = History()
    entered = history.add("MapStateEntered", 1, name="Each")
    started = history.add("MapStateStarted", entered, length=5)
    history.add("MapRunStarted", started, mapRunArn="arn:run")
    view = history.view()
    child = MapRunChildRun("made/Each/0a1b", "FAILED", 1_000_000, 1_002_000, "TooLarge")
    counts = MapRunCounts("RUNNING", 5, 2, 2, 1, 0, children=(child,))
    view.source = view.source._replace(map_runs={"arn:run": counts})
    lines = outline(view)
    assert lines[1].endswith("2 of 5 · 2 running · 1 failed")
    assert lines[2:] == ["    └── ✗ made/Each/0a1b  2.00 s  TooLarge"]


def test_of_a_map_run_without_counts_nothing_is_claimed() -> None:
    lines = outline(fold_execution(source_of("distributed")._replace(map_runs={})))
    assert "of 10" not in "\n".join(lines)
