"""The records of a graph: a level for each States object, with the levels of a Map or Parallel inside.

Nodes and edges are named by paths as in `views/execution/state_visit.py`: "/Prepare[0]/Reserve".
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.views.statuses import Status

EdgeKind = Literal["start", "next", "choice", "catch", "end"]
"""A Default of a Choice is a choice whose label is "otherwise"."""

START = "/ start"
END = "/ end"
"""The paths of the dots at which the machine starts and ends. Levels below the top have none."""

MISSING = "Missing"
"""The type of a node that a state leads to, but that the definition does not have."""


class EdgeKey(NamedTuple):
    """What names an edge: several ways between the same states of one kind are one edge."""

    source: str
    target: str
    kind: EdgeKind


class GraphEdge(NamedTuple):
    """An edge, with the conditions or error names of the ways that it stands for."""

    key: EdgeKey
    labels: "Sequence[str]" = ()


class GraphRetrier(NamedTuple):
    """A Retrier: how often, and after how long, the errors that it matches are tried again.

    `errors` are without "States.". The first delay is `interval_seconds`; each is `backoff_rate` times
    the one before, and no more than `most_seconds`, where that is known.
    """

    errors: "Sequence[str]"
    attempts: int
    interval_seconds: float
    backoff_rate: float
    most_seconds: float | None = None


class GraphNode(NamedTuple):
    """A state, or the dot of the start or the end.

    `name` is the state's, `type` its Type, "?" without one, "Start", "End" or MISSING. A broken
    definition may have types that do not exist. `detail` says in a few words what it
    does: "λ Bank", "sqs:sendMessage · token", "30 s". `retries` is how often its Retriers try again
    at most, None without Retry. `levels` are the branches of a Parallel, or the one processor of a
    Map. `catches_to` are the handlers that it reaches without an edge of its own (`far_handlers.py`),
    as (label, state name).
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
    """By path."""
    edges: "Sequence[GraphEdge]"
    start: str
    """The path of the node where reading begins."""

    def state_count(self) -> int:
        """Returns how many states it has, those inside others included."""
        return sum(
            1 + sum(level.state_count() for level in node.levels)
            for node in self.nodes.values()
            if not node.is_dot
        )


class NodeRun(NamedTuple):
    """What an execution did in one state of the definition.

    `status` is the worst of all its visits, or that of the chosen iteration. `failures` counts the
    attempts that failed, and `is_retried` says whether one of them was followed by another, or will
    be. `visits` is how often the state was entered. `counts` says how far a Map is: "12 of 60 · 5
    running · 0 failed".
    """

    status: "Status"
    failures: int = 0
    visits: int = 1
    counts: str = ""
    is_retried: bool = False


class GraphRun(NamedTuple):
    """What an execution did on the graph: its states by path, and the edges that it took.

    `elsewhere` are the paths of distributed Maps: what happened inside is in the histories of their
    child executions.
    """

    nodes: "Mapping[str, NodeRun]"
    taken: "frozenset[EdgeKey]"
    elsewhere: "frozenset[str]" = frozenset()
