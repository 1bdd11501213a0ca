"""The iterations of an inline Map: `…/executions/{execution}/maps/{state}`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError
from sfn_cli.server.console.map_item_query import address_of_map_items, map_items_data, map_items_query
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.opened_execution import opened_execution
from sfn_cli.server.console.pages.map_runs import map_run_address
from sfn_cli.server.console.pages.state import chosen_panel_visit, state_path_of, visits_of_path
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.execution.page_query import ExecutionQuery
from sfn_cli.views.console.execution.selection import iterations_around
from sfn_cli.views.console.map_items import (
    MapItem,
    MapItemsQuery,
    draw_item_errors,
    draw_item_map,
    draw_item_rows,
    listed_items,
)
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.execution.map_counts import format_map_counts, map_counts
from sfn_cli.views.execution.pending import display_status
from sfn_cli.views.text.markup import element, join_markup

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.execution.shown_execution import ShownExecution
    from sfn_cli.views.execution.state_visit import StateVisit, Thread
    from sfn_cli.views.statuses import Status


def map_page(service: Service, request: ConsoleRequest) -> ConsolePage | ConsoleRedirect:
    shown = opened_execution(service, request)
    path = state_path_of(request)
    visits = visits_of_path(shown, path)
    visit = chosen_panel_visit(visits, request)
    if visit is None:
        raise ApiError("ResourceNotFound", f"{shown.source.name} has not visited {path}.", status=404)
    if visit.map_run_arn is not None:
        return ConsoleRedirect(map_run_address(shown.source.arn or "", visit.map_run_arn))
    items = [_item_of_thread(shown, visit, thread) for thread in visit.threads]
    asked = map_items_query(request)
    address = _address_of(shown, visit)
    counts = map_counts(visit, shown.view.source)
    words = "" if counts is None else format_map_counts(counts, is_open=visit.ended_at is None)
    label = f"Items of {visit.state}: {words}"
    summary = element(
        "section",
        {"id": "map-summary"},
        element("p", {}, words),
        draw_item_map([item.status for item in items], visit.item_count or len(items), label),
        *draw_item_errors(items, asked, address),
    )
    rows = draw_item_rows(items, asked, address)
    title = element("h1", {}, visit.state, element("span", {"class": "note"}, " Map"))
    data: dict[str, Any] = {
        "state": visit.state,
        "path": visit.path,
        "counts": None if counts is None else counts._asdict(),
    }
    if request.is_data:
        data["items"] = map_items_data(listed_items(items, asked))
    return ConsolePage(
        f"{visit.state} – {shown.source.name}",
        join_markup([title, summary, rows]),
        data,
        is_live=shown.is_live,
        parts={"map-summary": summary, "map-rows": rows},
        trail=execution_trail(shown.source.arn or "", state=path),
    )


def _item_of_thread(shown: ShownExecution, visit: StateVisit, thread: Thread) -> MapItem:
    last = thread.visits[-1] if thread.visits else None
    status: Status = thread.status
    if thread.ended_at is None and last is not None:
        status = display_status(last, shown.pending)

    def address() -> str:
        state, entered_id = (visit.path, None) if last is None else (last.path, last.entered_id)
        query = ExecutionQuery(state=state, visit=entered_id, iterations=iterations_around(thread))
        return query.address(shown.source.arn or "")

    error = None if last is None else last.error
    return MapItem(str(thread.index), status, thread.started_at, thread.ended_at, error, address)


def _address_of(shown: ShownExecution, visit: StateVisit) -> Callable[[MapItemsQuery], str]:
    page = execution_address(shown.source.arn or "", "maps", visit.path, query={"visit": visit.entered_id})
    return partial(address_of_map_items, page)
