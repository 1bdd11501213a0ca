"""The screen of `sfn run --step`: keys and stops in, lines and requests to the terminal out.

    screen.proceed()                    does what the stop announced, up to the next one
    while screen.awaits_user:           otherwise proceed again
        match screen.press(key): …

It is pure but for what the execution calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from sfn_cli.asl.nesting import states_with_nested
from sfn_cli.cli.step.breakpoints import Breakpoints
from sfn_cli.cli.step.stop_lines import HELP, inspection_lines, stop_keys, stop_lines, stop_title
from sfn_cli.drivers.in_process.stepped import BeforeState, BeforeTask, Skip, WaitingTasks
from sfn_cli.interpreter.mocks import Return, Throw
from sfn_cli.json_text import NotJson, read_json
from sfn_cli.jsonvalue import Payload, loads
from sfn_cli.views.execution.fold import ExecutionFold
from sfn_cli.views.execution.pending import pending_of
from sfn_cli.views.outline.tree import outline_lines
from sfn_cli.views.stepping.history_walk import HistoryWalk
from sfn_cli.views.stepping.line_editor import LineEditor
from sfn_cli.views.stepping.screen_lines import ScreenParts, help_lines, key_line, screen_lines
from sfn_cli.views.stepping.walk_screen import WalkScreen
from sfn_cli.views.text.indented_json import indented_json
from sfn_cli.views.text.styled_line import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import tzinfo

    from sfn_cli.drivers.in_process.stepped import SteppedExecution, Stop
    from sfn_cli.interpreter.mocks import Answer
    from sfn_cli.views.source import ExecutionSource
    from sfn_cli.views.text.styled_line import StyledLine

Purpose = Literal["input", "result"]


class EditRequest(NamedTuple):
    """A text for the user's editor; `RunScreen.edited` takes the result."""

    purpose: Purpose
    text: str


Request = EditRequest | Literal["stay", "proceed", "quit"]
"""What the terminal is to do after a key."""

_PAGE = 5


