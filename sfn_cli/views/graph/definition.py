"""Builds the graph of a definition. Of an invalid definition, the valid parts are drawn.

Values of the wrong type are left out. An undefined target becomes a node of type MISSING.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.views.graph.choice_text import choice_rule_text
from sfn_cli.views.graph.far_handlers import mark_far_handlers
from sfn_cli.views.graph.graph import (
    END,
    MISSING,
    START,
    EdgeKey,
    EdgeKind,
    GraphEdge,
    GraphLevel,
    GraphNode,
    GraphRetrier,
)
from sfn_cli.views.graph.lenient_json import mapping_or_empty, mappings_in, text_or_empty, texts_in
from sfn_cli.views.graph.reading_order import reading_order
from sfn_cli.views.graph.state_text import state_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_NESTED = 60
"""The nesting depth of Maps and Parallels below which levels are left out."""

_RETRIES_BY_DEFAULT = 3


def graph_of(definition: Mapping[str, Any]) -> GraphLevel:
    """Returns the graph of a whole definition, with dots for its start and end."""
    return _LevelOfDefinition(mapping_or_empty(definition), "", 0).level()


def error_label(names: Any) -> str:
    """Returns the names of a Catcher as a label: "Timeout, Http.StatusCode.402"."""
    return ", ".join(_short_error_names(names))


def _short_error_names(names: Any) -> list[str]:
    return [name.removeprefix("States.") for name in texts_in(names)]


class _LevelOfDefinition:
    """Collects the nodes and edges of one States object. `prefix` is the start of its states' paths."""

    def __init__(self, machine: Mapping[str, Any], prefix: str, depth: int) -> None:
        self._machine = machine
        self._prefix = prefix
        self._depth = depth
        self._states = mapping_or_empty(machine.get("States"))
        self._nodes: dict[str, GraphNode] = {}
        self._labels: dict[EdgeKey, list[str]] = {}

    def level(self) -> GraphLevel:
        for name, state in self._states.items():
            self._nodes[self._path(name)] = self._node(name, mapping_or_empty(state))
        start = self._add_start()
        for name, state in self._states.items():
            self._add_edges_of_state(self._path(name), mapping_or_empty(state))
        ordered = reading_order(self._nodes, self._labels, start)
        position = {path: number for number, path in enumerate(ordered)}
        edges = sorted(self._labels.items(), key=lambda item: position[item[0].source])
        nodes, near_edges = mark_far_handlers(
            {path: self._nodes[path] for path in ordered},
            [GraphEdge(key, tuple(labels)) for key, labels in edges],
        )
        return GraphLevel(nodes, near_edges, start)

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    def _node(self, name: str, state: Mapping[str, Any]) -> GraphNode:
        path = self._path(name)
        retriers = [_graph_retrier(retrier) for retrier in mappings_in(state.get("Retry"))]
        return GraphNode(
            path,
            name,
            text_or_empty(state.get("Type")) or "?",
            state_text(state),
            retries=sum(retrier.attempts for retrier in retriers) if retriers else None,
            retriers=retriers,
            levels=self._inner_levels(path, state),
        )

    def _inner_levels(self, path: str, state: Mapping[str, Any]) -> tuple[GraphLevel, ...]:
        if self._depth >= _MOST_NESTED:
            return ()
        branches = state.get("Branches")
        machines = (
            branches if isinstance(branches, list) else [state.get("ItemProcessor", state.get("Iterator"))]
        )
        levels = (
            _LevelOfDefinition(mapping_or_empty(machine), f"{path}[{index}]", self._depth + 1).level()
            for index, machine in enumerate(machines)
        )
        return tuple(level for level in levels if level.nodes)

    def _add_start(self) -> str:
        """Adds the start and its edge to the first state; returns the path where reading starts."""
        first = text_or_empty(self._machine.get("StartAt"))
        if self._prefix or not first or START in self._nodes:
            return self._target(first) if first else next(iter(self._nodes), "")
        self._nodes[START] = GraphNode(START, "Start", "Start")
        self._add_edge(START, first, "start")
        return START

    def _target(self, name: str) -> str:
        path = self._path(name)
        if path not in self._nodes:
            self._nodes[path] = GraphNode(path, name, MISSING, "not defined")
        return path

    def _add_edge(self, source: str, target: Any, kind: EdgeKind, label: str = "") -> None:
        if isinstance(target, str) and target:
            labels = self._labels.setdefault(EdgeKey(source, self._target(target), kind), [])
            if label and label not in labels:
                labels.append(label)

    def _add_edges_of_state(self, path: str, state: Mapping[str, Any]) -> None:
        self._add_edge(path, state.get("Next"), "next")
        for rule in mappings_in(state.get("Choices")):
            self._add_edge(path, rule.get("Next"), "choice", choice_rule_text(rule))
        self._add_edge(path, state.get("Default"), "choice", "otherwise")
        if state.get("End") is True and not self._prefix:
            self._nodes.setdefault(END, GraphNode(END, "End", "End"))
            self._labels.setdefault(EdgeKey(path, END, "end"), [])
        for catcher in mappings_in(state.get("Catch")):
            self._add_edge(path, catcher.get("Next"), "catch", error_label(catcher.get("ErrorEquals")))


def _graph_retrier(retrier: Mapping[str, Any]) -> GraphRetrier:
    """Reads a Retrier; an invalid number is treated as absent, an invalid MaxAttempts as 0."""
    attempts = retrier.get("MaxAttempts", _RETRIES_BY_DEFAULT)
    interval, rate = _number(retrier.get("IntervalSeconds")), _number(retrier.get("BackoffRate"))
    return GraphRetrier(
        _short_error_names(retrier.get("ErrorEquals")),
        max(0, attempts) if type(attempts) is int else 0,
        1 if interval is None else interval,
        2 if rate is None else rate,
        _number(retrier.get("MaxDelaySeconds")),
    )


def _number(value: Any) -> float | None:
    return value if type(value) in (int, float) else None
