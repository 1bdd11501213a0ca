"""Every console block of README, docs/ and the examples runs, and shows what the page shows.

`SFN_DOCS=write pytest tests/docs -k PAGE` writes the real outputs into the pages.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.console_page import ConsoleBlock, read_console_page
from tests.docs.page_runner import PageRunner, write_outputs
from tests.docs.repository import DOCS, ROOT
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [
    ROOT / "README.md",
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]
PAGES_WITH_BLOCKS = [
    page for page in PAGES if any(isinstance(b, ConsoleBlock) for b in read_console_page(page))
]
WRITES = os.environ.get("SFN_DOCS") == "write"
UNTESTED_LANGUAGES = ("```sh\n", "```bash\n", "```shell\n", "```text\n$ ")
"""Fences of commands that this test would not find."""

ALWAYS = (ROOT / "README.md", DOCS / "getting-started.md", DOCS / "install.md")
EVERY = 5
"""In CI, the blocks of these pages run, and those of every fifth other page; with SFN_THOROUGH=1, all."""

TESTED_PAGES = [
    page
    for number, page in enumerate(PAGES_WITH_BLOCKS)
    if THOROUGH or WRITES or page in ALWAYS or number % EVERY == 0
]

HELP_PAGE = "reference/commands"
"""The examples of help, which tests/end_to_end/test_help_examples.py runs."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT).with_suffix("")).replace("docs/", "")


@pytest.mark.slow
@pytest.mark.parametrize("page", TESTED_PAGES, ids=_name)
def test_console_blocks(page: Path, tmp_path: Path) -> None:
    """Each command exits as the page says, and prints what the page shows."""
    runner = PageRunner(page, tmp_path)
    try:
        differences = list(runner.differences())
    finally:
        runner.close()
    if WRITES:
        write_outputs(page, differences)
    assert not differences, "\n\n".join(str(difference) for difference in differences)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_commands_are_console_blocks(page: Path) -> None:
    """No block of commands escapes the test above."""
    text = page.read_text(encoding="utf-8")
    if _name(page) != HELP_PAGE:
        assert [fence for fence in UNTESTED_LANGUAGES if fence in text] == []
    assert [line for line in text.splitlines() if re.match(r"    (\$|sfn \w)", line)] == []


def test_blocks_that_are_not_run() -> None:
    """They are few, and each has its reason in the page."""
    not_run = {
        (_name(page), block.reason_not_run)
        for page in PAGES
        for block in read_console_page(page)
        if isinstance(block, ConsoleBlock) and block.reason_not_run
    }
    assert not_run <= NOT_RUN


NOT_RUN: set[tuple[str, str]] = {
    ("README", "this is the test suite that runs the page"),
    ("guides/deploy-tools", "needs the CDK and its packages"),
    ("guides/deploy-tools", "needs the SAM CLI"),
    ("guides/deploy-tools", "needs the Serverless Framework"),
    ("guides/your-project", "npm installs aws-cdk-lib from its registry"),
    ("guides/terraform", "needs the AWS provider of a registry"),
}
"""The page and the reason of each block that is not run."""
