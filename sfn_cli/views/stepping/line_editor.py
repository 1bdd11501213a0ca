"""One line that a user types at a prompt."""

from __future__ import annotations

from sfn_cli.views.text.styled_line import Span, StyledLine, cell_width, cut_to_width
from sfn_cli.views.text.visible_text import visible_line


class LineEditor:
    """A question and the text that is typed after it. `at` is the cursor's place in the text."""

    def __init__(self, question: str, text: str = "") -> None:
        self.question = question
        self.text = text
        self.at = len(text)

    def press(self, key: str) -> bool:
        """Applies a key to the text; returns whether it is one that edits."""
        before, after = self.text[: self.at], self.text[self.at :]
        if key in _MOVES:
            self.at = max(0, min(len(self.text), {"left": self.at - 1, "right": self.at + 1}.get(key, 0)))
            if key in ("end", "ctrl-e"):
                self.at = len(self.text)
            return True
        if key == "backspace":
            before = before[:-1]
        elif key == "delete":
            after = after[1:]
        elif key == "ctrl-u":
            before = ""
        elif key == "ctrl-k":
            after = ""
        elif key == "ctrl-w":
            before = before.rstrip()
            before = before[: before.rfind(" ") + 1]
        elif key == "space" or len(key) == 1:
            before += " " if key == "space" else key
        else:
            return False
        self.text, self.at = before + after, len(before)
        return True

    def set(self, text: str) -> None:
        """Replaces the text, with the cursor at its end."""
        self.text, self.at = text, len(text)

    def line(self, width: int) -> StyledLine:
        """Returns the question and the text around the cursor, in one line."""
        question = cut_to_width(f"{self.question} ", max(0, width - 2))
        room = width - cell_width(question) - 1
        before = visible_line(self.text[: self.at])
        if cell_width(before) > room:
            while before and cell_width(before) > room - 1:
                before = before[1:]
            before = f"…{before}" if room > 0 else ""
        after = cut_to_width(visible_line(self.text[self.at :]), max(0, room - cell_width(before)))
        return [Span(question, "bold"), Span(before), Span("▏" if room >= 0 else "", "dim"), Span(after)]


_MOVES = ("left", "right", "home", "end", "ctrl-a", "ctrl-e")
