"""Tables of messages in the docs (their first column is "message") quote messages that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.docs.page_runner import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = re.compile(r"^\| message \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
PAGES_WITH_MESSAGES = [
    page for page in sorted((ROOT / "docs").rglob("*.md")) if _TABLE.search(page.read_text(encoding="utf-8"))
]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES_WITH_MESSAGES, ids=lambda page: page.stem)
def test_messages(page: Path) -> None:
    """A message is part of a text in the code; `…` stands for a value."""
    tables = "".join(_TABLE.findall(page.read_text(encoding="utf-8")))
    cells = [row.split(" | ")[0] for row in tables.splitlines()]
    messages = [message for cell in cells for message in re.findall(r"`([^`]+)`", cell)]
    unknown = [message for message in messages if not _is_quoted(message)]
    assert messages
    assert unknown == []


def _is_quoted(message: str) -> bool:
    parts = message.split("…")
    pattern = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    longest = max(parts, key=len)
    return any(longest in text and pattern.search(text) for text in _code_texts())


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
