"""The records of a graph: a level for each States object, with nested levels for a Map or Parallel.

Nodes and edges are named by paths as in `views/execution/state_visit.py`: "/Prepare[0]/Reserve".
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.statuses import Status

EdgeKind = Literal["start", "next", "choice", "catch", "end"]
"""The kinds of edges. The Default of a Choice is a "choice" with the label "otherwise"."""

ChangeMark = Literal["+", "−", "~"]
"""How a part of a graph differs from what it was before: added, removed or changed."""

START = "/ start"
END = "/ end"
"""The paths of the dots for the machine's start and end. Nested levels have none."""

MISSING = "Missing"
"""The type of a node for an undefined target of a transition."""


class EdgeKey(NamedTuple):
    """The key of an edge: transitions of one kind between the same states are one edge."""

    source: str
    target: str
    kind: EdgeKind


class GraphEdge(NamedTuple):
    """An edge, with the conditions or error names of its transitions."""

    key: EdgeKey
    labels: "Sequence[str]" = ()


class GraphRetrier(NamedTuple):
    """A Retrier: the errors that it matches, the number of retries, and their delays.

    `errors` are without "States.". The first delay is `interval_seconds`; each further delay is
    `backoff_rate` times the previous one, and at most `most_seconds` if that is known.
    """

    errors: "Sequence[str]"
    attempts: int
    interval_seconds: float
    backoff_rate: float
    most_seconds: float | None = None


class GraphNode(NamedTuple):
    """A state, or the dot for the start or the end.

    `name` is the state's name; `type` its Type ("?" if it has none), "Start", "End" or MISSING. An invalid
    definition may have types that do not exist. `detail` is a short description: "λ Bank",
    "sqs:sendMessage · token", "30 s". `retries` is the maximum number of retries, None without Retry.
    `levels` are the branches of a Parallel, or the processor of a Map. `catches_to` are the handlers to
    which it has no edge (`far_handlers.py`), as (label, state name).
    """

    path: str
    name: str
    type: str
    detail: str = ""
    retries: int | None = None
    retriers: "Sequence[GraphRetrier]" = ()
    levels: "Sequence[GraphLevel]" = ()
    catches_to: "Sequence[tuple[str, str]]" = ()

    @property
    def is_dot(self) -> bool:
        return self.path in (START, END) and self.type in ("Start", "End")


class GraphLevel(NamedTuple):
    """The states of one States object in reading order, with the edges between them."""

    nodes: "Mapping[str, GraphNode]"
    """The nodes, by path."""
    edges: "Sequence[GraphEdge]"
    start: str
    """The path of the node where reading starts."""

    def state_count(self) -> int:
        """Returns the number of states, including nested ones."""
        return sum(
            1 + sum(level.state_count() for level in node.levels)
            for node in self.nodes.values()
            if not node.is_dot
        )


class NodeRun(NamedTuple):
    """The part of an execution in one state of the definition.

    `status` is the worst status of all visits, or that of the chosen iteration. `failures` counts failed
    attempts, and `is_retried` says whether one of them was or will be followed by another. `visits`
    counts the visits. `counts` is the progress of a Map: "12 of 60 · 5 running · 0 failed".
    """

    status: "Status"
    failures: int = 0
    visits: int = 1
    counts: str = ""
    is_retried: bool = False


class GraphRun(NamedTuple):
    """The path of an execution through the graph: its states by path, and the edges that it took.

    `elsewhere` are the paths of distributed Maps, whose nested states are in the histories of their child
    executions.
    """

    nodes: "Mapping[str, NodeRun]"
    taken: "frozenset[EdgeKey]"
    elsewhere: "frozenset[str]" = frozenset()


class GraphChanges(NamedTuple):
    """The differences between two graphs, on the graph that has the parts of both. Equal parts have none."""

    nodes: "Mapping[str, ChangeMark]"
    """By path."""
    edges: "Mapping[EdgeKey, ChangeMark]"
