"""The page with the executions of all state machines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.api.views.found_runs import all_started_machines
from sfn_cli.server.console.pages.lists.run_search import search_runs_of_query
from sfn_cli.views.console.addresses import console_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.text.markup import element, join_markup

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest


def executions_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    search = search_runs_of_query(
        service,
        request.query,
        all_started_machines(service),
        partial(console_address, "executions"),
        of_one_machine=False,
    )
    return ConsolePage(
        "Executions",
        join_markup([element("h1", {}, "Executions"), search.body]),
        search.data,
        section="executions",
        is_live=search.is_live,
        parts={"runs": search.runs},
        status=search.status,
    )
