"""Tables of stacks and of the changes of a deploy, no wider than the terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sfn_cli.cli import screen
from sfn_cli.input_files import shown_path
from sfn_cli.stacks.deployment.changes import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from sfn_cli.stacks.deployment.changes import Change
    from sfn_cli.stacks.deployment.deploy import Deployed

_STYLES = {
    Action.CREATE: "green",
    Action.UPDATE: "yellow",
    Action.REPLACE: "yellow",
    Action.RESTORE: "green",
    Action.DELETE: "red",
    Action.RETAIN: "dim",
    Action.KEEP: "dim",
    Action.LEAVE_OUT: "magenta",
}

_ANY_WIDTH = 10_000
"""More columns than a table needs, to measure it."""


def write_deployed(deployed: Deployed, stream: TextIO, *, color: bool, is_dry_run: bool) -> None:
    """Writes what a deploy did, or would do, with each resource."""
    console = _console(stream, color)
    would = "Stack {} (dry run):" if is_dry_run else "Stack {}:"
    console.print(Text(would.format(deployed.name), "bold"))
    table = _changes_table(deployed.changes, with_reasons=any(change.reason for change in deployed.changes))
    if Measurement.get(console, console.options.update(width=_ANY_WIDTH), table).maximum > console.width:
        # The reasons follow the table, so that names are not folded.
        console.print(_changes_table(deployed.changes, with_reasons=False))
        for change in deployed.changes:
            if change.reason:
                console.print(_cell(f"{change.logical_id}: {change.reason}"))
    else:
        console.print(table)
    _write_outputs(console, deployed.outputs)


def _changes_table(changes: Iterable[Change], *, with_reasons: bool) -> Table:
    table = _table("", "Resource", "Type", "Name", *(["Reason"] if with_reasons else []))
    for change in changes:
        cells = (change.logical_id, change.type, _name_in_id(change.physical_id))
        table.add_row(
            Text(change.action.done, _STYLES[change.action]),
            *map(_cell, (*cells, change.reason) if with_reasons else cells),
        )
    return table


def write_stacks(stacks: Sequence[Any], stream: TextIO, *, color: bool) -> None:
    console = _console(stream, color)
    if not stacks:
        console.print("No stacks. To create one, deploy a project: sfn deploy FOLDER")
        return
    table = _table("Stack", "Status", "Kind", "Project")
    for stack in stacks:
        status = f"{stack.status}, stopped" if stack.is_stopped else stack.status
        table.add_row(*map(_cell, (stack.name, status, stack.kind, _project_of(stack))))
    console.print(table)
    for stack in stacks:
        if stack.data_lost_at is not None:
            console.print(_cell(f"{stack.name}: {_lost_data_text(stack.data_lost_at)}"))


def write_stack(
    stack: Any, resources: Sequence[Any], apis: Sequence[Any], stream: TextIO, *, color: bool
) -> None:
    console = _console(stream, color)
    console.print(Text(f"{stack.name}  {stack.status}", "bold"))
    console.print(_cell(f"{stack.kind}: {_project_of(stack)}"))
    if stack.reason:
        console.print(_cell(stack.reason))
    if stack.is_stopped:
        console.print(
            _cell(f"Its schedules and event sources are stopped. Start them: sfn stack start {stack.name}")
        )
    if stack.data_lost_at is not None:
        console.print(_cell(_lost_data_text(stack.data_lost_at)))
    table = _table("Resource", "Type", "Name", "Status")
    for one in resources:
        table.add_row(*map(_cell, (one.logical_id, one.type, _name_in_id(one.physical_id), one.status)))
    for logical_id, type in stack.left_out.items():
        table.add_row(*map(_cell, (logical_id, type, "", "left out")))
    console.print(table)
    for name, value in stack.parameters.items():
        console.print(_cell(f"Parameter {name} = {value}"))
    _write_outputs(console, stack.outputs)
    for api in apis:
        _write_api(console, api)


def _write_api(console: Console, api: Any) -> None:
    """Writes an API's URLs, and a line for each route."""
    console.print()
    console.print(Text(screen.one_screen_line(f"API {api['LogicalResourceId']}"), "bold"))
    for url in api["Urls"] or ["no stage"]:
        console.print(_cell(url), soft_wrap=True)
    table = _table("Method", "Path", "Calls")
    for route in api["Routes"]:
        table.add_row(*map(_cell, (route["Method"], route["Path"], route["Target"])))
    console.print(table)


def _lost_data_text(at: int) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / 1000))
    return f"The local AWS services started again at {when}: what was stored in its resources is lost."


def _project_of(stack: Any) -> str:
    """Returns the project's path, or that a deploy tool has sent the template."""
    return "sent to CloudFormation" if stack.is_sent else shown_path(stack.source)


def _write_outputs(console: Console, outputs: Iterable[Any]) -> None:
    for output in outputs:
        # A URL that is broken into two lines cannot be opened.
        console.print(_cell(f"{output['OutputKey']} = {output['OutputValue']}"), soft_wrap=True)


def _console(stream: TextIO, color: bool) -> Console:
    return screen.screen_console(stream, color_system="auto" if color else None)


def _table(*titles: str) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _name_in_id(physical_id: str) -> str:
    """Returns the name at the end of a physical id that is an ARN."""
    return physical_id.rpartition(":")[2] if physical_id.startswith("arn:") else physical_id


def _cell(text: str) -> Text:
    return Text(screen.one_screen_line(text))
