"""The breakpoints of a stepped run: names of states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class Breakpoints:
    """The states before which an execution stops even while it continues. `states` are all its states."""

    def __init__(self, states: Collection[str], names: Collection[str] = ()) -> None:
        self._states = states
        self.names = set(names)

    def toggle(self, name: str) -> str:
        """Sets a breakpoint, or removes it; returns what has changed, in one line."""
        if name not in self._states:
            return f"There is no state “{name}”. States: {', '.join(self._states)}"
        if name in self.names:
            self.names.remove(name)
            return f"No breakpoint on {name} any more."
        self.names.add(name)
        return f"Breakpoint on {name}."

    def complete(self, text: str) -> str:
        """Returns the longest text with which all states begin that begin with `text`."""
        found = [name for name in self._states if name.startswith(text)]
        if not found:
            return text
        first, last = min(found), max(found)
        same = next((at for at in range(min(len(first), len(last))) if first[at] != last[at]), None)
        return min(first, last, key=len) if same is None else first[:same]
