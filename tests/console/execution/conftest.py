"""A console with the executions of the demo, for each module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.console.execution.demo import start_demo

if TYPE_CHECKING:
    from tests.console.opened_console import OpenedConsole


@pytest.fixture(scope="module", autouse=True)
def _demo(console: OpenedConsole) -> None:
    start_demo(console)
