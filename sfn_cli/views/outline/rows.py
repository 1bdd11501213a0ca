"""The rows of an outline: the parts of an execution that are shown or folded, before layout.

Rule 1: several visits of a state in one thread are one row, at the place of the first visit. The row
        shows the last visit and the number of visits.
Rule 2: a branch with one state is that state's row; a longer branch has its own row. The same applies to
        all iterations of a Map, which have the same form.
Rule 3: only a few of many iterations are shown: failed ones, then running ones; the first one if all
        succeeded. Only these are examined, so that ten thousand iterations cost no more than three.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from heapq import nsmallest
from typing import TYPE_CHECKING

from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.outline.notes import visit_notes
from sfn_cli.views.statuses import LOOKS, OF_INTEREST
from sfn_cli.views.text.styled_line import Span
from sfn_cli.views.text.visible_text import visible_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.pending import Pending
    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.statuses import Status
    from sfn_cli.views.text.styled_line import StyledLine

ITERATIONS_SHOWN = 3
"""The maximum number of a Map's iterations that are shown."""

_SHOWN_FIRST: tuple[Status, ...] = (*OF_INTEREST, "CAUGHT", "ABORTED", "SUCCEEDED", "NOT_VISITED")
"""The order in which iterations are chosen."""
_ORDER: Mapping[Status, int] = {status: place for place, status in enumerate(_SHOWN_FIRST)}


class OutlineRow:
    """One line of an outline, with the rows below it.

    `periods` are the starts and ends of its visits; the last may be open (None). If `status` is None, the
    row's name says how many others are not shown (`stands_for`). `is_execution` says whether the row is a
    child execution, by its name. `visit` is the last visit that the row shows, if it is the row of a state.
    """

    __slots__ = (
        "children", "is_execution", "name", "notes", "periods", "stands_for", "status", "type", "visit",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        type: str = "",
        status: Status | None = None,
        periods: Sequence[tuple[int, int | None]] = (),
        notes: StyledLine | None = None,
        stands_for: int = 1,
        *,
        is_execution: bool = False,
        visit: StateVisit | None = None,
    ) -> None:
        self.name = visible_line(name)
        self.type = type
        self.status = status
        self.periods = periods
        self.notes: StyledLine = [note._replace(text=visible_line(note.text)) for note in notes or ()]
        self.stands_for = stands_for
        self.is_execution = is_execution
        self.visit = visit
        self.children: list[OutlineRow] = []

    def with_children(self, children: list[OutlineRow]) -> OutlineRow:
        """Returns this row with other rows below it."""
        row = copy(self)
        row.children = children
        return row

    def duration_ms(self, now: int) -> int:
        """Returns the total duration of the row's visits, until `now` if one is open."""
        return sum(max(0, (now if end is None else end) - start) for start, end in self.periods)


