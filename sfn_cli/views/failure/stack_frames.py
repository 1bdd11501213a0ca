"""Parses stack traces of functions: the lines of a runtime become files, lines and functions.

Python    '  File "/var/task/app.py", line 3, in handler\\n    raise ValueError(1)\\n'
Node.js   "    at handler (file:///var/task/index.mjs:3:11)"
Ruby      "/var/task/app.rb:3:in `handler'"
Java      "app.Handler.handle(Handler.java:3)"
"""

# No `from __future__ import annotations`: see settings/__init__.py.

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

TASK_ROOT = "/var/task"
"""The folder of a function's code on AWS, as in stack traces."""

_PYTHON = re.compile(r'\s*File "([^"]*)",? [Ll]ine (\d+)(?:, in (.*))?')
_NODE = re.compile(r"\s*at (?:(.*?) \()?(?:file://)?([^()]*?):(\d+)(?::(\d+))?\)?\s*")
_RUBY = re.compile(r"(/[^:]*):(\d+):in [`'](.*)'")
_JAVA = re.compile(r"(?:\s*at )?([\w.$<>]+)\(([\w$.-]+):(\d+)\)")


class StackFrame(NamedTuple):
    """One call of a stack trace.

    `file` is a path on AWS or on this computer; "" for a line in an unknown form, which is then in
    `text`. `column` is 0 if it is unknown. `source` is that line of the file. `is_own` says whether the
    file belongs to the function, not to a package or the runtime.
    """

    file: str
    line: int
    function: str = ""
    source: str = ""
    text: str = ""
    is_own: bool = True
    column: int = 0


def parse_stack_trace(lines: "Sequence[object]") -> list[StackFrame]:
    """Returns the frames of a reported stack trace, innermost first."""
    frames: list[StackFrame] = []
    is_python = False
    for reported in lines:
        text = str(reported).rstrip("\n")
        head, _, source = text.partition("\n")
        if found := _PYTHON.fullmatch(head):
            is_python = True
            frames.append(_frame_of_file(found[1], int(found[2]), found[3] or "", _first_source_line(source)))
        elif found := _RUBY.fullmatch(head):
            frames.append(_frame_of_file(found[1], int(found[2]), found[3]))
        elif found := _NODE.fullmatch(head):
            frame = _frame_of_file(found[2], int(found[3]), (found[1] or "").removeprefix("async "))
            frames.append(frame._replace(column=int(found[4] or 0)))
        elif found := _JAVA.fullmatch(head):
            frames.append(_frame_of_file(found[2], int(found[3]), found[1]))
        elif is_python and frames and text.startswith("    "):
            # Some runtimes report the source line as a separate line.
            frames[-1] = frames[-1]._replace(source=text.strip())
        elif text.strip() and (frames or text.startswith(" ")):
            frames.append(StackFrame("", 0, text=text.strip(), is_own=False))
    return frames[::-1] if is_python else frames


def _first_source_line(source: str) -> str:
    return source.strip().partition("\n")[0]


def _frame_of_file(file: str, line: int, function: str, source: str = "") -> StackFrame:
    return StackFrame(file, line, function.strip(), source, is_own=_is_own_file(file))


def _is_own_file(file: str) -> bool:
    if file.startswith(("node:", "internal/", "<")) or "/node_modules/" in file or "-packages/" in file:
        return False
    return not file.startswith(("/var/runtime/", "/var/lang/", "/opt/"))
