"""A frame of a public history, with the state that can be derived from its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ABORTED_WITH_EVENT = frozenset({"Task", "Wait", "Map", "Parallel"})


class TracedFrame:
    """A frame of a public history.

    `phase` is "outside" between states, "inside" a state, "ending" after an iteration's last state, and
    finally "aborted", "failed" or "ended". `machine` is the definition of its States object, None if it is
    unknown. `children` are the running children, by index; `unfinished` those that a redrive resumes.
    `error` is the last failure of its current state. `is_aborted` says whether MapIterationAborted is
    recorded for the frame. `has_forked`, `has_joined` and `has_failed_join` are
    about the children of that state.
    """

    __slots__ = (
        "children", "entered_previous", "error", "has_failed_join", "has_forked", "has_joined", "has_map_run",
        "index", "is_aborted", "is_redriven", "machine", "parent", "phase", "serial", "state", "type",
        "unfinished",
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
        self.is_redriven = self.is_aborted = False
        self.error: str | None = None
        self.children: dict[int, TracedFrame] = {}
        self.unfinished: dict[int, TracedFrame] = {}

    @property
    def definition(self) -> Mapping[str, Any]:
        """The definition of the frame's current state; {} if it is unknown."""
        return _object_at(_object_at(self.machine, "States"), self.state)

    @property
    def may_retry(self) -> bool:
        """Whether the frame's current state has, or may have, Retriers."""
        return self.machine is None or bool(self.definition.get("Retry"))

    @property
    def may_join(self) -> bool:
        """Whether the frame's Map or Parallel may now succeed or fail, by its children or an expression."""
        return not self.has_joined and (self.has_forked or self.error is not None or self.machine is None)

    def is_in(self, type: str, name: str | None = None) -> bool:
        return self.phase == "inside" and self.type == type and (name is None or self.state == name)

    def set_aside(self) -> None:
        self.unfinished |= self.children
        self.children = {}


def climb_frames(frame: TracedFrame, is_it: Callable[[TracedFrame], bool]) -> TracedFrame | None:
    """Returns the innermost frame that passes the test, from this one outwards."""
    around: TracedFrame | None = frame
    while around is not None and not is_it(around):
        around = around.parent
    return around


def aborts_to_come(frame: TracedFrame, *, spared: TracedFrame | None) -> Iterator[tuple[TracedFrame, str]]:
    """Yields the expected abort events of the frame's children, each with its frame."""
    for child in frame.children.values():  # in index order
        if child is spared or child.phase in ("ended", "failed"):
            continue
        if frame.type == "Map" and not child.is_aborted:
            yield child, "MapIterationAborted"
        if child.phase == "inside":
            if child.has_map_run:
                yield child, "MapRunAborted"
            yield from aborts_to_come(child, spared=None)
            if child.type in _ABORTED_WITH_EVENT:
                yield child, f"{child.type}StateAborted"


def resume_traced_frame(frame: TracedFrame) -> None:
    """Resumes a stopped frame and its children, as a redrive does."""
    if frame.phase in ("aborted", "failed"):
        frame.phase = "inside"
    frame.has_joined = frame.has_joined and not frame.has_failed_join
    frame.has_failed_join, frame.is_redriven, frame.is_aborted = False, True, False
    children = {**frame.unfinished, **frame.children}
    frame.children = {index: children[index] for index in sorted(children)}
    frame.unfinished = {}
    for child in frame.children.values():
        resume_traced_frame(child)


def _object_at(value: object, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
