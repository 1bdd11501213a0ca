"""Fixtures: a console in a process of its own for each module, and a browser for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import CHROMIUM, chromium
from tests.console.browsing import Browsing
from tests.console.opened_console import opened_console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.console.opened_console import OpenedConsole


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedConsole]:
    """The console of a home that is empty before the module's first test."""
    with opened_console(tmp_path_factory.mktemp("console") / "home") as opened:
        yield opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this folder, none of which may call `asyncio.run`.

    Playwright's event loop runs in the tests' thread until the browser is closed.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with chromium() as started:
        yield started


@pytest.fixture
def browsing(browser: Browser, console: OpenedConsole) -> Iterator[Browsing]:
    """A browser at the module's console. Fails the test if a page requested anything elsewhere."""
    browsing = Browsing(browser, console)
    yield browsing
    browsing.close()
    assert browsing.faults == []
