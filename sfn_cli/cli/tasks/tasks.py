"""`sfn tasks`: lists pending tasks, and answers them for people.

HANDLE names a task: by the handle that the list shows or a beginning of it, by EXECUTION/STATE,
MACHINE/EXECUTION/STATE or MACHINE/last/STATE, or by its task token. It can be omitted if only one task
is pending. Answers go through AWS's operations, and fail with AWS's messages.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.api import model
from sfn_cli.api.stepfunctions.waiting_tasks import WaitingTask, take_waiting_task, waiting_tasks
from sfn_cli.api.views.execution_names import execution_arn_of_name
from sfn_cli.arn import LAST_EXECUTION
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.operations.invoke import resolve_invoked_names
from sfn_cli.cli.output import local_time_in_output
from sfn_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.cli.terminal import Terminal

WORKER_NAME = "sfn tasks"
"""The worker's name in the history of an activity's task that `sfn tasks` takes."""

_LISTED = 10
"""The most tasks that are listed for the user to choose from."""


@click.group("tasks")
def tasks() -> None:
    """Lists pending tasks, and answers them without their token.

    Pending tasks are those of activities and those with .waitForTaskToken.

    HANDLE names a task. It is the handle that `sfn tasks list` shows (its beginning is enough), or
    MACHINE/EXECUTION/STATE, MACHINE/last/STATE, EXECUTION/STATE, or a task token. You can leave it out if
    only one task is pending.

    \b
    Examples:
      sfn tasks list
      sfn tasks approve Pay/last/Confirm
    """


@tasks.command("list")
@click.option(
    "--state-machine-arn",
    metavar="ARN",
    help="List tasks of this state machine, version or alias only, by name or ARN.",
)
@click.option(
    "--execution-arn", metavar="ARN", help="List tasks of this execution only, by MACHINE/NAME or ARN."
)
@click.pass_obj
def list_tasks(terminal: Terminal, state_machine_arn: str | None, execution_arn: str | None) -> ExitCode:
    """Lists the pending tasks.

    Each has its execution, state, input, start and timeout. At a terminal, the list is a table.
    Elsewhere, and with --output, it is data.

    \b
    Examples:
      sfn tasks list
      sfn tasks list --state-machine-arn Pay --query 'tasks[].taskToken' --output text
    """
    _ = terminal.query, terminal.output  # validates both first
    with Backend(terminal) as backend:
        found = _find_tasks(backend, state_machine_arn, execution_arn)
    if terminal.is_for_people:
        from sfn_cli.cli.tasks import table

        table.write_task_table(found, sys.stdout, color=terminal.color)
        return ExitCode.SUCCESS
    terminal.write({"tasks": [_readable_task(task) for task in found]}, "Tasks")
    return ExitCode.SUCCESS


@tasks.command("approve")
@click.argument("handle", required=False)
@click.option(
    "--result",
    default='{"approved": true}',
    show_default=True,
    metavar="JSON",
    help="The output of the task: JSON, or file://PATH.",
)
@click.pass_obj
def approve_task(terminal: Terminal, handle: str | None, result: str) -> ExitCode:
    """Reports that a pending task succeeded.

    HANDLE is the handle that `sfn tasks list` shows (its beginning is enough), or MACHINE/last/STATE, or
    a task token. You can leave it out if only one task is pending. A task of an activity that no worker
    has taken is taken first.

    \b
    Examples:
      sfn tasks approve
      sfn tasks approve Pay/monday/Confirm --result '{"by": "Ada"}'
    """
    from sfn_cli.cli.operations import values

    return _answer_task(
        terminal, handle, "SendTaskSuccess", {"output": values.text_value("--result", result)}, "approved"
    )


@tasks.command("reject")
@click.argument("handle", required=False)
@click.option(
    "--error",
    default="Rejected",
    show_default=True,
    metavar="NAME",
    help="The error that the task fails with, which Retry and Catch match.",
)
@click.option("--cause", metavar="TEXT", help="The cause, for people to read.")
@click.pass_obj
def reject_task(terminal: Terminal, handle: str | None, error: str, cause: str | None) -> ExitCode:
    """Reports that a pending task failed.

    HANDLE is the handle that `sfn tasks list` shows (its beginning is enough), or MACHINE/last/STATE, or
    a task token. You can leave it out if only one task is pending. A task of an activity that no worker
    has taken is taken first.

    \b
    Example:
      sfn tasks reject 3f9a --cause 'too expensive'
    """
    answer = {"error": error} if cause is None else {"error": error, "cause": cause}
    return _answer_task(terminal, handle, "SendTaskFailure", answer, "rejected")


@tasks.command("heartbeat")
@click.argument("handle", required=False)
@click.pass_obj
def heartbeat_task(terminal: Terminal, handle: str | None) -> ExitCode:
    """Reports that a pending task is still in progress, which restarts its HeartbeatSeconds.

    HANDLE is the handle that `sfn tasks list` shows (its beginning is enough), or MACHINE/last/STATE, or
    a task token. You can leave it out if only one task is pending.

    \b
    Example:
      sfn tasks heartbeat 3f9a
    """
    return _answer_task(terminal, handle, "SendTaskHeartbeat", {}, "recorded a heartbeat of")


def _find_tasks(
    backend: Backend, state_machine_arn: str | None, execution_arn: str | None
) -> list[WaitingTask]:
    """Returns the tasks of a state machine or an execution.

    Raises the describe operation's error when it does not exist.
    """
    if execution_arn is not None:
        execution_arn = _resolve_task_arn(backend, "DescribeExecution", "executionArn", execution_arn)
    if state_machine_arn is not None:
        state_machine_arn = _resolve_task_arn(
            backend, "DescribeStateMachine", "stateMachineArn", state_machine_arn
        )
    return list(
        waiting_tasks(backend.service, execution_arn=execution_arn, state_machine_arn=state_machine_arn)
    )


def _resolve_task_arn(backend: Backend, operation: str, member: str, given: str) -> str:
    request = {member: given}
    with resolve_invoked_names(request, backend):
        backend.call(model.load_model("stepfunctions", operation), request)
    return request[member]


def _readable_task(task: WaitingTask) -> dict[str, Any]:
    """Returns the task as JSON and similar formats show it, without its empty members."""
    shown = {name: value for name, value in task.to_response().items() if value is not None}
    return shown | {name: local_time_in_output(shown[name]) for name in ("since", "until") if name in shown}


def _answer_task(
    terminal: Terminal, handle: str | None, operation: str, answer: dict[str, str], done: str
) -> ExitCode:
    with Backend(terminal) as backend:
        all_tasks = list(waiting_tasks(backend.service))
        handle = _handle_of_last_execution(backend.service, handle)
        by_token = (
            handle is not None
            and len(handle) > _HANDLE_LENGTH
            and not any(handle in task.names for task in all_tasks)
        )
        task = None if by_token else _find_task(all_tasks, handle)
        token = _token_of_task(backend, task, operation) if task is not None else handle
        backend.call(model.load_model("stepfunctions", operation), {"taskToken": token, **answer})
    if task is not None:
        sys.stderr.write(f"{done} {task.name} ({task.short_handle})\n")
    return ExitCode.SUCCESS


def _handle_of_last_execution(service: Service, handle: str | None) -> str | None:
    """Returns the handle with an execution's ARN in place of MACHINE/last."""
    parts = [] if handle is None else handle.split("/", 2)
    if len(parts) < 2 or parts[1] != LAST_EXECUTION:
        return handle
    arn = execution_arn_of_name(service, "/".join(parts[:2]))
    return handle if arn is None else "/".join([arn, *parts[2:]])


