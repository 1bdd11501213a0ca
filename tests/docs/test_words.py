"""Words that make a sentence read like a translation appear nowhere that a person reads.

The pages, and of the code its strings (errors, help, log lines), docstrings and comments.
"""

from __future__ import annotations

import ast
import re
import tokenize
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import ROOT, repository_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORDS = (
    "told", "tells", "is owed", "in one go", "by hand", "whoever", "nobody", "somebody", "anew", "mend",
    "besides",
)  # fmt: skip
_RELEASED = "a migration is not edited once it is released"
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("CONTRIBUTING.md", "| → |"): "the table of words",
    ("tests/docs/test_words.py", ""): "the list itself",
    ("sfn_cli/store/sqlite/schema/0001_initial.sql", ""): _RELEASED,
    ("sfn_cli/store/sqlite/schema/0012_function_versions.sql", ""): _RELEASED,
    ("sfn_cli/store/sqlite/schema/0014_status_changes.sql", ""): _RELEASED,
    ("docs/schema.sql", ""): "written from the migrations",
}
"""The file and a line's text (empty: every line) that may have such a word, with the reason."""
TEXTS = (
    ".md", ".json", ".yml", ".yaml", ".toml", ".sql", ".sh", ".bash", ".fish", ".js", ".mjs", ".css", ".html",
)  # fmt: skip
"""The texts that are read in addition to Python. Help is JSON."""


def _pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(words)})\b", re.IGNORECASE)


_WORD = _pattern_of(WORDS)
_PHRASE = _pattern_of(word for word in WORDS if " " in word)


@pytest.mark.parametrize("folder", ["", ".ci", "completions", "docs", "examples", "sfn_cli", "tests"])
def test_words(folder: str) -> None:
    """Each has a plain word instead: see the table in CONTRIBUTING.md."""
    found = [
        f"{path}:{line}: {text.strip()}"
        for path in _files(folder)
        for line, text in _lines(ROOT / path)
        if _WORD.search(text) and not _is_exception(path, text)
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["", ".ci", "completions", "docs", "examples", "sfn_cli", "tests"])
def test_phrases_across_lines(folder: str) -> None:
    """A phrase of several words is also found where a line ends within it."""
    found = [
        f"{path}:{second}: {last.strip()} / {text.strip()}"
        for path in _files(folder)
        for (first, last), (second, text) in pairwise(_lines(ROOT / path))
        if second == first + 1 and _PHRASE.search(_line_break(last, text)) and not _is_exception(path, text)
    ]
    assert found == []


def test_exceptions() -> None:
    """They are few, and each is still needed."""
    assert len(EXCEPTIONS) <= 20
    for path, text in EXCEPTIONS:
        lines = [line for _, line in _lines(ROOT / path) if _WORD.search(line)]
        assert any(text in line for line in lines), (path, text)


def _is_exception(path: str, line: str) -> bool:
    return any(path == excepted and text in line for excepted, text in EXCEPTIONS)


def _line_break(line: str, following: str) -> str:
    """Returns the last two words of a line and the first two of the one that follows it."""
    return " ".join([*line.split()[-2:], *following.strip(" #*>-").split()[:2]])


def _files(folder: str) -> list[str]:
    """Returns the text files of the repository in a top-level folder; "" has those beside them."""
    return [
        path
        for path in repository_files()
        if (path.partition("/")[0] if "/" in path else "") == folder
        and (path.endswith((".py", *TEXTS)) or "." not in Path(path).name)
    ]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if path.suffix == ".py":
        yield from _prose_of_python(path)
        return
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # not a text
    yield from enumerate(text.splitlines(), start=1)


def _prose_of_python(path: Path) -> Iterator[tuple[int, str]]:
    """Yields comments, and the lines of docstrings and of strings that are sentences."""
    with tokenize.open(path) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield from enumerate(node.value.splitlines(), start=node.lineno)
