"""The addresses of the console, and the function that answers each.

A segment in braces is a variable. Two routes never match the same path, except that a literal segment
goes before a variable one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from sfn_cli.server.console.actions.definition import (
    publish_version,
    save_definition,
    validate_definition,
)
from sfn_cli.server.console.actions.executions import (
    answer_from_console,
    redrive_from_console,
    stop_from_console,
)
from sfn_cli.server.console.actions.map_run_limits import change_map_run_limits
from sfn_cli.server.console.actions.start import start_from_console
from sfn_cli.server.console.actions.start_again import run_again_from_console
from sfn_cli.server.console.actions.start_from import run_from_console
from sfn_cli.server.console.actions.status import (
    check_store_from_console,
    stop_services_from_console,
    stop_workers_from_console,
    switch_stack_from_console,
)
from sfn_cli.server.console.pages.compare import choose_other_page, compare_page
from sfn_cli.server.console.pages.definitions.definition import definition_page
from sfn_cli.server.console.pages.definitions.definition_comparison import definition_comparison_page
from sfn_cli.server.console.pages.execution import execution_page, picture_file, report_file
from sfn_cli.server.console.pages.lists.executions import executions_page
from sfn_cli.server.console.pages.lists.machine import machine_executions_page, machine_page
from sfn_cli.server.console.pages.lists.machines import machines_page
from sfn_cli.server.console.pages.map_items import map_page
from sfn_cli.server.console.pages.map_runs import map_run_page
from sfn_cli.server.console.pages.run_again import run_again_page
from sfn_cli.server.console.pages.run_from import run_from_page
from sfn_cli.server.console.pages.start import start_page
from sfn_cli.server.console.pages.state import state_page
from sfn_cli.server.console.pages.status import status_page
from sfn_cli.server.console.pages.tasks import tasks_page
from sfn_cli.views.console.addresses import CONSOLE, JSON_ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.server.console.messages import ConsoleFile, ConsoleRedirect, ConsoleRequest
    from sfn_cli.views.console.page import ConsolePage

    Shown = ConsolePage | ConsoleFile | ConsoleRedirect
    Show = Callable[[Service, ConsoleRequest], Shown]
    Act = Callable[[Service, ConsoleRequest], ConsoleRedirect | ConsolePage]

PAGES: Mapping[str, Show] = {
    "": machines_page,
    "executions": executions_page,
    "machines/{machine}": machine_page,
    "machines/{machine}/executions": machine_executions_page,
    "machines/{machine}/compare": definition_comparison_page,
    "machines/{machine}/definition": definition_page,
    "machines/{machine}/executions/{execution}": execution_page,
    "machines/{machine}/executions/{execution}/again": run_again_page,
    "machines/{machine}/executions/{execution}/compare": choose_other_page,
    "machines/{machine}/executions/{execution}/compare/{other}": compare_page,
    "machines/{machine}/executions/{execution}/graph.svg": picture_file,
    "machines/{machine}/executions/{execution}/map-runs/{map_run}": map_run_page,
    "machines/{machine}/executions/{execution}/maps/{state}": map_page,
    "machines/{machine}/executions/{execution}/report.html": report_file,
    "machines/{machine}/executions/{execution}/run-from": run_from_page,
    "machines/{machine}/executions/{execution}/states/{state}": state_page,
    "machines/{machine}/start": start_page,
    "status": status_page,
    "tasks": tasks_page,
}
"""What GET shows, by the path below /console/."""

ACTIONS: Mapping[str, Act] = {
    "machines/{machine}/definition": save_definition,
    "machines/{machine}/executions/{execution}/again": run_again_from_console,
    "machines/{machine}/executions/{execution}/answer": answer_from_console,
    "machines/{machine}/executions/{execution}/map-runs/{map_run}": change_map_run_limits,
    "machines/{machine}/executions/{execution}/redrive": redrive_from_console,
    "machines/{machine}/executions/{execution}/run-from": run_from_console,
    "machines/{machine}/executions/{execution}/stop": stop_from_console,
    "machines/{machine}/publish": publish_version,
    "machines/{machine}/start": start_from_console,
    "machines/{machine}/validate": validate_definition,
    "status/check": check_store_from_console,
    "status/services": stop_services_from_console,
    "status/stacks/{stack}": switch_stack_from_console,
    "status/worker": stop_workers_from_console,
}
"""What POST does, by the path below /console/. A page as the answer is one that changed nothing."""


class ConsoleRoute(NamedTuple):
    """A match: the function, and the variable segments of the path."""

    function: Callable[..., Shown]
    names: Mapping[str, str]


def find_console_route(routes: Mapping[str, Callable[..., Shown]], path: str) -> ConsoleRoute | None:
    """Returns the route of a percent-encoded path; None if there is none."""
    segments = path.removeprefix(CONSOLE).removesuffix(JSON_ENDING).strip("/").split("/")
    found = [
        (pattern.count("{"), function, names)
        for pattern, function in routes.items()
        if (names := _matched_names(pattern.split("/"), segments)) is not None
    ]
    if not found:
        return None
    _, function, names = min(found, key=lambda one: one[0])
    return ConsoleRoute(function, names)


def _matched_names(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    names: dict[str, str] = {}
    for part, segment in zip(pattern, segments, strict=True):
        if part.startswith("{"):
            names[part[1:-1]] = unquote(segment, errors="replace")
        elif part != segment:
            return None
    return names
