"""The table of executions that the pages of the console share, with links to older and newer ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.views.lists_as_json import run_as_json
from sfn_cli.api.views.run_filters import position_text
from sfn_cli.arn import name_in_arn
from sfn_cli.views.console.addresses import execution_address, machine_address
from sfn_cli.views.console.times import draw_duration, draw_time
from sfn_cli.views.execution.as_json import utc_date
from sfn_cli.views.report.status_marks import draw_status_mark
from sfn_cli.views.report.tables import draw_table_head
from sfn_cli.views.statuses import LOOKS
from sfn_cli.views.text.markup import Markup, element, join_markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.api.views.found_runs import FoundRuns
    from sfn_cli.api.views.machine_summaries import MachineRun
    from sfn_cli.api.views.run_filters import RunFilters
    from sfn_cli.views.statuses import Status

    Address = Callable[..., str]

_LONGEST_CAUSE = 160


def draw_runs(
    found: FoundRuns, filters: RunFilters, address: Callable[[dict[str, str]], str], *, of_one_machine: bool
) -> Markup:
    """Returns the element `runs`: the table and its links. `address` returns that of a query."""
    if not found.runs:
        table = _draw_nothing(filters, address, is_cut=found.is_cut)
    else:
        rows = (_draw_run(run, found.suspensions.get(run.arn), of_one_machine) for run in found.runs)
        titles = ["Execution", "Status", "Started", "Took", "Error"]
        if not of_one_machine:
            titles.insert(0, "State machine")
        table = element(
            "table",
            {"class": "cards runs"},
            draw_table_head(titles, ("Took",)),
            element("tbody", {}, *rows),
        )
    pages = _draw_run_pages(found, filters, address)
    return element("div", {"id": "runs"}, pages if found.newer else "", table, _search_note(found), pages)


def runs_as_json(found: FoundRuns) -> dict[str, Any]:
    """Returns a page of executions as data, as `sfn ls MACHINE` does, with where the others begin."""
    data: dict[str, Any] = {"executions": [run_as_json(run, utc_date) for run in found.runs]}
    if found.older is not None:
        data |= {"hasMore": True, "after": position_text(found.older)}
    if found.newer is not None:
        data["before"] = position_text(found.newer)
    return data | ({"searched": found.examined} if found.is_cut else {})


def draw_status(status: Status, *, suspension: str | None = None) -> Markup:
    """Returns the mark and the word of a status."""
    look = LOOKS["FAILED" if suspension is not None else status]
    word = look.word if suspension is None else "suspended"
    return element("span", {"class": f"mark-{look.colour}"}, draw_status_mark(status), f" {word}")


def draw_error(error: str | None, cause: str | None) -> Markup:
    """Returns an error and the beginning of its cause in one line."""
    if not error and not cause:
        return Markup("")
    cause = " ".join((cause or "").split())
    if len(cause) > _LONGEST_CAUSE:
        cause = f"{cause[: _LONGEST_CAUSE - 1]}…"
    shown = [element("span", {"class": "error"}, error)] if error else []
    return join_markup([*shown, " ", element("span", {"class": "note"}, cause) if cause else ""])


def _draw_run(run: MachineRun, suspension: str | None, of_one_machine: bool) -> Markup:
    machine = name_in_arn(run.arn).partition(":")[0]
    link = element("a", {"href": execution_address(run.arn), "id": run.arn}, run.name)
    error = run.error or ("timed out" if run.status == "TIMED_OUT" else None)
    cells = [
        _cell("Status", draw_status(run.status, suspension=suspension)),
        _cell("Started", draw_time(run.started_at, None)),
        _cell("Took", draw_duration(run.started_at, run.stopped_at), "number"),
        _cell("Error", draw_error(suspension or error, run.cause)),
    ]
    heading = element("th", {"scope": "row", "data-label": "Execution"}, link)
    if not of_one_machine:
        machine_link = element("a", {"href": machine_address(machine)}, machine)
        return element("tr", {}, _cell("State machine", machine_link), heading, *cells)
    return element("tr", {}, heading, *cells)


def _cell(label: str, content: Markup, look: str | None = None) -> Markup:
    return element("td", {"data-label": label, "class": look}, content)


def _draw_nothing(filters: RunFilters, address: Callable[[dict[str, str]], str], *, is_cut: bool) -> Markup:
    if filters.is_empty:
        return element("p", {"class": "note"}, "No executions yet.")
    name = filters.given.get("name", "")
    hint = Markup("")
    if name and "*" not in name:
        anywhere = f"*{name}*"
        hint = join_markup(
            [" Search for ", element("a", {"href": address({**filters.given, "name": anywhere})}, anywhere)]
        )
    words = "No execution found so far." if is_cut else "No executions match these filters."
    return element("p", {"class": "note"}, words, hint)


def _search_note(found: FoundRuns) -> Markup:
    if not found.is_cut:
        return Markup("")
    words = f"Searched {found.examined:,} executions, the newest first."
    return element("p", {"class": "note", "role": "status"}, words)


def _draw_run_pages(
    found: FoundRuns, filters: RunFilters, address: Callable[[dict[str, str]], str]
) -> Markup:
    links: Sequence[Markup] = [
        *(
            [
                element("a", {"href": address(dict(filters.given)), "rel": "first"}, "Newest"),
                element(
                    "a",
                    {"href": address({**filters.given, "before": position_text(found.newer)}), "rel": "prev"},
                    "Newer",
                ),
            ]
            if found.newer is not None
            else []
        ),
        *(
            [
                element(
                    "a",
                    {"href": address({**filters.given, "after": position_text(found.older)}), "rel": "next"},
                    "Search older ones" if found.is_cut else "Older",
                )
            ]
            if found.older is not None
            else []
        ),
    ]
    return element("nav", {"class": "buttons", "aria-label": "Pages"}, *links) if links else Markup("")