class RunScreen:
    """The screen of one stepped execution.

    `stop` is where it is; None at its end. The history of `source` is the execution's, and grows with it.
    """

    def __init__(
        self,
        execution: SteppedExecution,
        source: ExecutionSource,
        breakpoints: Collection[str] = (),
        zone: tzinfo | None = None,
    ) -> None:
        self._execution = execution
        self._source = source
        self._fold = ExecutionFold(source)
        self._fold_new_events()
        self._states = dict(states_with_nested(loads(source.definition or '{"States":{}}')))
        self._zone = zone
        self._breakpoints = Breakpoints(self._states, breakpoints)
        self.stop: Stop | None = None
        self.message = ""
        self._continues = bool(breakpoints)
        self._replacement: Answer | Skip | None = None
        self._task = 0  # which of several waiting tasks is chosen
        self._editor: LineEditor | None = None
        self._question: Literal["breakpoint", "result", "error", "cause"] = "result"
        self._error = ""
        self._draft: tuple[Purpose, str] | None = None  # a text that was edited and is no JSON
        self._walk: WalkScreen | None = None
        self._page: Literal["stop", "help", "inspection"] = "stop"
        self._scroll = self._most_scroll = 0

    @property
    def awaits_user(self) -> bool:
        """Whether the user decides what happens at this stop."""
        match self.stop:
            case BeforeState(state=state):
                return not self._continues or state in self._breakpoints.names
            case BeforeTask():
                return False
        return True

    @property
    def awaits_child(self) -> bool:
        """Whether a task waits for the end of an execution or a job, which may come without the user."""
        return isinstance(self.stop, WaitingTasks) and any(task.awaits_child for task in self.stop.tasks)

    def proceed(self) -> None:
        """Does what the stop announced, and goes to the next one."""
        self.stop = self._execution.proceed()
        self._fold_new_events()
        self._replacement = self._draft = None
        self._scroll = self._task = 0
        self._page = "stop"
        if self.awaits_user and not self.awaits_child:
            self._continues = False

    def _fold_new_events(self) -> None:
        for event in self._execution.history[self._fold.view.last_id :]:
            self._fold.apply(event)

    # Keys

    def press(self, key: str) -> Request:
        """Applies a key, and returns what the terminal is to do."""
        self.message = ""
        if self._walk is not None:
            if not self._walk.press(key):
                self._walk = None
            return "stay"
        if self._editor is not None:
            return self._type(self._editor, key)
        if key in ("pagedown", "pageup", "down", "up"):
            step = _PAGE if key.startswith("page") else 1
            self._scroll += step if key.endswith("down") else -step
            self._scroll = max(0, min(self._scroll, self._most_scroll))
            return "stay"
        if self._page != "stop":
            self._page, self._scroll = "stop", 0
            return "stay"
        return self._command(key)

    def _command(self, key: str) -> Request:
        match key:
            case "q":
                return "quit"
            case "?" | "i":
                self._page, self._scroll = ("help" if key == "?" else "inspection"), 0
            case "h" | "left":
                self._open_walk()
            case "b" if self.stop is not None:
                self._ask("breakpoint", "breakpoint on state (Tab completes):")
            case _:
                match self.stop:
                    case BeforeState() as stop:
                        return self._command_before_state(stop, key)
                    case WaitingTasks() as stop:
                        return self._command_of_waiting(stop, key)
                    case None if key == "esc":
                        return "quit"
                    case None if key in ("n", "c", "enter", "space"):  # which may have been typed ahead
                        self.message = "The execution has ended: h walks through its history, q quits."
        return "stay"

    def _command_before_state(self, stop: BeforeState, key: str) -> Request:
        if key in ("n", "space", "enter", "right"):
            return "proceed"
        if key == "c":
            self._continues = True
            return "proceed"
        if key == "e":
            if stop.attempt > 1:
                self.message = "The input of a state cannot be changed once the state has been entered."
                return "stay"
            return EditRequest("input", self._text_to_edit("input", indented_json(stop.input.value)))
        if key in ("m", "f", "s"):
            if stop.type != "Task":
                self.message = f"{stop.state} is a {stop.type} state: only a Task can be mocked or skipped."
            elif key == "s":
                self._execution.replace(Skip())
                return "proceed"
            else:
                self._ask_for_answer(stop.state, key)
        return "stay"

    def _command_of_waiting(self, stop: WaitingTasks, key: str) -> Request:
        if key in ("n", "c", "space", "enter", "right"):
            if stop.until is None:
                self.message = "Only an answer can continue the execution: m succeeds, f fails."
                return "stay"
            self._continues = key == "c"
            return "proceed"
        if key == "tab":
            self._task = (self._task + 1) % len(stop.tasks)
        elif key in ("m", "f"):
            self._ask_for_answer(stop.tasks[self._task].state_name, key)
        return "stay"

    # Prompts

    def _ask(self, question: Literal["breakpoint", "result", "error", "cause"], words: str) -> None:
        self._question, self._editor = question, LineEditor(words)

    def _ask_for_answer(self, state: str, key: str) -> None:
        if key == "m":
            self._ask("result", f"result of {state} (JSON; empty: in the editor):")
        else:
            self._ask("error", f"error of {state}:")

    def _type(self, editor: LineEditor, key: str) -> Request:
        if key == "tab" and self._question == "breakpoint":
            editor.set(self._breakpoints.complete(editor.text))
            return "stay"
        if editor.press(key):
            return "stay"
        if key in ("esc", "ctrl-d", "ctrl-g"):
            self._editor = None
        elif key == "enter":
            self._editor = None
            return self._answered(editor.text.strip())
        return "stay"

    def _answered(self, text: str) -> Request:
        match self._question:
            case "breakpoint":
                here = self.stop.state if isinstance(self.stop, BeforeState) else ""
                self.message = self._breakpoints.toggle(text or here)
            case "result" if not text:
                return EditRequest("result", self._text_to_edit("result", "{}"))
            case "result":
                return self._take_result(text)
            case "error" if text:
                self._error = text
                self._ask("cause", f"cause of {text} (may be empty):")
            case "cause":
                return self._take_answer(Throw(self._error, text or None))
        return "stay"

    def _take_result(self, text: str) -> Request:
        try:
            value = read_json(text)
        except NotJson as error:
            return self._refuse_text("result", text, error, "m, Enter")
        return self._take_answer(Return(Payload(value)))

    def _take_answer(self, answer: Answer) -> Request:
        if isinstance(self.stop, WaitingTasks):
            self._execution.answer_task(self.stop.tasks[self._task], answer)
            return "proceed"
        self._replacement = answer
        self._execution.replace(answer)
        return "stay"

    # The editor

    def _text_to_edit(self, purpose: Purpose, text: str) -> str:
        """Returns the text for the editor: the one that was no JSON, if there is one."""
        return self._draft[1] if self._draft is not None and self._draft[0] == purpose else text

    def _refuse_text(self, purpose: Purpose, text: str, error: NotJson, key: str) -> Request:
        self._draft = purpose, text
        place = f"line {error.line}, column {error.column}"
        self.message = f"Not JSON at {place}: edit it again with {key}. {error.message}"
        return "stay"

    def edited(self, request: EditRequest, text: str | None) -> Request:
        """Takes the text from the editor; None if it was not saved."""
        if text is None:
            self.message = "Nothing was changed."
            return "stay"
        if request.purpose == "result":
            return self._take_result(text)
        try:
            value = read_json(text)
        except NotJson as error:
            return self._refuse_text("input", text, error, "e")
        assert isinstance(self.stop, BeforeState)
        self._draft = None
        changed = Payload(value)
        self._execution.change_input(changed)
        self.stop = self.stop.with_input(changed)
        self.message = "The input was changed."
        return "stay"

    # The screen

    def lines(self, width: int, height: int) -> list[StyledLine]:
        """Returns the lines of a screen of this size."""
        if self._walk is not None:
            return self._walk.lines(width, height)
        view = self._fold.view

        def tree(most: int) -> Sequence[StyledLine]:
            pending = {} if view.is_over else pending_of(view, zone=self._zone, may_replay=False)
            return outline_lines(view, now=self._execution.now, width=width, pending=pending, max_lines=most)

        data = self._data(width)
        title = stop_title(self.stop, self._execution, self._task)
        parts = ScreenParts(
            None if self._page == "inspection" else tree,
            title,
            data,
            self._footer(width),
            self._scroll,
        )
        lines, self._most_scroll = screen_lines(parts, width, height)
        return lines

    def _data(self, width: int) -> Sequence[StyledLine]:
        if self._page == "help":
            return help_lines(HELP)
        if self._page == "inspection":
            return list(inspection_lines(self.stop, self._execution, self._states, self._task, width))
        lines = list(stop_lines(self.stop, self._execution, self._replacement, self._task, width))
        if self._breakpoints.names and self.stop is not None:
            names = ", ".join(sorted(self._breakpoints.names))
            lines.insert(1, [Span("breakpoints ", "dim"), Span(names)])
        return lines

    def _footer(self, width: int) -> StyledLine:
        if self._editor is not None:
            return self._editor.line(width)
        if self.message:
            return [Span(self.message, "caught")]
        if self._page != "stop":
            return key_line((("any key", "back"), ("↑/↓ PgUp/PgDn", "scroll")), width)
        return key_line(stop_keys(self.stop), width)

    def _open_walk(self) -> None:
        walk = HistoryWalk(self._source)
        walk.go_to(walk.last)
        self._walk = WalkScreen(walk, self._zone)
