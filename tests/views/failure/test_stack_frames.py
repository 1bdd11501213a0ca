"""Stack traces of the runtimes, as files, lines and functions."""

from __future__ import annotations

import pytest

from sfn_cli.views.failure.stack_frames import parse_stack_trace


@pytest.mark.parametrize(
    "lines, frames",
    [
        (
            [
                '  File "/var/task/app.py", line 6, in handler\n    return price_of(event)\n',
                '  File "/var/lang/lib/json/__init__.py", line 346, in loads\n    return decode(s)\n',
            ],
            [
                ("/var/lang/lib/json/__init__.py", 346, "loads", "return decode(s)", False),
                ("/var/task/app.py", 6, "handler", "return price_of(event)", True),
            ],
        ),
        (
            ['  File "/var/task/app.py" Line 3\n    def handler(event context):\n'],
            [("/var/task/app.py", 3, "", "def handler(event context):", True)],
        ),
        (
            [
                "TypeError: x is not a function",
                "    at async pay (file:///var/task/index.mjs:3:11)",
                "    at /var/task/node_modules/left-pad/index.js:1:2",
                "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
            ],
            [
                ("/var/task/index.mjs", 3, "pay", "", True),
                ("/var/task/node_modules/left-pad/index.js", 1, "", "", False),
                ("node:internal/process/task_queues", 95, "process.processTicksAndRejections", "", False),
            ],
        ),
        (["/var/task/app.rb:3:in `handler'"], [("/var/task/app.rb", 3, "handler", "", True)]),
        (["app.Handler.handle(Handler.java:12)"], [("Handler.java", 12, "app.Handler.handle", "", True)]),
        (["something else"], []),
        (["    at <anonymous>"], [("", 0, "", "", False)]),
        ([], []),
    ],
)
def test_frames(lines: list[str], frames: list[tuple[str, int, str, str, bool]]) -> None:
    """The innermost frame comes first, whatever the runtime's order."""
    found = parse_stack_trace(lines)
    assert [(frame.file, frame.line, frame.function, frame.source, frame.is_own) for frame in found] == frames
