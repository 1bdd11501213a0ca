"""Every promise of docs/concepts/durability.md names its tests, and these exist."""

from __future__ import annotations

import re

from tests.docs.repository import ROOT

PAGE = (ROOT / "docs" / "concepts" / "durability.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:3] for line in PAGE.splitlines() if line.startswith("| [")]


def test_every_promise_has_a_test() -> None:
    """Each section, but for the one with the tests, is a row of its table."""
    sections = [title.lower() for title in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)]
    promises = [re.match(r" \[(.+?)\]", promise) for promise, _ in ROWS]
    assert [promise[1].lower() for promise in promises if promise] == sections[:-1]


def test_the_tests_exist() -> None:
    named = [re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests) for _, tests in ROWS]
    assert all(named)
    missing = [
        f"{file}::{name}"
        for tests in named
        for file, name in tests
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []
