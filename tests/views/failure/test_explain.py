"""Explanations of failures: the state, the reason, and next steps."""

from __future__ import annotations

import json

import pytest

from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.failure.explain import explain_failure, explain_visit
from sfn_cli.views.failure.failure_json import failure_json
from sfn_cli.views.failure.next_steps import MOST_STEPS, next_steps
from sfn_cli.views.failure.panel import failure_lines
from sfn_cli.views.text.styled_line import line_width, plain_line
from tests.golden import assert_golden
from tests.views.recorded import NAMES, source_of

WIDTHS = {"wide": 100, "narrow": 44}


@pytest.mark.parametrize(
    "name, place, error",
    [
        ("nested-map", "EachOrder[2] › EachLine[1] › Price", "KeyError"),
        ("order-declined", "Charge", "States.Http.StatusCode.402"),  # caught, and then reported by a Fail
        ("payment-undone", "Ship", "OutOfStock"),
        ("evaluation-failed", "Average", "States.QueryEvaluationError"),
        ("migration-failed", "Migrate", "States.ExceedToleratedFailureThreshold"),
        ("aborted", "Both[0] › Pack", "Cancelled"),
        ("timed-out", "AskAgain", None),
        ("order", None, None),
        ("payment-waiting", None, None),
    ],
)
def test_where_it_began(name: str, place: str | None, error: str | None) -> None:
    """A failure is explained at the innermost state; an execution that did not fail has none."""
    failure = explain_failure(fold_execution(source_of(name)))
    if place is None:
        assert failure is None
    else:
        assert failure is not None
        assert failure.place == place
        assert error in (failure.error, None)


@pytest.mark.parametrize("name", NAMES)
def test_box_and_next_steps(name: str) -> None:
    """The box describes the failure, and the next steps are commands."""
    view = fold_execution(source_of(name))
    failure = explain_failure(view)
    steps = [f"{step.words}: {step.command}" for step in next_steps(view, pending_of(view))]
    assert len(steps) <= MOST_STEPS
    if failure is None and not steps:
        return
    for width_name, width in WIDTHS.items():
        lines = [] if failure is None else failure_lines(failure, width=width)
        assert all(line_width(line) == width for line in lines)
        assert_golden(__file__, f"{name}.{width_name}", "\n".join([*map(plain_line, lines), *steps]))


@pytest.mark.parametrize("mocked, label", [((), "called"), (("Charge",), "request")])
def test_request_of_a_mocked_task(mocked: tuple[str, ...], label: str) -> None:
    """The box does not say that a mocked task called something."""
    view = fold_execution(source_of("order-declined")._replace(mocked_states=mocked))
    failure = explain_failure(view)
    assert failure is not None
    lines = map(plain_line, failure_lines(failure, width=100))
    (line,) = (line for line in lines if "http:invoke" in line)
    assert line.startswith(f"│ {label.ljust(8)}http:invoke ")


def test_box_around_what_does_not_show() -> None:
    """Invisible characters are escaped in the box, whose borders stay aligned."""
    failure = explain_failure(fold_execution(source_of("nested-map")))
    assert failure is not None
    odd = "a\x1b[2Jb\u202ec\td"
    failure = failure._replace(place=odd, error=odd, message=odd, origin=odd, hint=odd, log_lines=[odd])
    lines = failure_lines(failure, width=100)
    assert {line_width(line) for line in lines} == {100}
    text = "\n".join(map(plain_line, lines))
    assert "a\\u001b[2Jb\\u202ec" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("name", NAMES)
def test_at_every_event(name: str) -> None:
    """An execution can be explained wherever its history stops."""
    source = source_of(name)
    for event in source.history[:200]:
        view = fold_execution(source, at=event.id)
        failure = explain_failure(view)
        assert failure is None or failure_lines(failure, width=60)
        next_steps(view, {})


def test_caught_visit() -> None:
    """A caught failure is also explained; a successful visit is not."""
    view = fold_execution(source_of("payment-undone"))
    explained = {visit.state: explain_visit(view, visit) for visit in view.visits()}
    ship = explained["Ship"]
    assert ship is not None
    assert (ship.function, ship.message) == ("Warehouse", "no unicorn in stock")
    assert explained["Reserve"] is None


@pytest.mark.parametrize(
    "catch, hint",
    [
        (None, ""),
        ([{"ErrorEquals": ["ValueError", "States.Timeout"], "Next": "X"}],
         "no Catcher matches KeyError. The Catchers match: ValueError, States.Timeout"),
        ("broken", ""),
    ],
)  # fmt: skip
def test_catchers(catch: object, hint: str) -> None:
    """There is a hint if a state's Catchers match only other errors."""
    source = source_of("nested-map")
    definition = json.loads(source.definition or "")
    each_order = definition["States"]["EachOrder"]["ItemProcessor"]["States"]
    each_line = next(state for state in each_order.values() if state["Type"] == "Map")
    each_line["ItemProcessor"]["States"]["Price"]["Catch"] = catch
    failure = explain_failure(fold_execution(source._replace(definition=json.dumps(definition))))
    assert failure is not None
    assert failure.hint == hint


@pytest.mark.parametrize("name", NAMES)
def test_json(name: str) -> None:
    """The JSON form has everything in the box."""
    failure = explain_failure(fold_execution(source_of(name)))
    if failure is not None:
        shown = failure_json(failure)
        assert json.loads(json.dumps(shown)) == shown
        assert shown["place"].endswith(shown["state"])
        assert shown.get("message", "") == failure.message
        assert shown["path"] == failure.visit.path if failure.visit else "path" not in shown
