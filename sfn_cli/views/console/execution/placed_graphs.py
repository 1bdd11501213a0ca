"""Placed graphs of definitions. The last ones are cached, because a live page draws the same one again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue
from sfn_cli.errors import UsageError
from sfn_cli.views.graph.definition import graph_of
from sfn_cli.views.layout.folding import MOST_STATES, folding_rule
from sfn_cli.views.layout.place import place

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import GraphLevel
    from sfn_cli.views.layout.placed import PlacedLevel

_CACHED = 8


@lru_cache(_CACHED)
def graph_of_definition(definition: str) -> GraphLevel:
    """Returns the graph of a definition; raises UsageError if it is not valid JSON."""
    try:
        return graph_of(jsonvalue.loads(definition))
    except (ValueError, RecursionError):
        raise UsageError("There is no picture, because the definition is not valid JSON.") from None


@lru_cache(_CACHED)
def placed_graph(definition: str, opened: frozenset[str]) -> PlacedLevel:
    """Returns the graph with its positions. In a large machine, `opened` paths are not folded.

    Raises ConfigurationError if graphlay is not installed, and UsageError if the graph is too large.
    """
    level = graph_of_definition(definition)
    return place(level, is_folded=folding_rule(level, opened))


def is_large_graph(level: GraphLevel) -> bool:
    """Whether Maps and Parallels of the graph can be folded."""
    return level.state_count() > MOST_STATES
