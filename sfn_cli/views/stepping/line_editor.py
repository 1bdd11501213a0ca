"""One line that a user types at a prompt."""

from __future__ import annotations

from sfn_cli.views.text.styled_line import Span, StyledLine, cell_width, cut_to_width
from sfn_cli.views.text.visible_text import visible_line


class LineEditor:
    """A question and the text that is typed after it."""

    def __init__(self, question: str, text: str = "") -> None:
        self.question = question
        self.text = text

    def press(self, key: str) -> bool:
        """Applies a key to the text; returns whether it is one that edits."""
        if key == "backspace":
            self.text = self.text[:-1]
        elif key == "ctrl-u":
            self.text = ""
        elif key == "ctrl-w":
            self.text = self.text.rstrip()
            self.text = self.text[: self.text.rfind(" ") + 1]
        elif key == "space":
            self.text += " "
        elif len(key) == 1:
            self.text += key
        else:
            return False
        return True

    def line(self, width: int) -> StyledLine:
        """Returns the question and the end of the text, with a cursor, in one line."""
        question = cut_to_width(f"{self.question} ", max(0, width - 2))
        room = width - cell_width(question) - 1
        shown = visible_line(self.text)
        if cell_width(shown) > room:
            while shown and cell_width(shown) > room - 1:
                shown = shown[1:]
            shown = f"…{shown}" if room > 0 else ""
        return [Span(question, "bold"), Span(shown), Span("▏" if room >= 0 else "", "dim")]
