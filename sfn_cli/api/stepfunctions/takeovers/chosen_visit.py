"""The visit of a state from which a new execution starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.errors import ApiError
from sfn_cli.views.execution.find_visits import find_visits
from sfn_cli.views.execution.fold import fold_execution
from sfn_cli.views.source import ExecutionSource
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit

_LISTED = 8
"""How many states of the execution a message lists."""


def chosen_takeover_visit(arn: str, history: Sequence[HistoryEvent], word: str | None) -> StateVisit:
    """Returns the visit that `word` names in the execution, by default where the execution failed.

    Words are those of `sfn show`: STATE, STATE@2, MAP/STATE[3]. Without a number, it is the last visit.
    Raises ApiError ValidationException.
    """
    name = name_of_execution(arn)
    view = fold_execution(ExecutionSource(name, history))
    if word is None:
        return _failed_takeover_visit(view, name)
    found = find_visits(view, word)
    if not found.visits:
        entered = list(dict.fromkeys(visit.state for visit in view.visits()))
        listed = ", ".join(map(repr, entered[:_LISTED])) + (" …" if len(entered) > _LISTED else "")
        states = f"it entered {listed}" if entered else "it has entered no state"
        raise ApiError("ValidationException", f"{name} has not entered a state {word!r}: {states}")
    if found.chosen is None:
        times = "once" if len(found.visits) == 1 else f"{len(found.visits)} times"
        raise ApiError("ValidationException", f"{name} has no visit {word!r}: it entered the state {times}")
    if word.endswith(f"@{found.chosen + 1}") and word != found.visits[0].state:
        return found.visits[found.chosen]
    return max(found.visits, key=lambda visit: visit.entered_id)


def _failed_takeover_visit(view: ExecutionView, name: str) -> StateVisit:
    last = view.root.visits[-1] if view.root.visits else None
    if last is None or (last.status not in FAILURES and view.status not in (*FAILURES, "ABORTED")):
        raise ApiError(
            "ValidationException",
            f"{name} has not failed in a state: name the state to start from (--at STATE)",
        )
    return last
