"""Long polls: waiting for an execution's end (StartSyncExecution) or a task (GetActivityTask).

A command waits here. The server uses no thread for each wait (server/watch.py): it checks for the
response when there may be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api import following

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.model.answers import GetActivityTaskAnswer, StartSyncExecutionAnswer
    from sfn_cli.api.service import Service


class AwaitedEnd(NamedTuple):
    """A wait for an execution's end, after which `answer` returns the operation's response."""

    execution: str
    answer: Callable[[Service], StartSyncExecutionAnswer]

    def wait(self, service: Service) -> StartSyncExecutionAnswer:
        """Waits for the end, which takes at most five minutes for an EXPRESS execution."""
        for _ in following.follow_ends(service, [self.execution], every=following.PROMPT_SECONDS):
            pass
        return self.answer(service)


class AwaitedTask(NamedTuple):
    """A wait for an activity's task.

    `take` returns the operation's response, or None if no task is pending. After `seconds`, the
    response is NO_TASK.
    """

    activity: str
    seconds: float
    take: Callable[[Service], GetActivityTaskAnswer | None]

    def wait(self, service: Service) -> GetActivityTaskAnswer:
        """Waits for a task."""
        for _ in following.follow_changes(service, self.seconds):
            answer = self.take(service)
            if answer is not None:
                return answer
        return NO_TASK


NO_TASK: GetActivityTaskAnswer = {}
"""GetActivityTask's response if there was no task."""

Awaited = AwaitedEnd | AwaitedTask
