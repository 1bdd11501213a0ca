"""Long polls: an execution has to end first (StartSyncExecution), or an activity to have a task
(GetActivityTask).

A command waits for them here. The server uses no thread for each (server/watch.py): it looks for the
answer when there may be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import following

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service


class AwaitedEnd(NamedTuple):
    """`answer` returns the operation's response once the execution with this ARN has ended."""

    execution: str
    answer: Callable[[Service], dict[str, Any]]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for the end: an EXPRESS execution's comes after five minutes at the latest."""
        for _ in following.ends(service, [self.execution], every=following.PROMPT_SECONDS):
            pass
        return self.answer(service)


class AwaitedTask(NamedTuple):
    """`take` returns the operation's response if a task of the activity is pending, else None;
    after `seconds`, the response is NO_TASK.
    """

    activity: str
    seconds: float
    take: Callable[[Service], dict[str, Any] | None]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for a task."""
        for _ in following.looks(service, self.seconds):
            answer = self.take(service)
            if answer is not None:
                return answer
        return NO_TASK


NO_TASK: dict[str, Any] = {}
"""What GetActivityTask answers when there was none."""

Awaited = AwaitedEnd | AwaitedTask
