"""Names, inputs and errors that would be markup or script if they were not escaped."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.console.addresses import console_address, execution_address, machine_address
from tests.console.machines import APPROVAL

if TYPE_CHECKING:
    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`&lt;\u0000\u001b[31m\u202e\u2028 ${x}"
)
STATE = HOSTILE.replace("\u0000", "")[:80]

MACHINE = {
    "Comment": HOSTILE,
    "StartAt": STATE,
    "States": {
        STATE: {"Type": "Pass", "Comment": HOSTILE, "Parameters": {HOSTILE: HOSTILE}, "Next": "Fail"},
        "Fail": {"Type": "Fail", "Error": HOSTILE, "Cause": HOSTILE},
    },
}


@pytest.fixture(scope="module")
def addresses(console: OpenedConsole) -> list[str]:
    """The pages of a machine and of executions whose data is hostile."""
    machine = console.create("m'ab", MACHINE)
    failed = console.start(machine, {HOSTILE: [HOSTILE]}, name="a'bc")
    console.end_of(failed)
    console.call("CreateActivity", name="approvals")
    waiting = console.start(console.create("approval", APPROVAL), {"a": HOSTILE})
    console.reached(waiting, "ActivityScheduled")
    state = f"/{STATE}"
    return [
        console_address(),
        console_address("tasks"),
        console_address("executions", query={"text": HOSTILE}),
        machine_address("m'ab"),
        machine_address("m'ab", "definition"),
        machine_address("m'ab", "start", query={"from": failed}),
        execution_address(failed),
        execution_address(failed, query={"state": state, "view": "events"}),
        execution_address(failed, query={"state": state, "view": "timeline"}),
        execution_address(failed, "states", state),
        execution_address(failed, "again"),
        execution_address(failed, "run-from"),
        execution_address(waiting),
        console_address(HOSTILE, query={HOSTILE: HOSTILE}),
        machine_address(HOSTILE),
        execution_address("arn:aws:states:us-east-1:123456789012:execution:m:" + HOSTILE),
    ]


class Elements(HTMLParser):
    """The elements and attributes of a page that could run something."""

    def __init__(self) -> None:
        super().__init__()
        self.dangerous: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not str(given.get("src")).startswith("/console/static/"):
            self.dangerous.append(f"script {given}")
        if tag in ("img", "iframe", "object", "embed", "base", "style"):
            self.dangerous.append(tag)
        for name, value in attrs:
            is_address = name in ("href", "src", "action", "formaction", "xlink:href")
            if name.startswith("on") or name == "style":
                self.dangerous.append(f"{tag} {name}={value}")
            if is_address and not str(value).startswith(("/console/", "#", "?")):
                self.dangerous.append(f"{tag} {name}={value}")


def test_no_markup_from_data(console: OpenedConsole, addresses: list[str]) -> None:
    """Each page, also one that refuses the request, has sfn's own elements only."""
    for address in addresses:
        page = console.get(address)
        assert page.status in (200, 400, 404), address
        elements = Elements()
        elements.feed(page.text)
        elements.close()
        assert elements.dangerous == [], address
        assert "\u0000" not in page.text
        assert "\u202e" not in page.text


def test_no_script_runs(browsing: Browsing, addresses: list[str]) -> None:
    """In a browser, nothing of the data runs, and the page's policy has nothing to block."""
    page = browsing.open(addresses[0])
    page.on("dialog", lambda dialog: (browsing.faults.append(dialog.message), dialog.dismiss()))
    url = page.url.partition("/console")[0]
    for address in addresses:
        answer = page.goto(url + address, wait_until="load")
        assert answer is not None
        if answer.status == 404:
            browsing.faults = [one for one in browsing.faults if "404" not in one]
    assert browsing.faults == []
