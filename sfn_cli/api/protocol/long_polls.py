"""Answers that are not there yet: an execution has to end (StartSyncExecution), or an activity to
have a task (GetActivityTask).

A door that has nothing else to do waits for them here. One that serves many keeps no thread for each
(server/watch.py), and asks for the answer when there may be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import following

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service


class AwaitedEnd(NamedTuple):
    """`answer` gives the operation's answer once the execution with this ARN has ended."""

    execution: str
    answer: Callable[[Service], dict[str, Any]]

    def wait(self, service: Service) -> dict[str, Any]:
        """Waits for the end: an EXPRESS execution's comes after five minutes at the latest."""
        for _ in following.ends(service, [self.execution], every=following.PROMPT_SECONDS):
            pass
        return self.answer(service)


class AwaitedTask(NamedTuple):
    """`take` gives the operation's answer if a task of the activity waits, or None; after
    `seconds`, NO_TASK is the answer.
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
