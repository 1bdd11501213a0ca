"""The editor of a definition in a browser: what its script adds to the form."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfn_cli.views.console.addresses import machine_address
from tests.console.browsing import check_page
from tests.console.machines import PASS, TWO_STATES

if TYPE_CHECKING:
    from typing import Literal

    from playwright.sync_api import Page

    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

PAGE = machine_address("edited", "definition")


@pytest.fixture(scope="module")
def machine(console: OpenedConsole) -> str:
    """The ARN of the machine on the page."""
    return console.create("edited", TWO_STATES)


def editor_with(page: Page, old: str, new: str) -> None:
    """Changes the text in the editor, as a user who types does."""
    editor = page.get_by_label("Definition", exact=True)
    editor.fill(editor.input_value().replace(old, new))


@pytest.mark.parametrize("scheme, width", [("light", 360), ("dark", 1280)])
def test_looks_and_reads_well(
    browsing: Browsing, machine: str, scheme: Literal["light", "dark"], width: int
) -> None:
    check_page(browsing.open(PAGE, scheme=scheme, width=width))


def test_an_error_while_typing(browsing: Browsing, machine: str) -> None:
    """A fault has its line at once, which a click goes to; the graph is that of the text."""
    page = browsing.open(PAGE)
    expect(page.get_by_role("heading", name="No problems")).to_be_visible()
    editor_with(page, '"Next": "Done"', '"Next": "Dnoe"')
    problem = page.get_by_role("link", name="line 6, column 15")
    expect(problem).to_be_visible()
    expect(page.locator('[id="/Dnoe"].missing')).to_be_visible()
    expect(page.locator(".gutter .error").first).to_have_text("6\n")
    expect(page.get_by_text("Not saved")).to_be_visible()
    problem.click()
    assert page.evaluate("document.getElementById('definition-text').selectionStart") == len(
        json.dumps(TWO_STATES, indent=2).partition('"Done"')[0]
    )
    expect(page.locator('[id="/Greet"].selected')).to_be_visible()
    # While the text is not JSON, the last graph stays
    editor_with(page, "{", "")
    expect(page.get_by_role("link", name="line 2, column")).to_be_visible()
    expect(page.locator('[id="/Dnoe"].missing')).to_be_visible()


def test_one_selection(browsing: Browsing, machine: str) -> None:
    """A state selects its lines, and the caret's line selects its state."""
    page = browsing.open(PAGE)
    page.locator('[id="/Done"]').click()
    expect(page.locator(".gutter .selected")).to_have_text(["8\n", "9\n", "10\n"])
    editor = page.get_by_label("Definition", exact=True)
    editor.focus()
    page.keyboard.press("Control+Home")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".state.selected")).to_have_id("/Greet")
    # By the keyboard: a state is a link
    page.locator('[id="/Done"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator(".state.selected")).to_have_id("/Done")
    assert page.url.endswith("#/Done")


def test_edit_and_run(browsing: Browsing, machine: str, console: OpenedConsole) -> None:
    page = browsing.open(PAGE)
    editor_with(page, '"Type": "Pass"', '"Type": "Pass", "Comment": "edited"')
    page.get_by_label("Input of an execution").fill('{"n": 7}')
    # The page of the execution
    with page.expect_navigation():
        page.get_by_role("button", name="Save and run").click()
    assert re.search(r"/machines/edited/executions/[\w-]+$", page.url)
    described = console.call("DescribeStateMachine", stateMachineArn=machine)
    assert json.loads(described["definition"])["States"]["Greet"]["Comment"] == "edited"
    (execution,) = console.call("ListExecutions", stateMachineArn=machine)["executions"]
    assert console.end_of(execution["executionArn"]) == "SUCCEEDED"


def test_a_change_in_another_window(browsing: Browsing, console: OpenedConsole) -> None:
    """The page says that the definition was changed, and keeps the text."""
    other = console.create("shared", TWO_STATES)
    page = browsing.open(machine_address("shared", "definition"))
    editor_with(page, "Greet", "Hello")
    expect(page.locator('[id="/Hello"]')).to_be_visible()
    console.call("UpdateStateMachine", stateMachineArn=other, definition=json.dumps(PASS))
    expect(page.get_by_text("The definition was changed since you loaded this page.")).to_be_visible()
    assert "Hello" in page.get_by_label("Definition", exact=True).input_value()
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("was changed since this page was loaded")
    assert "Hello" in page.get_by_label("Definition", exact=True).input_value()
    browsing.faults[:] = [fault for fault in browsing.faults if "409" not in fault]


def test_without_script(browsing: Browsing, machine: str) -> None:
    """The form validates, and the text comes back."""
    page = browsing.open(PAGE, with_script=False)
    editor_with(page, '"Next": "Done"', '"Next": "Dnoe"')
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_text("Missing 'Next' target: Dnoe")).to_be_visible()
    assert "Dnoe" in page.get_by_label("Definition", exact=True).input_value()


def test_a_version_and_its_differences(browsing: Browsing, console: OpenedConsole) -> None:
    """Lines with links to the graph and back, without an editor; both pages read well."""
    arn = console.create("old", TWO_STATES)
    console.call("PublishStateMachineVersion", stateMachineArn=arn)
    console.call("UpdateStateMachine", stateMachineArn=arn, definition=json.dumps(PASS))
    route = {"stateMachineVersionArn": f"{arn}:1", "weight": 100}
    console.call("CreateStateMachineAlias", name="live", routingConfiguration=[route])
    page = browsing.open(machine_address("old", "definition"))
    check_page(page)
    page.locator("#versions table").last.get_by_role("link", name="1").click()
    page.locator('[id="/Done"]').click()
    expect(page.locator(".line.selected")).to_have_count(3)
    page.get_by_text('"StartAt"').click()
    expect(page.locator(".selected")).to_have_count(0)
    check_page(page)
    page.get_by_role("link", name="Compare with the current definition").click()
    expect(page.locator('[id="/P"].changed')).to_be_visible()
    expect(page.locator('[id="/Done"].removed')).to_be_visible()
    check_page(page)
