"""Tables of messages in the docs quote messages that exist in the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import DOCS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADINGS = ("message", "the message says")
"""The first cell of a table whose first column has messages."""

MORE_HEADINGS = {"guides/troubleshooting.md": ("error",)}
"""Further ones of a page."""

PAGES = {"guides/your-project.md", "guides/troubleshooting.md"}
"""The pages that have such a table, at least."""

OF_OTHERS = (
    "No module named …",
    "Cannot find module …",
    'Could not connect to the endpoint URL: "http://127.0.0.1:…"',
    "Unable to locate credentials",
    "The specified queue does not exist",
    "Requested resource not found",
)
"""Messages of Python, Node.js, botocore and moto."""

_EXAMPLE = re.compile(
    r"`|\bnodejs[\d.x]+|\bNode.js \d+|\bjava\d+|(?:sfn )?\d[\d.]*|\broot\b|\bada\b|\bSQS\b|\bLambda\."
)
"""Examples of what sfn inserts, on the page that has them instead of `…`."""

_WITH_EXAMPLES = "guides/troubleshooting.md"


def _quoted_messages() -> Iterator[tuple[str, str]]:
    """Yields (page, message) for each message in a table of messages."""
    for path in sorted(DOCS.rglob("*.md")):
        page = path.relative_to(DOCS).as_posix()
        headings = (*HEADINGS, *MORE_HEADINGS.get(page, ()))
        yield from ((page, message) for message in _messages_of_page(path, headings))


def _messages_of_page(path: Path, headings: tuple[str, ...]) -> Iterator[str]:
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.strip("|").split(" | ")
        if not line.startswith("|"):
            heading = ""
        elif not heading:
            heading = cells[0].strip()
        elif heading in headings:
            yield from re.findall(r"`([^`]+)`", cells[0])


QUOTED = [(page, message) for page, message in _quoted_messages() if message not in OF_OTHERS]


def test_every_page_quotes_messages() -> None:
    assert {page for page, _ in QUOTED} >= PAGES


@pytest.mark.parametrize("page, message", QUOTED)
def test_quoted_messages(page: str, message: str) -> None:
    """A message is part of one text in the code; `…`, or an example, stands for a value."""
    parts = message.split("…")
    if page == _WITH_EXAMPLES:
        parts = [part.strip(' "(),') for each in parts for part in _EXAMPLE.split(each)]
    pattern = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    longest = max(parts, key=len)
    assert any(longest in text and pattern.search(text) for text in _code_texts())


@cache
def _code_texts() -> list[str]:
    """Returns the strings of the code; `…` stands for each value of a formatted one."""
    texts = []
    for path in sorted((ROOT / "sfn_cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append("".join(_code_text(part) for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return texts


def _code_text(part: ast.expr) -> str:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "…"
