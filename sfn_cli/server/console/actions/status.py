"""Stops and starts what runs for a store, and checks the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.doctor import examine_store
from sfn_cli.drivers.local.launch import stop_launched_workers
from sfn_cli.errors import ApiError
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.local_endpoint import stop_local_endpoint
from sfn_cli.server.console.messages import ConsoleRedirect
from sfn_cli.server.console.pages.status import status_page_with
from sfn_cli.views.console.addresses import console_address
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage

_MOST_FINDINGS = 100


def stop_workers_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Stops the workers, as `sfn worker stop` does."""
    stopped = stop_launched_workers(service.settings)
    workers = "1 worker was" if stopped == 1 else f"{stopped or 'No'} workers were"
    return _to_status(f"{workers} stopped.", "workers")


def stop_services_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Stops the local endpoint and the local AWS services, as `sfn aws stop` does."""
    home = service.settings.home
    stopped = [stop_local_endpoint(home), embedded_aws.stop_embedded_aws(home)]
    note = "The local services have stopped." if any(stopped) else "The local services are not running."
    return _to_status(note, "services")


def switch_stack_from_console(service: Service, request: ConsoleRequest) -> ConsoleRedirect:
    """Stops or starts a stack's schedules and event sources, as `sfn stack stop` and `start` do."""
    name, does = request.names["stack"], request.form.get("do")
    if does not in ("stop", "start"):
        raise ApiError("ValidationException", 'The field "do" is "stop" or "start".')
    if not service.running_stacks.stop(name, is_stopped=does == "stop"):
        raise ApiError("ValidationException", f"Stack with id {name} does not exist", status=404)
    return _to_status(f"{name} is {'stopped' if does == 'stop' else 'started'}.", "stacks")


def check_store_from_console(service: Service, request: ConsoleRequest) -> ConsolePage:
    """Returns the status page with the findings of `sfn doctor`."""
    findings: list[str] = []
    examined = examine_store(service.store, findings.append)
    summary = (
        f"{examined.executions} executions and {examined.events} events checked: "
        f"{examined.findings or 'no'} {'problem' if examined.findings == 1 else 'problems'} found."
    )
    shown = (element("li", {}, element("pre", {}, one)) for one in findings[:_MOST_FINDINGS])
    more = len(findings) - _MOST_FINDINGS
    result = element(
        "div",
        {"class": "refused" if findings else "page-note", "role": "alert"},
        element("p", {}, summary),
        element("ul", {"class": "problems"}, *shown) if findings else "",
        element("p", {}, f"… {more} more: sfn doctor lists all.") if more > 0 else "",
    )
    page = status_page_with(service, request, result)
    data = {"executions": examined.executions, "events": examined.events, "findings": findings}
    # The address of the check shows no page that could be followed.
    return page._replace(is_live=False, data=data)


def _to_status(note: str, part: str) -> ConsoleRedirect:
    return ConsoleRedirect(f"{console_address('status')}#status-{part}", note)
