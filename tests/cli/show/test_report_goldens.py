"""The text of the page of `sfn show FILE --html -`, without data, picture and events."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.golden import assert_golden
from tests.processes import sfn

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ("hello-world", "lambda", "migration", "order", "parallel", "payment", "signup", "video")
_LEFT_OUT = ("style", "script", "svg", "table", "pre")
_BLOCKS = (
    "h1",
    "h2",
    "h3",
    "p",
    "li",
    "dt",
    "dd",
    "summary",
    "div",
    "section",
    "details",
    "tr",
    "header",
)


class PageText(HTMLParser):
    """Reads the text of a page, a line for each block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._left_out = 0
        self._parts: list[str] = []
        self.feed(page)
        self.close()
        lines = "".join(self._parts).splitlines()
        self.text = "\n".join(" ".join(line.split()) for line in lines if line.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._left_out += tag in _LEFT_OUT
        if tag in _BLOCKS:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._left_out -= tag in _LEFT_OUT
        if tag in _BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self._parts.append(data)


@pytest.mark.parametrize("name", [*EXAMPLES, "nested-map", "payment-waiting"])
def test_page(name: str, recordings: Path, tmp_path: Path) -> None:
    done = sfn(tmp_path / "home", "show", f"{name}.json", "--html", "-", cwd=recordings)
    assert (done.returncode, done.stderr) == (0, "")
    assert_golden(__file__, f"report-{name}", PageText(done.stdout).text)
