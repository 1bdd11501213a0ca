"""The page that starts an execution: what it offers, starts and refuses."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.console.machines import PASS, WAIT
from tests.console.opened_console import opened_console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.opened_console import ConsoleAnswer, OpenedConsole

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Bank"
TASK = {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
MOCKS = {
    "StateMachines": {"shop": {"TestCases": {"Declined": {"Charge": "No"}}}},
    "MockedResponses": {"No": {"0": {"Throw": {"Error": "Declined", "Cause": "no money"}}}},
}
LONG = '{"amount": 1.10, "items": [], "words": ["' + "x" * 80 + '", {"a": 1e2}]}'


class Shop(NamedTuple):
    """A console with a state machine that has a version, an alias, mocks and an earlier execution."""

    console: OpenedConsole
    machine: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("start")
    (folder / "mocks.json").write_text(json.dumps(MOCKS))
    environment = {"SFN_MOCK_CONFIG": str(folder / "mocks.json")}
    with opened_console(folder / "home", environment=environment) as console:
        machine = console.create("shop", TASK)
        version = console.call("PublishStateMachineVersion", stateMachineArn=machine)
        routing = [{"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}]
        console.call("CreateStateMachineAlias", name="live", routingConfiguration=routing)
        console.call("StartExecution", stateMachineArn=f"{machine}:live#Declined", name="earlier", input=LONG)
        yield Shop(console, machine)


def start(console: OpenedConsole, machine: str, **fields: str) -> ConsoleAnswer:
    address = f"/console/machines/{machine}/start"
    return console.submit(address, address, **fields)


def test_offers(shop: Shop) -> None:
    """The page offers versions, aliases, test cases and the inputs of earlier executions."""
    address = "/console/machines/shop/start"
    data = shop.console.data(address)
    assert (data["versions"], data["aliases"], data["testCases"]) == (["1"], ["live"], ["Declined"])
    assert data["inputs"][-1]["input"] == LONG
    page = shop.console.get(address)
    for part in ("alias live", "version 1", 'href="/console/machines/shop/start?from=earlier"'):
        assert part in page.text
    assert page.text_in("input") == "{}"


def test_earlier_input(shop: Shop) -> None:
    """A link puts an earlier input into the form, in lines and with its numbers as they are written."""
    page = shop.console.get("/console/machines/shop/start?from=earlier")
    text = page.text_in("input")
    assert json.loads(text) == json.loads(LONG)
    assert text.startswith('{\n  "amount": 1.10,\n  "items": [],\n')
    assert '<option value="live" selected="">' in page.text
    assert shop.console.get("/console/machines/shop/start?from=gone").status == 404


def test_starts_with_everything(shop: Shop) -> None:
    """The name, the alias, the test case and the clock are those of the new execution."""
    page = start(
        shop.console, "shop",
        input='{"a":\r\n 1}', name="mine", qualifier="live", test_case="Declined", clock="virtual",
    )  # fmt: skip
    assert page.status == 200
    execution = shop.machine.replace(":stateMachine:", ":execution:") + ":mine"
    assert shop.console.end_of(execution) == "FAILED"
    described = shop.console.call("DescribeExecution", executionArn=execution)
    assert (described["input"], described["error"]) == ('{"a":\n 1}', "Declined")
    assert described["stateMachineAliasArn"] == f"{shop.machine}:live"
    assert shop.console.data("/console/machines/shop/executions/mine")["isVirtual"] is True


def test_starts_in_virtual_time(shop: Shop) -> None:
    """A day's wait is skipped."""
    machine = shop.console.create("slow", WAIT)
    start(shop.console, "slow", input="{}", name="day", clock="virtual")
    execution = machine.replace(":stateMachine:", ":execution:") + ":day"
    assert shop.console.end_of(execution) == "SUCCEEDED"


def test_starts_express(shop: Shop) -> None:
    """An EXPRESS execution is started without waiting for it; the same name can be used again."""
    shop.console.create("quick", PASS, "EXPRESS")
    for _ in range(2):
        assert start(shop.console, "quick", input="1", name="same").status == 200
    runs = shop.console.data("/console/machines/quick")["executions"]
    assert [run["name"] for run in runs] == ["same", "same"]
    (offered,) = shop.console.data("/console/machines/quick/start")["inputs"]
    segment = offered["executionArn"].partition(":quick:")[2]
    assert shop.console.get(f"/console/machines/quick/start?from={segment}").text_in("input") == "1"


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"input": '{\n  "a": 1,\n  b: 2\n}'}, "Input, line 3, column 3: "),
        ({"input": ""}, "Input, line 1, column 1: "),
        ({"input": '{"a": </textarea>}'}, "Input, line 1, column 7: "),
        ({"name": "earlier"}, "Execution Already Exists: "),
        ({"name": "not/a name"}, "Invalid Name: "),
        ({"qualifier": "gone"}, "State Machine Does Not Exist: "),
        ({"test_case": "Gone"}, "there is no test case 'Gone'"),
        ({"clock": "yesterday"}, "The clock 'yesterday' must be "),
    ],
)
def test_refused(shop: Shop, fields: dict[str, str], message: str) -> None:
    """The page comes back with the reason, and with what was typed."""
    typed = {"input": '{"kept": true}', **fields}
    page = start(shop.console, "shop", **typed)
    assert page.status == 400
    assert message in unescape(page.text)
    assert page.text_in("input") == typed["input"]


def test_unusable_mocks_do_not_prevent_a_start(shop: Shop) -> None:
    """A damaged mock configuration file is a note on the page."""
    environment = {"SFN_MOCK_CONFIG": str(shop.console.home)}
    with opened_console(shop.console.home.with_name("other"), environment=environment) as console:
        console.create("plain", PASS)
        assert "cannot be read" in console.get("/console/machines/plain/start").text
        assert start(console, "plain", input="{}").status == 200


def test_reader_cannot_start(shop: Shop) -> None:
    """Without the token, the page has no form, and a form that is sent starts nothing."""
    address = "/console/machines/shop/start"
    page = shop.console.request("GET", address)
    assert page.status == 200
    assert "<form" not in page.text
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": shop.console.url}
    assert shop.console.request("POST", address, "input={}", headers).status == 403


def test_unknown_machine_is_not_started(shop: Shop) -> None:
    assert shop.console.get("/console/machines/gone/start").status == 404
