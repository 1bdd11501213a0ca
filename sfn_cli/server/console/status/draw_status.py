"""Draws the sections of the status page. Each is a part that is sent again when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.arn import name_of_execution
from sfn_cli.views.console.addresses import console_address, execution_address
from sfn_cli.views.console.forms import draw_form, draw_submit
from sfn_cli.views.report.tables import draw_fact_list, draw_table_head
from sfn_cli.views.text.markup import Markup, element, join_markup
from sfn_cli.views.text.moments import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from sfn_cli.server.console.status.gathered_status import GatheredStatus

_UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


def draw_status_parts(status: GatheredStatus, form_token: str | None) -> dict[str, Markup]:
    """Returns the sections in the order of the page, by their ids."""
    parts = {
        "warnings": _draw_warnings(status),
        "suspended": _draw_suspended(status),
        "workers": _draw_workers(status, form_token),
        "queues": _draw_queues(status),
        "stacks": _draw_stacks(status, form_token),
        "services": _draw_services(status, form_token),
        "deliveries": _draw_deliveries(status),
        "store": _draw_store(status),
    }
    return {_part_id(name): part for name, part in parts.items()}


def size_text(size: int) -> str:
    """Returns a number of bytes in a suitable unit: "12.5 MB"."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _draw_warnings(status: GatheredStatus) -> Markup:
    if not status.warnings:
        return _part("warnings", "Warnings", _note("None."))
    rows = (element("li", {}, one) for one in status.warnings)
    return _part("warnings", "Warnings", element("ul", {"class": "problems"}, *rows))


def _draw_suspended(status: GatheredStatus) -> Markup:
    if not status.suspended:
        return _part("suspended", "Suspended executions", _note("None."))
    rows = [
        [
            element(
                "a", {"href": execution_address(one["executionArn"])}, name_of_execution(one["executionArn"])
            ),
            utc_text(one["failedAt"]),
            _draw_error(one),
        ]
        for one in status.suspended
    ]
    table = _table(("Execution", "Failed", "Error in sfn"), rows)
    note = "sfn itself failed on them. A newer version of sfn tries them again; stopping one ends it."
    return _part("suspended", "Suspended executions", _note(note), table)


def _draw_error(suspension: Mapping[str, Any]) -> Markup:
    return element(
        "details",
        {},
        element("summary", {}, f"{suspension['error']} (sfn {suspension['sfnVersion']})"),
        element("pre", {"tabindex": 0}, suspension["traceback"]),
    )


def _draw_workers(status: GatheredStatus, form_token: str | None) -> Markup:
    running = status.executions.get("RUNNING", 0)
    if not status.workers:
        body = _note("No worker runs. One starts when there is something to run.")
    else:
        rows = [
            [str(one["slot"]), str(one["pid"]), _draw_since(one["startedAt"]), str(one["executions"])]
            for one in status.workers
        ]
        stop = draw_form(
            console_address("status", "worker"),
            form_token,
            draw_submit("Stop", name="do", value="stop"),
            confirm="Stop the workers? Executions continue with the next worker.",
        )
        body = join_markup([_table(("Slot", "Process", "Since", "Executions"), rows), stop])
    address = console_address("executions", query={"status": "RUNNING"})
    link = element("a", {"href": address}, f"{running} running")
    return _part("workers", "Workers", element("p", {}, "Executions: ", link), body)


def _draw_since(at: int) -> Markup:
    text = utc_text(at)
    return join_markup([text, " ", element("span", {"class": "note", "data-since": str(at)})])


def _draw_store(status: GatheredStatus) -> Markup:
    facts = [
        ("Folder", status.home),
        ("Size", size_text(status.size_bytes)),
        ("State machines", str(status.state_machines)),
        ("Functions", str(status.functions)),
        ("Executions", _executions_text(status.executions)),
    ]
    return _part("store", "Store", draw_fact_list(facts))


def _executions_text(counts: Mapping[str, int]) -> str:
    """Returns how many executions there are, and of which status: "94 (4 failed, 90 succeeded)"."""
    words = ", ".join(f"{count:,} {name.lower().replace('_', ' ')}" for name, count in counts.items())
    return f"{sum(counts.values()):,} ({words})" if words else "0"


