"""A Map Run: `…/executions/{execution}/map-runs/{map_run}`.

{map_run} is LABEL:ID, the end of its ARN.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.views.map_run_items import map_run_items
from sfn_cli.arn import name_in_arn, name_of_execution
from sfn_cli.server.console.map_item_query import address_of_map_items, map_items_data, map_items_query
from sfn_cli.server.console.opened_execution import opened_execution_arn
from sfn_cli.server.console.operations import call_states_operation
from sfn_cli.views.console.addresses import execution_address
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.console.map_items import (
    MapItem,
    draw_item_errors,
    draw_item_map,
    draw_item_rows,
    listed_items,
)
from sfn_cli.views.console.page import ConsolePage
from sfn_cli.views.console.trails import execution_trail
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.tables import draw_fact_list
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.map_run_items import MapRunItems
    from sfn_cli.server.console.messages import ConsoleRequest
    from sfn_cli.views.source import MapRunChildRun

LIMITS = (
    ("maxConcurrency", "Concurrency (0 for no limit)"),
    ("toleratedFailureCount", "Tolerated failures, items"),
    ("toleratedFailurePercentage", "Tolerated failures, percent"),
)
"""The limits that can be changed: the members of UpdateMapRun, and their labels."""

_RATE_IS_RECENT = 60_000
"""The milliseconds after the last end of a child in which the throughput predicts the rest."""


def map_run_page(service: Service, request: ConsoleRequest) -> ConsolePage:
    execution, map_run = opened_map_run_arns(service, request)
    described = call_states_operation(service, "DescribeMapRun", {"mapRunArn": map_run})
    children = map_run_items(service, map_run)
    items = [_item_of_child(child) for child in (*children.unsuccessful, *children.running)]
    asked = map_items_query(request)
    page = map_run_address(execution, map_run)
    address = partial(address_of_map_items, page)
    label = request.names["map_run"].partition(":")[0]
    is_running = described["status"] == "RUNNING"
    counts = described["itemCounts"]
    facts = element(
        "section",
        {"id": "map-facts"},
        draw_fact_list(_facts_of_run(described, children, service.clock()).items()),
    )
    summary = element(
        "section",
        {"id": "map-summary"},
        draw_item_map(
            children.statuses, len(children.statuses) + counts["pending"], f"Children of the Map Run {label}"
        ),
        *draw_item_errors(items, asked, address),
    )
    rows = draw_item_rows(items, asked, address)
    limits = _draw_limits_form(described, page, request.form_token) if is_running else Markup("")
    title = element(
        "h1", {}, label, element("span", {"class": "note"}, f" Map Run, {described['status'].lower()}")
    )
    note = element("p", {"class": "note"}, "Children that succeeded are not listed.")
    data = {**_map_run_data(described), "itemsPerSecond": round(children.per_second, 1)}
    if request.is_data:
        data["children"] = map_items_data(listed_items(items, asked))
    return ConsolePage(
        f"{label} – {name_of_execution(execution)}",
        join_markup([title, facts, limits, summary, rows, note]),
        data,
        is_live=is_running,
        parts={"map-facts": facts, "map-summary": summary, "map-rows": rows},
        trail=execution_trail(execution),
    )


def opened_map_run_arns(service: Service, request: ConsoleRequest) -> tuple[str, str]:
    """Returns the ARNs of the execution and of its Map Run that the address names. Raises ApiError."""
    execution = opened_execution_arn(service, request)
    head = execution.partition(":execution:")[0]
    machine = name_of_execution(execution).partition("/")[0]
    return execution, f"{head}:mapRun:{machine}/{request.names['map_run']}"


def map_run_address(execution: str, map_run: str) -> str:
    """Returns the address of a Map Run's page, by the ARNs of its execution and its own."""
    return execution_address(execution, "map-runs", name_in_arn(map_run).partition("/")[2])


def _map_run_data(described: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what DescribeMapRun returned, with times as text."""
    return {
        name: utc_date(value) if name.endswith("Date") and isinstance(value, int) else value
        for name, value in described.items()
        if value is not None
    }


def _draw_limits_form(described: Mapping[str, Any], action: str, token: str | None) -> Markup:
    """Returns the form that changes the limits of a running Map Run."""
    fields = (
        element(
            "label",
            {},
            label,
            element(
                "input",
                {
                    "name": member,
                    "value": f"{described[member]:g}",
                    "size": 6,
                    "inputmode": "decimal",
                    "pattern": "[0-9.]*",
                },
            ),
        )
        for member, label in LIMITS
    )
    return draw_form(action, token, *fields, draw_submit("Change the limits"))


def _facts_of_run(described: Mapping[str, Any], children: MapRunItems, now: int) -> dict[str, str]:
    counts = described["itemCounts"]
    ended = counts["succeeded"] + counts["failed"] + counts["timedOut"] + counts["aborted"]
    facts = {
        "Items": f"{counts['succeeded']:,} of {counts['total']:,} succeeded",
        "Running": f"{counts['running']:,}",
        "Failed": f"{counts['failed'] + counts['timedOut']:,}",
        "Pending": f"{counts['pending']:,}",
    }
    if counts["aborted"]:
        facts["Aborted"] = f"{counts['aborted']:,}"
    if children.per_second:
        facts["Throughput"] = f"{children.per_second:,.1f} items/s"
        left = counts["total"] - ended
        is_recent = children.ended_at is not None and now - children.ended_at < _RATE_IS_RECENT
        if described["status"] == "RUNNING" and left and is_recent:
            facts["Left, at this rate"] = format_span(round(left * 1000 / children.per_second))
    stopped_at = described.get("stopDate")
    if stopped_at is not None:
        facts["Took"] = format_span(stopped_at - described["startDate"])
    facts["Concurrency"] = str(described["maxConcurrency"] or "no limit")
    facts["Tolerated failures"] = (
        f"{described['toleratedFailureCount']} items, {described['toleratedFailurePercentage']:g} %"
    )
    return facts


def _item_of_child(child: MapRunChildRun) -> MapItem:
    name = name_of_execution(child.name).rpartition("/")[2]
    address = partial(execution_address, child.name)
    return MapItem(name, child.status, child.started_at, child.ended_at, child.error, address)
