"""Compares two executions, state by state.

Rule 1: the n-th visit of a state is compared with the n-th visit of the same state in the same thread.
Iterations and branches are compared by their index.
Rule 2: a difference is shown where it first occurs. A value that a state only passes on from its input,
or from the previous state, is not another difference.
Rule 3: times, and the ids and dates of requests in a service's response, are not compared.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli import jsonvalue
from sfn_cli.views.diff.value_changes import ValueChange, changes_of_texts
from sfn_cli.views.failure.cause import decode_cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.views.execution.execution_view import ExecutionView
    from sfn_cli.views.execution.state_visit import StateVisit, Thread

_OF_REQUESTS = re.compile(r"(^|\.)(SdkHttpMetadata|SdkResponseMetadata|requestId)\b")
"""The paths of values about a request to a service: its id, the date, the HTTP headers."""


class EndFacts(NamedTuple):
    """The end of a visit or an execution; `cause` is the readable cause.

    `retries` counts failed attempts, or redrives of an execution.
    """

    status: str
    retries: int
    error: str | None
    cause: str


class ThreadDiff(NamedTuple):
    """A branch, an iteration or the root; `mark` is as in StateDiff."""

    kind: str
    thread_index: int
    mark: str
    states: "Sequence[StateDiff]"


class StateDiff(NamedTuple):
    """Two visits of a state, of which one may be missing.

    `mark` is "+" or "−" if only the second or the first execution visited the state, "~" if anything
    differs here or inside, "" if nothing differs. `changes` are the values that differ, by their paths:
    "input.total", "output.id", "variable.rate".
    """

    name: str
    mark: str
    before: "StateVisit | None"
    after: "StateVisit | None"
    changes: "Sequence[ValueChange]" = ()
    facts_differ: bool = False
    threads: "Sequence[ThreadDiff]" = ()


class ExecutionDiff(NamedTuple):
    """The differences of two executions. `same_definition` is None if a definition is unknown."""

    before: "ExecutionView"
    after: "ExecutionView"
    same_definition: bool | None
    changes: "Sequence[ValueChange]"
    states: "Sequence[StateDiff]"

    @property
    def is_equal(self) -> bool:
        return (
            not self.changes
            and facts_of_execution(self.before) == facts_of_execution(self.after)
            and all(state.mark == "" for state in self.states)
        )


def diff_executions(before: "ExecutionView", after: "ExecutionView") -> ExecutionDiff:
    """Returns the differences between two executions, of the same or of different definitions."""
    changes = _value_changes("input", before.input, after.input)
    return ExecutionDiff(
        before,
        after,
        _is_same_definition(before, after),
        changes,
        _states_of(before.root, after.root, _unnamed(changes)),
    )


def facts_of_visit(visit: "StateVisit") -> EndFacts:
    return EndFacts(visit.status, len(visit.failures), visit.error, decode_cause(visit.cause).message)


def facts_of_execution(view: "ExecutionView") -> EndFacts:
    return EndFacts(view.status, view.redrives, view.error, decode_cause(view.cause).message)


def _is_same_definition(before: "ExecutionView", after: "ExecutionView") -> bool | None:
    texts = before.source.definition, after.source.definition
    if None in texts:
        return None
    return not changes_of_texts(*texts)


# Threads


def _states_of(
    before: "Thread | None", after: "Thread | None", inherited: "frozenset[_Unnamed]"
) -> list[StateDiff]:
    """Returns the states of two threads, in the order of the second, with the first's states in between.

    `inherited` are the differences of the threads' inputs.
    """
    old, new = _numbered(before), _numbered(after)
    diffs: list[StateDiff] = []
    for key in _merged_keys(list(old), list(new)):
        diff, passed_on = _state_diff(key[0], old.get(key), new.get(key), inherited)
        diffs.append(diff)
        if passed_on is not None:
            inherited = passed_on
    return diffs


def _numbered(thread: "Thread | None") -> "dict[tuple[str, int], StateVisit]":
    """Returns a thread's visits by state and by the visit's number within the state."""
    numbered: dict[tuple[str, int], StateVisit] = {}
    counts: dict[str, int] = {}
    for visit in thread.visits if thread is not None else ():
        counts[visit.state] = counts.get(visit.state, 0) + 1
        numbered[visit.state, counts[visit.state]] = visit
    return numbered


def _merged_keys(old: "list[tuple[str, int]]", new: "list[tuple[str, int]]") -> "list[tuple[str, int]]":
    """Returns the keys of both in the order of `new`.

    Keys that are only in `old` follow their predecessor there.
    """
    in_new = set(new)
    merged: dict[tuple[str, int], None] = {}
    at = 0
    for key in new:
        while at < len(old) and (old[at] not in in_new or old[at] in merged):
            merged[old[at]] = None
            at += 1
        merged[key] = None
    merged |= dict.fromkeys(old)
    return list(merged)


# States


_Unnamed = tuple[str, str, str]
"""A difference without the name of its value: the path, and both values as text."""


def _state_diff(
    name: str, before: "StateVisit | None", after: "StateVisit | None", inherited: "frozenset[_Unnamed]"
) -> "tuple[StateDiff, frozenset[_Unnamed] | None]":
    """Returns the difference, and the differences passed on; None if only one execution has the visit."""
    if before is None or after is None:
        return StateDiff(name, "−" if after is None else "+", before, after), None
    of_input = _value_changes("input", before.input, after.input)
    of_output = _value_changes("output", before.output, after.output)
    known = inherited | _unnamed(of_input)
    threads = _thread_diffs(before, after, known)
    # A Map's output differs because its iterations differ, which show where.
    inside = frozenset[_Unnamed]().union(*(_outputs_inside(before, after)) if threads else ())
    known_pairs, known_or_inside = _pairs(known), known | inside
    changes = [
        *(change for change in of_input if _without_name(change) not in inherited),
        *(change for change in _variable_changes(before, after) if _value_pair(change) not in known_pairs),
        *(change for change in of_output if _without_name(change) not in known_or_inside),
    ]
    facts_differ = facts_of_visit(before) != facts_of_visit(after)
    differs = changes or facts_differ or any(thread.mark for thread in threads)
    diff = StateDiff(name, "~" if differs else "", before, after, changes, facts_differ, threads)
    return diff, _unnamed(of_output)


def _outputs_inside(before: "StateVisit", after: "StateVisit") -> "Iterable[frozenset[_Unnamed]]":
    """Yields the differences of the children's outputs, as in an array of all outputs."""
    old = {thread.index: thread for thread in before.threads}
    for thread in after.threads:
        other = old.get(thread.index)
        if other is not None and other.visits and thread.visits:
            changes = _value_changes("output", other.visits[-1].output, thread.visits[-1].output)
            for path, old_text, new_text in map(_without_name, changes):
                dot = "" if path[:1] in ("", "[") else "."
                yield frozenset({(f"[{thread.index}]{dot}{path}", old_text, new_text)})


