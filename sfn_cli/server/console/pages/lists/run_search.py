"""A list of executions with its filters, as on the page of a machine and on that of all machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api.views.found_runs import search_runs
from sfn_cli.api.views.run_filters import given_run_filters, read_run_filters
from sfn_cli.errors import ApiError
from sfn_cli.server.console.pages.lists.run_form import draw_run_filters
from sfn_cli.server.console.pages.lists.run_table import draw_runs, runs_as_json
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.api.service import Service

_MOST_EXAMINED_LIVE = 1000
"""A search that examines more executions than this is not repeated with each change of the store."""


class RunSearch(NamedTuple):
    """What a page shows of a search, and its data. `runs` is the part that changes.

    `is_plain`: it has no filters, and shows the newest executions. `is_empty`: it has found nothing.
    """

    body: Markup
    runs: Markup
    data: dict[str, Any]
    is_live: bool
    is_plain: bool
    is_empty: bool
    status: int = 200


def search_runs_of_query(
    service: Service,
    query: Mapping[str, str],
    machine_arns: Sequence[str],
    address: Callable[..., str],
    *,
    of_one_machine: bool,
) -> RunSearch:
    """Returns the executions that an address asks for. `address` returns that of another `query`."""
    given = given_run_filters(query)
    form = draw_run_filters(given, address())
    try:
        filters = read_run_filters(query, machine_arns)
    except ApiError as error:
        refused = element("p", {"id": "runs", "class": "error", "role": "alert"}, error.message)
        data = {"error": {"code": error.code, "message": error.message}}
        return RunSearch(
            join_markup([form, refused]),
            refused,
            data,
            is_live=False,
            is_plain=False,
            is_empty=True,
            status=error.status,
        )
    found = search_runs(service, filters.search)
    runs = draw_runs(found, filters, lambda query: address(query=query), of_one_machine=of_one_machine)
    return RunSearch(
        join_markup([form, runs]),
        runs,
        runs_as_json(found),
        is_live=found.examined <= _MOST_EXAMINED_LIVE,
        is_plain=filters.is_empty and filters.search.position is None,
        is_empty=not found.runs,
    )
