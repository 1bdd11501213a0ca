"""The children of a Map or Parallel, from when it forks until it leaves its state or forks again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.asl.moves import Fork
    from sfn_cli.interpreter.execution import Frame
    from sfn_cli.jsonvalue import Payload


class ForkState:
    """What has become of the children that `move` asks for. Only `evolve` writes it, and `redrive`.

    `children` are those that run, by index. `unfinished` are those that failed or were aborted: a
    redrive resumes them. `results` are the outputs of those that succeeded, None for the others.
    `started`, `running` and `finished` count children. `failed_child` is the iteration of which
    MapIterationFailed is recorded. `previous_for_child` is the event that the start of the next
    iteration follows.
    """

    __slots__ = (
        "children",
        "failed_child",
        "finished",
        "move",
        "previous_for_child",
        "results",
        "running",
        "started",
        "unfinished",
    )

    def __init__(self, move: Fork, event_id: int) -> None:
        self.move = move
        self.children: dict[int, Frame] = {}
        self.unfinished: dict[int, Frame] = {}
        self.results: list[Payload | None] = [None] * move.length
        self.started = self.running = self.finished = 0
        self.failed_child: Frame | None = None
        self.previous_for_child = event_id

    def set_aside(self) -> None:
        """The children that run do no more; a redrive may resume each from where it stands."""
        self.unfinished |= self.children
        self.children = {}
        self.failed_child = None

    def resume(self) -> None:
        """The children that were set aside run again."""
        children = {**self.unfinished, **self.children}
        self.children = {index: children[index] for index in sorted(children)}
        self.unfinished = {}
        self.failed_child = None
        self.running = len(children)