class OutlineRows:
    """Builds the rows of an execution."""

    def __init__(
        self, view: ExecutionView, pending: Mapping[int, Pending], selected: StateVisit | None = None
    ) -> None:
        self._view = view
        self._pending = pending
        self._selected = selected

    def rows(self) -> list[OutlineRow]:
        """Returns the rows of the execution's top-level states."""
        return self._rows_of_thread(self._view.root)

    def status(self) -> Status:
        """Returns the status of the execution: WAITING if nothing in it is running."""
        return self._view.status if self._view.is_over else self._thread_status(self._view.root)

    def _rows_of_thread(self, thread: Thread, suffix: str = "") -> list[OutlineRow]:
        visits_of: dict[str, list[StateVisit]] = {}
        for visit in thread.visits:
            visits_of.setdefault(visit.state, []).append(visit)
        return [self._row_of_visits(visits, suffix) for visits in visits_of.values()]

    def _row_of_visits(self, visits: Sequence[StateVisit], suffix: str) -> OutlineRow:
        last = visits[-1]
        status = display_status(last, self._pending)
        row = OutlineRow(
            f"{last.state}{suffix}",
            last.type,
            status,
            [(visit.entered_at, visit.ended_at) for visit in visits],
            visit_notes(visits, status, self._pending.get(last.entered_id), self._view.source),
            visit=last,
        )
        if last.map_run_arn is not None:
            row.children = self._rows_of_map_run(last.map_run_arn)
        elif last.type == "Map":
            row.children = self._rows_of_iterations(last)
        elif last.threads:
            row.children = self._rows_of_branches(last)
        return row

    def _rows_of_branches(self, visit: StateVisit) -> list[OutlineRow]:
        rows: list[OutlineRow] = []
        for branch in visit.threads:
            inner = self._rows_of_thread(branch)
            rows += (
                inner if len(inner) <= 1 else [self._row_of_group(f"branch [{branch.index}]", branch, inner)]
            )
        return rows

    def _rows_of_iterations(self, visit: StateVisit) -> list[OutlineRow]:
        threads = visit.threads
        statuses = [self._thread_status(thread) for thread in threads]
        shown = _shown_iterations(statuses, visit.item_count or 0)
        shown += [place for place in self._selected_iteration(visit) if place not in shown]
        are_groups = any(_has_several_states(threads[place]) for place in shown)
        rows: list[OutlineRow] = []
        for place in shown:
            thread = threads[place]
            mark = f"[{thread.index}]"
            inner = self._rows_of_thread(thread, "" if are_groups else f" {mark}")
            rows += inner if inner and not are_groups else [self._row_of_group(mark, thread, inner)]
        hidden = Counter(statuses)
        hidden.subtract(statuses[place] for place in shown)
        return rows + _row_of_hidden_iterations(hidden, max(0, (visit.item_count or 0) - len(threads)))

    def _selected_iteration(self, visit: StateVisit) -> list[int]:
        """Returns the place of the iteration that the selected visit is in, if it is in this Map."""
        thread = None if self._selected is None else self._selected.thread
        while thread is not None and thread.parent is not None:
            if thread.parent is visit:
                return [place for place, each in enumerate(visit.threads) if each is thread]
            thread = thread.parent.thread
        return []

    def _rows_of_map_run(self, arn: str) -> list[OutlineRow]:
        run = self._view.source.map_runs.get(arn)
        return [
            OutlineRow(
                child.name,
                "",
                child.status,
                [(child.started_at, child.ended_at)],
                [Span(child.error, "failed")] if child.error is not None else [],
                is_execution=True,
            )
            for child in (run.children if run is not None else ())
        ]

    def _row_of_group(self, name: str, thread: Thread, inner: list[OutlineRow]) -> OutlineRow:
        row = OutlineRow(name, "", self._thread_status(thread), [(thread.started_at, thread.ended_at)])
        row.children = inner
        return row

    def _thread_status(self, thread: Thread) -> Status:
        if thread.ended_at is not None or not thread.visits or thread.visits[-1].ended_at is not None:
            return thread.status
        return display_status(thread.visits[-1], self._pending)


def _has_several_states(thread: Thread) -> bool:
    return len(thread.visits) > 1 and any(visit.state != thread.visits[0].state for visit in thread.visits)


def _shown_iterations(statuses: Sequence[Status], item_count: int) -> list[int]:
    """Returns the indexes of the iterations to show, in display order."""
    total = max(len(statuses), item_count)
    urgent = [place for place, status in enumerate(statuses) if status in OF_INTEREST]
    most = ITERATIONS_SHOWN if urgent or total <= ITERATIONS_SHOWN else 1
    shown = nsmallest(
        most, urgent or range(len(statuses)), key=lambda place: (_ORDER[statuses[place]], place)
    )
    if total - len(shown) == 1:  # one row takes no more room than a count
        return list(range(len(statuses)))
    return shown


def _row_of_hidden_iterations(hidden: Mapping[Status, int], not_started: int) -> list[OutlineRow]:
    """Returns a row with the number of hidden iterations by status; [] if none is hidden."""
    counts = [
        (count, LOOKS[status].word)
        for status, count in sorted(hidden.items(), key=lambda item: _ORDER[item[0]])
        if count
    ]
    if not_started:
        counts.append((not_started, "not started"))
    total = sum(count for count, _ in counts)
    if not total:
        return []
    what = f"… {total} more iteration{'s' if total > 1 else ''}"
    words = counts[0][1] if len(counts) == 1 else ", ".join(f"{count} {word}" for count, word in counts)
    return [OutlineRow(f"{what}: {words}", stands_for=total)]
