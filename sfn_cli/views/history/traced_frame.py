"""A frame of a public history, as far as it can be seen from outside, and what is inside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ABORTED_WITH_EVENT = frozenset({"Task", "Wait", "Map", "Parallel"})


class TracedFrame:
    """A frame as far as it can be seen from outside.

    `phase` is "outside" between states, "inside" a state, "ending" after an iteration's last state;
    "aborted", "failed" or "ended" when it does no more. `machine` is the definition of its States
    object, None when it is not known. `children` are those that are running, by index, `unfinished`
    those that a redrive resumes. `error` is the last failure of its current state. `has_forked`,
    `has_joined` and `has_failed_join` are about the children of that state.
    """

    __slots__ = (
        "children", "entered_previous", "error", "has_failed_join", "has_forked", "has_joined", "has_map_run",
        "index", "is_redriven", "machine", "parent", "phase", "serial", "state", "type", "unfinished",
    )  # fmt: skip

    def __init__(
        self, serial: int, parent: TracedFrame | None, index: int, machine: Mapping[str, Any] | None
    ) -> None:
        self.serial = serial
        self.parent = parent
        self.index = index
        self.machine = machine
        self.phase: Literal["outside", "inside", "ending", "aborted", "failed", "ended"] = "outside"
        self.state = self.type = ""
        self.entered_previous = 0
        self.has_forked = self.has_joined = self.has_failed_join = self.has_map_run = False
        self.is_redriven = False
        self.error: str | None = None
        self.children: dict[int, TracedFrame] = {}
        self.unfinished: dict[int, TracedFrame] = {}

    @property
    def definition(self) -> Mapping[str, Any]:
        """The definition of its current state, {} when it is not known."""
        return _object_at(_object_at(self.machine, "States"), self.state)

    @property
    def may_retry(self) -> bool:
        """Whether its current state has Retriers, or may have some."""
        return self.machine is None or bool(self.definition.get("Retry"))

    @property
    def may_join(self) -> bool:
        """Whether its Map or Parallel may succeed or fail now: children, or an expression, decide."""
        return not self.has_joined and (self.has_forked or self.error is not None or self.machine is None)

    def is_in(self, type: str, name: str | None = None) -> bool:
        return self.phase == "inside" and self.type == type and (name is None or self.state == name)

    def set_aside(self) -> None:
        self.unfinished |= self.children
        self.children = {}


def climb_frames(frame: TracedFrame, is_it: Callable[[TracedFrame], bool]) -> TracedFrame | None:
    """Returns the innermost frame around this one, itself included, for which the test holds."""
    around: TracedFrame | None = frame
    while around is not None and not is_it(around):
        around = around.parent
    return around


def aborts_to_come(frame: TracedFrame, *, spared: TracedFrame | None) -> Iterator[tuple[TracedFrame, str]]:
    """Yields the abort events of the frame's children that are still to come, each with its frame."""
    for child in frame.children.values():  # in the order of their index
        if child is spared or child.phase in ("ended", "failed"):
            continue
        if child.phase == "inside":
            if child.has_map_run:
                yield child, "MapRunAborted"
            yield from aborts_to_come(child, spared=None)
            if child.type in _ABORTED_WITH_EVENT:
                yield child, f"{child.type}StateAborted"
        if frame.type == "Map":
            yield child, "MapIterationAborted"


def resume_traced_frame(frame: TracedFrame) -> None:
    """Lets a frame that was stopped go on, and its children, as a redrive does."""
    if frame.phase in ("aborted", "failed"):
        frame.phase = "inside"
    frame.has_joined = frame.has_joined and not frame.has_failed_join
    frame.has_failed_join, frame.is_redriven = False, True
    children = {**frame.unfinished, **frame.children}
    frame.children = {index: children[index] for index in sorted(children)}
    frame.unfinished = {}
    for child in frame.children.values():
        resume_traced_frame(child)


def _object_at(value: object, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