_HANDLE_LENGTH = 64
"""A longer text is a token, whose first half is the handle."""


def _token_of_task(backend: Backend, task: WaitingTask, operation: str) -> str:
    if task.task_token is not None:
        return task.task_token
    if operation == "SendTaskHeartbeat":
        raise CommandFailedError(
            f"No worker has taken {task.name} yet, so it accepts no heartbeat. "
            f"It waits for a worker of {task.resource}."
        )
    token = take_waiting_task(backend.service, task, WORKER_NAME)
    if token is None:
        raise CommandFailedError(f"Another worker has just taken {task.name}. See: sfn tasks list")
    return token


def _find_task(all_tasks: Sequence[WaitingTask], handle: str | None) -> WaitingTask:
    """Returns the task with this handle, or the only one.

    Raises CommandFailedError when no task is pending, UsageError when several match.
    """
    if not all_tasks:
        raise CommandFailedError("No tasks are pending.")
    if handle is None:
        meant = list(all_tasks)
    else:
        meant = [task for task in all_tasks if handle == task.handle or handle in task.names]
        meant = meant or [
            task for task in all_tasks if any(name.startswith(handle) for name in (task.handle, *task.names))
        ]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise UsageError(
            f"No pending task named '{handle}'. The pending tasks are:\n{_list_task_choices(all_tasks)}"
        )
    several = (
        f"{len(meant)} tasks are pending"
        if handle is None
        else f"'{handle}' matches {len(meant)} pending tasks"
    )
    raise UsageError(f"{several}. Choose one by its handle:\n{_list_task_choices(meant)}")


def _list_task_choices(choices: Sequence[WaitingTask]) -> str:
    lines = [f"  {task.short_handle}  {task.name}" for task in choices[:_LISTED]]
    if len(choices) > _LISTED:
        lines.append(f"  … and {len(choices) - _LISTED} more. To list them: sfn tasks list")
    return "\n".join(lines)