def _thread_diffs(
    before: "StateVisit", after: "StateVisit", inherited: "frozenset[_Unnamed]"
) -> list[ThreadDiff]:
    old = {thread.index: thread for thread in before.threads}
    new = {thread.index: thread for thread in after.threads}
    diffs = []
    for index in sorted(old.keys() | new.keys()):
        first, second = old.get(index), new.get(index)
        kind = (first or second or before.threads[0]).kind
        states = _states_of(first, second, inherited if kind == "branch" else frozenset())
        mark = "+" if first is None else "−" if second is None else ""
        if not mark and any(state.mark for state in states):
            mark = "~"
        diffs.append(ThreadDiff(kind, index, mark, states))
    return diffs


# Values


def _value_changes(name: str, before: str | None, after: str | None) -> list[ValueChange]:
    """Returns the differences of two JSON texts, with paths that begin with `name`."""
    return [
        change._replace(path=_named_path(name, change.path))
        for change in changes_of_texts(before, after)
        if _OF_REQUESTS.search(change.path) is None
    ]


def _named_path(name: str, path: str) -> str:
    return name + path if not path or path.startswith("[") else f"{name}.{path}"


def _variable_changes(before: "StateVisit", after: "StateVisit") -> list[ValueChange]:
    return [
        change
        for name in {**before.assigned, **after.assigned}
        for change in _value_changes(f"variable.{name}", before.assigned.get(name), after.assigned.get(name))
    ]


def _without_name(change: ValueChange) -> _Unnamed:
    """Returns the difference of a value named "input" or "output"."""
    path = change.path[len("input") if change.path.startswith("input") else len("output") :].removeprefix(".")
    return path, _text_of(change.before), _text_of(change.after)


def _unnamed(changes: "Iterable[ValueChange]") -> "frozenset[_Unnamed]":
    return frozenset(map(_without_name, changes))


def _value_pair(change: ValueChange) -> tuple[str, str]:
    return _text_of(change.before), _text_of(change.after)


def _pairs(changes: "Iterable[_Unnamed]") -> set[tuple[str, str]]:
    return {(before, after) for _, before, after in changes}


def _text_of(value: object) -> str:
    try:
        return jsonvalue.dumps(value)
    except TypeError:
        return ""  # ABSENT
