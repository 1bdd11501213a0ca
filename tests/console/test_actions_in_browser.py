"""Actions by clicks and keys, in windows that see what happens in each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfn_cli.views.console.addresses import console_address, execution_address
from tests.console.browsing import check_page
from tests.console.machines import APPROVAL, MAP_OF_APPROVALS

if TYPE_CHECKING:
    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

TASKS = console_address("tasks")


@pytest.fixture(scope="module")
def approvals(console: OpenedConsole) -> str:
    """The ARN of a machine that waits for an approval."""
    console.call("CreateActivity", name="approvals")
    return console.create("approval", APPROVAL)


def waiting(console: OpenedConsole, machine: str, name: str) -> str:
    execution = console.start(machine, {"amount": 7}, name=name)
    console.reached(execution, "ActivityScheduled")
    return execution


def test_approve_by_clicking(browsing: Browsing, console: OpenedConsole, approvals: str) -> None:
    """An approval in one window is seen in another at once."""
    execution = waiting(console, approvals, "clicked")
    one, other = browsing.open(execution_address(execution)), browsing.open(TASKS)
    check_page(one)
    check_page(other)
    expect(other.get_by_role("link", name="approval/clicked")).to_be_visible()
    one.get_by_role("button", name="Approve Approve").click()
    expect(one.get_by_text("Approved approval/clicked/Approve.")).to_be_visible()
    expect(other.get_by_role("link", name="approval/clicked")).to_have_count(0)
    assert console.end_of(execution) == "SUCCEEDED"


def test_approve_by_a_key(browsing: Browsing, console: OpenedConsole, approvals: str) -> None:
    """The key asks first."""
    execution = waiting(console, approvals, "keyed")
    page = browsing.open(execution_address(execution))
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.accept() if len(asked) > 1 else dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.keyboard.press("a")
    assert asked == ["Approve Approve, with the output in its form?"]
    assert console.status(execution) == "RUNNING"
    page.keyboard.press("a")
    expect(page.get_by_text("Approved approval/keyed/Approve.")).to_be_visible()
    assert console.end_of(execution) == "SUCCEEDED"


def test_what_is_typed_is_not_lost(browsing: Browsing, console: OpenedConsole, approvals: str) -> None:
    """The list of tasks changes while an output is being typed."""
    first = waiting(console, approvals, "typed")
    page = browsing.open(TASKS)
    row = page.get_by_role("row", name="approval/typed")
    row.get_by_text("Input, output and error").click()
    row.get_by_label("Output, to approve").fill('{"by": "Ada"}')
    second = waiting(console, approvals, "arrived")
    expect(page.get_by_role("link", name="approval/arrived")).to_be_visible()
    expect(row.get_by_label("Output, to approve")).to_be_focused()
    row.get_by_role("button", name="Approve Approve").click()
    expect(page.get_by_role("link", name="approval/typed")).to_have_count(0)
    assert console.end_of(first) == "SUCCEEDED"
    assert console.call("DescribeExecution", executionArn=first)["output"] == '{"by": "Ada"}'
    console.call("StopExecution", executionArn=second)


def test_stop_asks(browsing: Browsing, console: OpenedConsole, approvals: str) -> None:
    execution = waiting(console, approvals, "stopped")
    page = browsing.open(execution_address(execution))
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert console.status(execution) == "ABORTED"


def test_run_again(browsing: Browsing, console: OpenedConsole, approvals: str) -> None:
    """The form for a fault, a name and another clock."""
    execution = waiting(console, approvals, "earlier")
    page = browsing.open(execution_address(execution))
    page.get_by_role("link", name="Run again with changes").click()
    check_page(page)
    page.get_by_label("Input (JSON)").fill('{"amount": 8}')
    page.get_by_label("Name (optional)").fill("later")
    page.get_by_label("Task that fails").select_option("Approve")
    page.get_by_label("Error").fill("Bank.Busy")
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Started.")).to_be_visible()
    later = execution.replace(":earlier", ":later")
    assert console.end_of(later) == "FAILED"
    console.call("StopExecution", executionArn=execution)


def test_from_approval_to_a_fixed_definition(
    browsing: Browsing, console: OpenedConsole, approvals: str
) -> None:
    """One window follows a Map and a Wait live; then redrive, and run from the state that failed."""
    machine = console.create("each", MAP_OF_APPROVALS)
    execution = console.start(machine, [1, 2], name="live")
    page = browsing.open(execution_address(execution))
    approve = page.get_by_role("button", name="Approve Approve")
    expect(approve).to_have_count(2)
    approve.first.click()
    expect(page.get_by_text("Approved each/live/Approve.")).to_be_visible()
    expect(approve).to_have_count(1)
    approve.click()
    expect(page.locator("h1")).to_contain_text("failed")
    page.get_by_role("button", name="Redrive").click()
    expect(page.get_by_text("Redriven.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("failed")
    assert "ExecutionRedriven" in console.event_types(execution)
    page.get_by_role("link", name="Run from a state").click()
    check_page(page)
    expect(page.locator("h1")).to_have_text("Run from Check")
    definition = page.get_by_label("Definition")
    definition.fill(definition.input_value().replace('"Fail"', '"Succeed"').replace('"Error"', '"Comment"'))
    page.get_by_role("button", name="Run from here").click()
    expect(page.get_by_text("Started from Check, with its history.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("succeeded")
