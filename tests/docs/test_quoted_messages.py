"""The guide to troubleshooting quotes messages as sfn prints them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.page_runner import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "guides" / "troubleshooting.md"
HEADINGS = ("the message says", "error")
"""The first cell of the tables whose first column has messages."""

OF_OTHERS = (
    "No module named …",
    "Cannot find module …",
    'Could not connect to the endpoint URL: "http://127.0.0.1:…"',
    "Unable to locate credentials",
    "The specified queue does not exist",
    "Requested resource not found",
)
"""Messages of Python, Node.js, botocore and moto."""

_VARIABLE = re.compile(
    r"…|`|\bnodejs[\d.x]+|\bNode.js \d+|\bjava\d+|(?:sfn )?\d[\d.]*|\broot\b|\bada\b|\bSQS\b|\bLambda\."
)
"""What sfn inserts."""


def _quoted_messages() -> Iterator[str]:
    heading = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = line.strip("|").split("|")
        if not line.startswith("|"):
            heading = ""
        elif not heading:
            heading = cells[0].strip()
        elif heading in HEADINGS:
            yield from re.findall(r"`([^`]+)`", cells[0])


@pytest.fixture(scope="module")
def texts() -> str:
    """All strings of the package, with a line for each; what an f-string inserts is left out."""
    return "\n".join(
        text
        for path in (ROOT / "sfn_cli").rglob("*.py")
        for text in _strings(path.read_text(encoding="utf-8"))
    )


def _strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "\0".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


@pytest.mark.parametrize("message", [each for each in _quoted_messages() if each not in OF_OTHERS])
def test_quoted_messages(message: str, texts: str) -> None:
    """Each part of a message that does not vary is in the code."""
    parts = [part.strip(' "(),') for part in _VARIABLE.split(message)]
    assert [part for part in parts if part not in texts] == []
