"""The differences of two executions, as lines of styled text.

− Pay/monday   ✗ failed     1.20 s
+ Pay/tuesday  ✓ succeeded  3.40 s

  Reserve   Task    0.01 s → 0.02 s
~ Charge    Task    ✗ failed ↻ 3 → ✓ succeeded  1.45 s → 0.20 s
  ~ output.ok  false → true
~ Rows      Map     57 of 60 iterations equal
  ~ [5]
    ~ Convert  Task  ✓ succeeded → ✗ failed
+ Ship      Task    ✓ succeeded
− NotPaid   Fail    ✗ failed
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections import Counter
from typing import TYPE_CHECKING

from sfn_cli.views.diff.change_lines import change_lines, marked_span
from sfn_cli.views.diff.execution_diff import facts_of_execution, facts_of_visit
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.styled_line import Span, cell_width, shorten_line
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfn_cli.views.diff.execution_diff import EndFacts, ExecutionDiff, StateDiff, ThreadDiff
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.text.styled_line import StyledLine

_WIDEST_NAME = 32
_EQUAL_SHOWN = 2
"""More consecutive equal states than this are shown as one line."""

_MOST_ITERATIONS = 20


def execution_diff_lines(diff: "ExecutionDiff", *, now: int, width: int) -> "list[StyledLine]":
    """Returns the differences in lines of at most `width` columns; `now` is as in `duration_ms`."""
    lines = [shorten_line(line, width) for line in _header_lines(diff, now)]
    lines += change_lines(diff.changes, indent=0, width=width)
    if diff.states:
        lines.append([])
        lines += _state_lines(diff.states, 0, now, width)
    lines.append([])
    lines.append(shorten_line([Span(_summary_of_diff(diff), "bold")], width))
    return lines


def _header_lines(diff: "ExecutionDiff", now: int) -> "Iterator[StyledLine]":
    column = max(cell_width(view.source.name) for view in (diff.before, diff.after))
    for mark, view in (("−", diff.before), ("+", diff.after)):
        look = LOOKS[view.status]
        name = view.source.name.ljust(column)
        span = format_span(view.duration_ms(now))
        yield [
            marked_span(mark),
            Span(f"{name}  ", "bold"),
            Span(f"{look.mark} {look.word}", look.colour),
            Span(f"  {span}"),
        ]
    if diff.same_definition is False:
        yield [marked_span("~"), Span("the definitions of the two executions differ")]
    before, after = facts_of_execution(diff.before), facts_of_execution(diff.after)
    yield from _fact_lines(before, after, 0)


def _fact_lines(before: "EndFacts", after: "EndFacts", indent: int) -> "Iterator[StyledLine]":
    for name, old, new in (("error", before.error, after.error), ("cause", before.cause, after.cause)):
        if (old or "") != (new or ""):
            mark = "+" if not old else "−" if not new else "~"
            text = f"{old} → {new}" if old and new else old or new or ""
            yield [Span(" " * indent), marked_span(mark), Span(f"{name}  "), Span(" ".join(text.split()))]


# States


def _state_lines(states: "Sequence[StateDiff]", indent: int, now: int, width: int) -> "Iterator[StyledLine]":
    column = min(max((cell_width(state.name) for state in states), default=0), _WIDEST_NAME)
    at = 0
    while at < len(states):
        equal = 0
        while at + equal < len(states) and not states[at + equal].mark:
            equal += 1
        if equal > _EQUAL_SHOWN:
            yield [Span(" " * (indent + 2)), Span(f"… {equal} equal states", "dim")]
            at += equal
            continue
        yield from _lines_of_state(states[at], column, indent, now, width)
        at += 1


def _lines_of_state(
    state: "StateDiff", column: int, indent: int, now: int, width: int
) -> "Iterator[StyledLine]":
    known = state.after or state.before
    assert known is not None
    name = state.name + " " * max(0, column - cell_width(state.name))
    line = [Span(" " * indent), marked_span(state.mark), Span(name, "bold" if state.mark else "dim")]
    line.append(Span(f"  {known.type:<8}  ", "dim"))
    line += _ends_of_state(state, now)
    yield shorten_line(line, width)
    if state.before is not None and state.after is not None and not _fails_inside(state):
        for facts in _fact_lines(facts_of_visit(state.before), facts_of_visit(state.after), indent + 2):
            yield shorten_line(facts, width)
    yield from change_lines(state.changes, indent=indent + 2, width=width)
    if state.mark == "~":
        yield from _thread_lines(state.threads, indent + 2, now, width)


def _fails_inside(state: "StateDiff") -> bool:
    """Whether the state failed because of states inside it, which show the difference."""
    return any(
        inner.before is not None
        and inner.after is not None
        and inner.facts_differ
        and (inner.before.error, inner.after.error) == (state.before.error, state.after.error)
        for thread in state.threads
        for inner in thread.states
        if state.before is not None and state.after is not None
    )


def _ends_of_state(state: "StateDiff", now: int) -> "Iterator[Span]":
    visits = [visit for visit in (state.before, state.after) if visit is not None]
    ends = [_end_span(visit) for visit in visits]
    if len(ends) == 2 and ends[0] == ends[1]:
        yield ends[0]._replace(style="dim")
    else:
        yield ends[0]
        if len(ends) == 2:
            yield from (Span(" → "), ends[1])
    spans = [format_span(visit.duration_ms(now)) for visit in visits]
    yield Span(f"  {' → '.join(spans)}", "dim")
    iterations = [thread for thread in state.threads if thread.kind == "iteration"]
    if iterations:
        equal = sum(not thread.mark for thread in iterations)
        yield Span(f"  {equal} of {len(iterations)} iterations equal")


def _end_span(visit: "StateVisit") -> Span:
    look = LOOKS[visit.status]
    retries = f" ↻ {len(visit.failures)}" if visit.failures else ""
    return Span(f"{look.mark} {look.word}{retries}", look.colour)


def _thread_lines(
    threads: "Sequence[ThreadDiff]", indent: int, now: int, width: int
) -> "Iterator[StyledLine]":
    differing = [thread for thread in threads if thread.mark]
    for thread in differing[:_MOST_ITERATIONS]:
        what = f"[{thread.thread_index}]" if thread.kind == "iteration" else f"branch {thread.thread_index}"
        yield [Span(" " * indent), marked_span(thread.mark), Span(what)]
        if thread.mark == "~":
            yield from _state_lines(thread.states, indent + 2, now, width)
    if len(differing) > _MOST_ITERATIONS:
        rest = len(differing) - _MOST_ITERATIONS
        yield [Span(" " * (indent + 2)), Span(f"… {rest} more iterations differ", "dim")]


def _summary_of_diff(diff: "ExecutionDiff") -> str:
    if diff.is_equal:
        return "No differences."
    counts = Counter(state.mark for state in diff.states)
    words = {"~": "different", "−": "only in −", "+": "only in +"}
    parts = [f"{counts[mark]} {word}" for mark, word in words.items() if counts[mark]]
    if counts[""]:
        parts.append(f"{counts['']} equal")
    return f"States: {', '.join(parts)}."
