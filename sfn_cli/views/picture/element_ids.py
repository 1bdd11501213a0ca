"""Ids of states and edges in a picture, for links, scripts and live pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from sfn_cli.views.graph.graph import EdgeKey


def state_id(path: str) -> str:
    """Returns the id of a state, which is also the fragment of its URL."""
    return quote(path, safe="/[]", errors="surrogatepass")


def edge_id(key: EdgeKey) -> str:
    return f"{state_id(key.source)}|{state_id(key.target)}|{key.kind}"


def label_id(key: EdgeKey) -> str:
    """Returns the id of an edge's label."""
    return f"{edge_id(key)}|label"