def _draw_queues(status: GatheredStatus) -> Markup:
    if not status.queues:
        return _part("queues", "Function queue", _note("No invocation waits."))
    rows = [
        [
            one["functionName"],
            str(one["waiting"]),
            str(one["running"]),
            str(one["retried"]),
            utc_text(one["oldestAt"]),
        ]
        for one in status.queues
    ]
    table = _table(("Function", "Waiting", "Running", "Failed before", "Oldest sent"), rows)
    return _part("queues", "Function queue", table)


def _draw_stacks(status: GatheredStatus, form_token: str | None) -> Markup:
    if not status.stacks:
        return _part("stacks", "Stacks", _note("None. sfn deploy creates one from a project."))
    rows = [
        [
            one["StackName"],
            ", ".join(_stack_words(one)),
            one["Kind"],
            one.get("Source", "sent to CloudFormation"),
            _draw_stack_switch(one, form_token),
        ]
        for one in status.stacks
    ]
    return _part(
        "stacks", "Stacks", _table(("Stack", "Status", "Kind", "Project", "Sources of events"), rows)
    )


def _stack_words(stack: Mapping[str, Any]) -> list[str]:
    words = [stack["StackStatus"]]
    if stack.get("StackStatusReason"):
        words.append(stack["StackStatusReason"])
    if stack["LostResources"]:
        words.append(f"lost by the local services: {', '.join(stack['LostResources'])}")
    if "DataLostTime" in stack:
        words.append(f"data of its resources lost at {stack['DataLostTime']}")
    return words


def _draw_stack_switch(stack: Mapping[str, Any], form_token: str | None) -> Markup:
    """Returns the form that stops or starts a stack's schedules and event sources."""
    word, does = ("stopped", "start") if stack["IsStopped"] else ("active", "stop")
    button = draw_form(
        console_address("status", "stacks", stack["StackName"]),
        form_token,
        element(
            "button",
            {
                "type": "submit",
                "name": "do",
                "value": does,
                "aria-label": f"{does.capitalize()} {stack['StackName']}",
            },
            does.capitalize(),
        ),
    )
    return join_markup([f"{word} ", button])


def _draw_services(status: GatheredStatus, form_token: str | None) -> Markup:
    rows = [
        ["Local endpoint, for functions and tools", status.endpoint or "not running"],
        ["Local AWS services", status.services or "not running"],
    ]
    stop = Markup("")
    if status.endpoint is not None or status.services is not None:
        stop = draw_form(
            console_address("status", "services"),
            form_token,
            draw_submit("Stop", name="do", value="stop", look="danger"),
            confirm="Stop the local AWS services? The data of their queues, tables and buckets is lost.",
        )
    return _part("services", "Local services", _table(("Service", "Address"), rows), stop)


def _draw_deliveries(status: GatheredStatus) -> Markup:
    pending, failed = status.deliveries.get("PENDING", 0), status.deliveries.get("FAILED", 0)
    line = element("p", {}, f"{pending} pending, {failed} failed in the last 24 hours.")
    if not status.failed:
        return _part("deliveries", "Deliveries of events", line)
    rows = [
        [utc_text(one["time"]), one["source"], one["target"], str(one["tries"]), one["result"] or ""]
        for one in status.failed
    ]
    table = _table(("Failed", "Source", "Target", "Tries", "Error"), rows)
    return _part("deliveries", "Deliveries of events", line, table)


def draw_check_form(form_token: str | None) -> Markup:
    """Returns the form that checks the whole store."""
    return draw_form(
        console_address("status", "check"),
        form_token,
        draw_submit("Check the whole store"),
        element(
            "span", {"class": "note"}, "Replays every history, as sfn doctor does; this may take minutes."
        ),
    )


def _part(name: str, title: str, *body: Markup) -> Markup:
    return element("section", {"id": _part_id(name)}, element("h2", {}, title), *body)


def _part_id(name: str) -> str:
    return f"status-{name}"


def _note(text: str) -> Markup:
    return element("p", {"class": "note"}, text)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    body = (
        element(
            "tr",
            {},
            element("th", {"scope": "row"}, row[0]),
            *(
                element("td", {"data-label": title}, cell)
                for title, cell in zip(titles[1:], row[1:], strict=True)
            ),
        )
        for row in rows
    )
    table = element("table", {"class": "rows cards"}, draw_table_head(titles), element("tbody", {}, *body))
    return element(
        "div", {"class": "wide-table", "tabindex": 0, "role": "region", "aria-label": titles[0]}, table
    )
