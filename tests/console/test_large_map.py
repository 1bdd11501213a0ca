"""A Map Run of 10,000 items in a browser: its page opens, and changes while the items run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfn_cli.views.console.addresses import execution_address
from tests.console.browsing import check_page
from tests.processes import until

if TYPE_CHECKING:
    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

ITEMS = 10_000
EACH = {
    "Type": "Map",
    "Label": "Each",
    "ToleratedFailureCount": 10,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    },
    "End": True,
}


@pytest.mark.slow
def test_ten_thousand_items(browsing: Browsing, console: OpenedConsole) -> None:
    machine = console.create("large", {"StartAt": "Each", "States": {"Each": EACH}})
    execution = console.start(machine, list(range(ITEMS)), name="all")
    runs = until(
        lambda: console.call("ListMapRuns", executionArn=execution)["mapRuns"], "the Map Run of the execution"
    )
    run = runs[0]["mapRunArn"].partition("/")[2]
    page = browsing.open(execution_address(execution, "map-runs", run))
    check_page(page)
    expect(page.locator("main")).to_contain_text("10,000", timeout=120_000)
    assert console.end_of(execution) == "SUCCEEDED"
    expect(page.locator("main")).to_contain_text("succeeded", timeout=20_000)
    check_page(page)
