"""The first page: the state machines with their last executions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfn_cli.api.views.lists_as_json import machine_as_json
from sfn_cli.api.views.machine_figures import beginning_of_today, list_machine_figures
from sfn_cli.server.console.pages.lists.run_form import FAILED_STATUSES
from sfn_cli.server.console.pages.lists.run_table import draw_error
from sfn_cli.views.console.addresses import console_address, execution_address, machine_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_figures import MachineFigures, MachineList
    from sfn_cli.api.views.machine_summaries import MachineRun
    from sfn_cli.server.console.messages import ConsoleRequest

_MACHINES = 50
"""The number of state machines on a page."""

_COLUMNS = ("State machine", "Last executions", "Running", "Failed today", "Median", "Last error")
_NUMBERS = ("Running", "Failed today", "Median")
_FIRST_COMMANDS = (
    ("Run a project:", "sfn run FOLDER"),
    (
        "Create a state machine:",
        "sfn create-state-machine --name NAME --definition file://FILE --role-arn ROLE",
    ),
)


def machines_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    part, after = request.query.get("name", "").strip(), request.query.get("after", "")
    today = beginning_of_today(service.clock(), None)
    listed = list_machine_figures(service, part, after, _MACHINES, today)
    can_start = request.form_token is not None
    rows = {
        f"machine-{number}": _draw_machine(f"machine-{number}", one, today, can_start=can_start)
        for number, one in enumerate(listed.machines)
    }
    if listed.machines or after:
        table = _draw_machine_table(rows, listed, part, can_start=can_start)
    else:
        table = _draw_no_machines(service, part)
    # Without machines, the first one must appear: the page changes its parts, and is loaded again.
    parts = rows or {"no-machines": table}
    body = join_markup([element("h1", {}, "State machines"), _draw_machine_search(part, listed), table])
    return ConsolePage("State machines", body, _machines_as_json(listed), is_live=True, parts=parts)


def _machines_as_json(listed: MachineList) -> dict[str, Any]:
    machines = []
    for one in listed.machines:
        shown = machine_as_json(one.summary, utc_date) | {"failedToday": one.failed_today}
        machines.append(shown | ({} if one.median_ms is None else {"medianMs": one.median_ms}))
    more = {} if listed.after is None else {"hasMore": True, "after": listed.after}
    return {"stateMachines": machines, **more}


def _draw_machine_search(part: str, listed: MachineList) -> Markup:
    if not part and listed.after is None and len(listed.machines) < _MACHINES // 5:
        return Markup("")
    field = element("input", {"name": "name", "type": "search", "value": part})
    return element(
        "form",
        {"class": "filters", "method": "get", "action": console_address(), "role": "search"},
        element("label", {}, "Name contains ", field),
        element("button", {"type": "submit"}, "Filter"),
        element("a", {"href": console_address()}, "Show all") if part else "",
    )


def _draw_machine_table(
    rows: dict[str, Markup], listed: MachineList, part: str, *, can_start: bool
) -> Markup:
    titles = [
        element("th", {"scope": "col", "class": "number" if title in _NUMBERS else None}, title)
        for title in _COLUMNS
    ]
    if can_start:
        titles.append(element("td", {}))
    more = Markup("")
    if listed.after is not None:
        address = console_address(query={"name": part, "after": listed.after})
        more = element("p", {}, element("a", {"href": address, "rel": "next"}, "More state machines"))
    table = element(
        "table",
        {"class": "cards machines"},
        element("thead", {}, element("tr", {}, *titles)),
        element("tbody", {}, *rows.values()),
    )
    return join_markup([table, more])


def _draw_machine(id: str, figures: MachineFigures, today: int, *, can_start: bool) -> Markup:
    machine = figures.summary
    failed: Markup | str = ""
    if figures.failed_today:
        date = f"{datetime.fromtimestamp(today / 1000):%Y-%m-%d}"
        address = machine_address(machine.name, query={"status": FAILED_STATUSES, "from": date})
        failed = element("a", {"href": address, "class": "error"}, f"{figures.failed_today:,}")
    running: Markup | str = ""
    if machine.running:
        address = machine_address(machine.name, query={"status": "RUNNING"})
        running = element("a", {"href": address, "class": "mark-running"}, f"{machine.running:,}")
    failure = machine.last_failure
    error = Markup("") if failure is None else draw_error(failure.error or "timed out", failure.cause)
    name = element("a", {"href": machine_address(machine.name), "id": f"{id}-name"}, machine.name)
    kind = element("span", {"class": "note"}, machine.type)
    ticks = (_draw_tick(run, f"{id}-{place}") for place, run in enumerate(reversed(machine.runs)))
    cells = [
        element("th", {"scope": "row"}, name, " ", kind),
        _figure("Last executions", join_markup(ticks) or "never run", "ticks"),
        _figure("Running", running, "number"),
        _figure("Failed today", failed, "number"),
        _figure("Median", "" if figures.median_ms is None else format_span(figures.median_ms), "number"),
        _figure("Last error", error),
    ]
    if can_start:
        start = element(
            "a",
            {
                "href": machine_address(machine.name, "start"),
                "class": "button",
                "aria-label": f"Start {machine.name}",
            },
            "Start",
        )
        cells.append(element("td", {}, start))
    return element("tr", {"id": id}, *cells)


def _figure(label: str, content: Markup | str, look: str | None = None) -> Markup:
    return element("td", {"data-label": label if content else None, "class": look}, content)


def _draw_tick(run: MachineRun, id: str) -> Markup:
    took = "" if run.stopped_at is None else f", {format_span(run.stopped_at - run.started_at)}"
    title = f"{run.name}: {LOOKS[run.status].word}{took}"
    attributes = {
        "href": execution_address(run.arn),
        "id": id,
        "title": title,
        "class": f"tick mark-{LOOKS[run.status].colour}",
    }
    return element("a", attributes, draw_status_mark(run.status))


def _draw_no_machines(service: Service, part: str) -> Markup:
    if part:
        text = f"No state machine's name contains {part}."
        return element("p", {"id": "no-machines", "class": "note"}, text)
    commands = (
        join_markup([element("dt", {}, words), element("dd", {}, element("code", {}, command))])
        for words, command in _FIRST_COMMANDS
    )
    return element(
        "section",
        {"id": "no-machines"},
        element("p", {}, f"There are no state machines in {service.settings.region}. To begin:"),
        element("dl", {"class": "commands"}, *commands),
    )
