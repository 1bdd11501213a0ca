"""The view of a whole execution, which all forms show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.views.execution.state_visit import Thread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.interpreter.takeover.origin import Origin
    from sfn_cli.views.execution.state_visit import StateVisit
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.statuses import Status


class ExecutionView:
    """One execution, up to the event `last_id`. Only the fold (`fold.py`) writes it.

    `root` is its first thread of control. `status` is AWS's; `error` and `cause` belong to its end.
    `redrives` counts its redrives. `origin` is the execution whose first events it has taken over, if it
    has. Times are as in `state_visit.py`.
    """

    __slots__ = (
        "cause", "ended_at", "error", "input", "last_at", "last_id", "origin", "output", "redrives", "root",
        "source", "started_at", "status",
    )  # fmt: skip

    def __init__(self, source: ExecutionSource) -> None:
        self.source = source
        self.root = Thread("root", 0, None, 0)
        self.status: Status = "RUNNING"
        self.started_at = 0
        self.ended_at: int | None = None
        self.last_id = 0
        self.last_at = 0
        self.input: str | None = None
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.redrives = 0
        self.origin: Origin | None = None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    def visits(self) -> Iterator[StateVisit]:
        """Yields every visit, in the order of the tree."""
        return self.root.all_visits()

    def duration_ms(self, now: int) -> int:
        """Returns the duration of the execution, until `now` if it is running, by its own clock."""
        return max(0, (now if self.ended_at is None else self.ended_at) - self.started_at)

    def wall_ms(self, start: int, end: int) -> int:
        """Returns the wall-clock duration from `start` to `end`, two times of the execution's clock."""
        skipped = sum(
            max(0, min(jump.end, end) - max(jump.start, start))
            for jump in self.source.jumps
            if jump.start < end and jump.end > start
        )
        return round((end - start - skipped) / self.source.speed)
