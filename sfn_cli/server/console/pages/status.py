"""The status page: workers, queues, stacks, local services, the store, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.server.console.status.draw_status import draw_check_form, draw_status_parts
from sfn_cli.server.console.status.gathered_status import gather_status
from sfn_cli.views.console.page import ConsolePage, join_parts
from sfn_cli.views.text.markup import Markup, element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest


def status_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    return status_page_with(service, request, Markup(""))


def status_page_with(service: Service, request: ConsoleRequest, above: Markup) -> ConsolePage:
    """Returns the status page with something above it, such as the findings of a check."""
    status = gather_status(service)
    parts = draw_status_parts(status, request.form_token)
    body = element(
        "div",
        {},
        element("h1", {}, "Status"),
        above,
        draw_check_form(request.form_token),
        join_parts(parts),
    )
    return ConsolePage(
        "Status",
        body,
        status.as_json(),
        section="status",
        is_live=True,
        shows_processes=True,
        parts=parts,
    )
