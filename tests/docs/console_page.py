"""The console blocks of a page in Markdown, and the files that it shows.

    ```console                      a line that begins with "$ " is a command, "> " continues it,
    $ sfn ls                        and the lines after it are its output
    ```

    ```json title="order.asl.json"  a file that the reader creates
    ```

A comment before a block says how it is run:

    <!-- console: exit 255 -->              the last command of the block exits with this code
    <!-- console: until interrupted -->     Ctrl-C, once the output that is shown has appeared
    <!-- console: terminal 2 -->            in another terminal; the page continues once the output
                                            that is shown has appeared
    <!-- console: not run: REASON -->
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FENCE = re.compile(
    r"(?:^[ ]*<!--[ ]console:[ ](?P<how>[^\n]*?)[ ]-->\n+)?"
    r"^(?P<indent>[ ]*)```(?P<language>\w+)(?:[ ]+title=\"(?P<title>[^\"]+)\")?[ ]*\n"
    r"(?P<body>.*?)"
    r"^(?P=indent)```[ ]*$",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_HOW = re.compile(
    r"exit (?P<exit>\d+)|(?P<interrupted>until interrupted)|terminal (?P<terminal>\d)"
    r"|not run: (?P<reason>.+)"
)


class ConsoleCommand(NamedTuple):
    text: str
    """What is typed, without prompts; empty for further output of another terminal's command."""
    output: tuple[str, ...]
    """The lines that the page shows; none where it shows no output."""
    output_span: tuple[int, int]
    """Where the output is in the page's text."""


class ConsoleBlock(NamedTuple):
    commands: tuple[ConsoleCommand, ...]
    line: int
    indent: str = ""
    exit_code: int = 0
    is_interrupted: bool = False
    terminal: int = 1
    reason_not_run: str = ""


class ShownFile(NamedTuple):
    path: str
    text: str


PageBlock = ConsoleBlock | ShownFile


def read_console_page(path: Path) -> list[PageBlock]:
    """Returns the console blocks and files of a page, in their order.

    Raises ValueError for a comment that is no way to run a block.
    """
    return list(_page_blocks(path.read_text(encoding="utf-8")))


def _page_blocks(text: str) -> Iterator[PageBlock]:
    for fence in _FENCE.finditer(text):
        if fence["title"]:
            indent = len(fence["indent"])
            lines = (line[indent:] for line in fence["body"].splitlines(keepends=True))
            yield ShownFile(fence["title"], "".join(lines))
        elif fence["language"] == "console":
            yield _console_block(text, fence)


def _console_block(text: str, fence: re.Match[str]) -> ConsoleBlock:
    line = text.count("\n", 0, fence.start("body"))
    commands = tuple(_console_commands(fence["body"], fence.start("body"), len(fence["indent"])))
    block = ConsoleBlock(commands, line, fence["indent"])
    if fence["how"] is None:
        return block
    how = _HOW.fullmatch(fence["how"])
    if how is None:
        raise ValueError(f"line {line}: {fence['how']!r} is no way to run a console block")
    return block._replace(
        exit_code=int(how["exit"] or 0),
        is_interrupted=how["interrupted"] is not None,
        terminal=int(how["terminal"] or 1),
        reason_not_run=how["reason"] or "",
    )


def _console_commands(body: str, start: int, indent: int) -> Iterator[ConsoleCommand]:
    typed: list[str] = []
    output: list[str] = []
    position = output_start = start
    for raw in body.splitlines(keepends=True):
        line = raw.rstrip("\n")[indent:]
        position += len(raw)
        if line.startswith("$ "):
            if typed or output:
                yield ConsoleCommand("\n".join(typed), tuple(output), (output_start, position - len(raw)))
            typed, output, output_start = [line[2:]], [], position
        elif (line.startswith("> ") or line == ">") and typed and not output:
            typed.append(line[2:])
            output_start = position
        else:
            output.append(line)
    if typed or output:
        yield ConsoleCommand("\n".join(typed), tuple(output), (output_start, position))
