"""What the address of an execution's page says: its view, its moment, its selected state.

    ?view=timeline              outline (the default), timeline, events, data
    &at=17                      the execution as it was after this event
    &state=/Charge&visit=12     the selected state, and one of its visits, by the id of its StateEntered
    &iteration=/Each:5,…        the iteration of a Map whose states are shown
    &open=/Prepare,…            Maps and Parallels of a large machine that are drawn with their states
    &after=500                  the events after this one

Paths in lists are written as ids of states (picture/element_ids.py), which have no commas or colons.
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlencode

from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.picture.element_ids import state_id

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTLINE, TIMELINE, EVENTS, DATA = "outline", "timeline", "events", "data"
VIEWS = (OUTLINE, TIMELINE, EVENTS, DATA)


class ExecutionQuery(NamedTuple):
    """The decoded query. `find` is a word for a state (execution/find_visits.py)."""

    view: str = OUTLINE
    at: int | None = None
    state: str | None = None
    visit: int | None = None
    iterations: "Mapping[str, int]" = MappingProxyType({})
    opened: "tuple[str, ...]" = ()
    after: int | None = None
    find: str = ""

    def address(self, arn: str, **changes: Any) -> str:
        """Returns the address of the execution's page with this query, after some changes."""
        query = self._replace(**changes)
        iterations = ",".join(f"{state_id(path)}:{index}" for path, index in query.iterations.items())
        values = {
            "view": "" if query.view == OUTLINE else query.view,
            "at": query.at,
            "state": query.state,
            "visit": query.visit,
            "iteration": iterations,
            "open": ",".join(map(state_id, query.opened)),
            "after": query.after,
        }
        given = urlencode({name: value for name, value in values.items() if value not in (None, "")})
        path = _path_of_execution(arn)
        return f"{path}?{given}" if given else path


@lru_cache(1)
def _path_of_execution(arn: str) -> str:
    """Returns the address of the execution's page; it is in all links of the page."""
    return execution_address(arn)


def read_execution_query(query: "Mapping[str, str]") -> ExecutionQuery:
    """Returns what a page's query says; parts that make no sense are ignored."""
    view = query.get("view", OUTLINE)
    return ExecutionQuery(
        view=view if view in VIEWS else OUTLINE,
        at=_number_in_query(query, "at"),
        state=query.get("state") or None,
        visit=_number_in_query(query, "visit"),
        iterations=dict(_iterations_in_query(query.get("iteration", ""))),
        opened=tuple(unquote(id) for id in query.get("open", "").split(",") if id),
        after=_number_in_query(query, "after"),
        find=query.get("find", "").strip(),
    )


def _number_in_query(query: "Mapping[str, str]", name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _iterations_in_query(text: str) -> "list[tuple[str, int]]":
    found = []
    for part in text.split(","):
        id, colon, index = part.rpartition(":")
        if colon and index.isascii() and index.isdecimal() and len(index) < 10:
            found.append((unquote(id), int(index)))
    return found
