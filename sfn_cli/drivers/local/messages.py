"""What a message of another process means to the execution: its signal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.start_execution import ended
from sfn_cli.interpreter.signals import (
    Signal,
    TaskFailed,
    TaskHeartbeat,
    TaskRefused,
    TaskStarted,
    TaskSucceeded,
)
from sfn_cli.jsonvalue import Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.interpreter.execution import OpenTask
    from sfn_cli.store.records.inbox import Message
    from sfn_cli.store.sqlite.stepfunctions.executions import Executions


def signal_of(message: Message, open_tasks: Mapping[int, OpenTask], executions: Executions) -> Signal:
    """The signal that a message brings; one about a task that is no longer open is late, whatever it says."""
    body, task = message.body, message.body["task"]
    match message.kind:
        case "taskStarted":
            return TaskStarted(task, body["worker"])
        case "taskSucceeded":
            return TaskSucceeded(task, Payload(text=body["output"]))
        case "taskFailed":
            return TaskFailed(task, body["error"], body["cause"])
        case "taskRefused":
            return TaskRefused(task, body["error"], body["cause"])
        case "taskHeartbeat":
            return TaskHeartbeat(task, body["at"])
        case "childEnded":
            child = executions.find(body["execution"])
            if child is None or task not in open_tasks:
                return TaskFailed(task, "States.TaskFailed", "The execution that the task started is gone.")
            ending = {name: body[name] for name in ("status", "error", "cause") if name in body}
            return ended(open_tasks[task], child._replace(stopped_at=body["at"], **ending))
        case kind:
            raise ValueError(f"a message of an unknown kind: {kind}")
