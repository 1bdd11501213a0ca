"""The first page: the state machines with their last executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.views.machine_summaries import machine_summaries
from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import element

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_summaries import MachineRun, MachineSummary
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.text.markup import Markup


def machines_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    machines = list(machine_summaries(service))
    part = _draw_machines(machines)
    data = {"stateMachines": [{"name": one.name, "stateMachineArn": one.arn} for one in machines]}
    return ConsolePage("State machines", part, data, is_live=True, parts={"machines": part})


def _draw_machines(machines: list[MachineSummary]) -> Markup:
    rows = (
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, element("a", {"href": machine_address(one.name)}, one.name)),
            element("td", {}, *map(_draw_tick, reversed(one.runs))),
        )
        for one in machines
    )
    return element(
        "section",
        {"id": "machines"},
        element("h1", {}, "State machines"),
        element("table", {"class": "rows"}, *rows),
    )


def _draw_tick(run: MachineRun) -> Markup:
    label = f"{run.name}, {LOOKS[run.status].word}"
    attributes = {"href": execution_address(run.arn), "title": label, "aria-label": label}
    return element("a", attributes, draw_status_mark(run.status))
