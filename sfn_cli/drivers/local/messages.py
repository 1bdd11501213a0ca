"""Messages from other processes to a worker's executions, through the store's inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.integrations.start_execution import started_execution_result
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
    from collections.abc import Iterator, Mapping

    from sfn_cli.drivers.local.driven_execution import DrivenExecution
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.store.protocols.driver import Inbox
    from sfn_cli.store.protocols.stepfunctions import Executions
    from sfn_cli.store.records.stepfunctions.inbox import Message


class Messages:
    """One worker's view of the inbox: each message is read once."""

    def __init__(self, inbox: Inbox, executions: Executions) -> None:
        self._inbox = inbox
        self._executions = executions
        self.last_read = 0
        """The id of the last message read, for any execution."""

    def unread(self) -> Iterator[Message]:
        """Yields the messages received since the last call, for any execution."""
        for message in self._inbox.after(self.last_read):
            self.last_read = message.id
            yield message

    def deliver(self, message: Message, driven: DrivenExecution) -> None:
        """Adds the signal of a message to its execution.

        Raises ValueError if its row is damaged.
        """
        signal = signal_of_message(message, driven.interpreter.open_tasks, self._executions)
        driven.receive(signal, message.id)

    def catch_up(self, driven: DrivenExecution) -> None:
        """Delivers the messages read before the execution was claimed, or while it was offloaded."""
        for message in self._inbox.of(driven.id, up_to=self.last_read):
            self.deliver(message, driven)


def signal_of_message(message: Message, open_tasks: Mapping[int, OpenTask], executions: Executions) -> Signal:
    """Returns the signal for a message. If its task is no longer open, the signal is ignored later."""
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
                return TaskFailed(
                    task, "States.TaskFailed", "The execution that the task started no longer exists."
                )
            ending = {name: body[name] for name in ("status", "error", "cause") if name in body}
            return started_execution_result(open_tasks[task], child._replace(stopped_at=body["at"], **ending))
        case kind:
            raise ValueError(f"unknown kind of message: {kind}")
