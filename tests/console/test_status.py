"""The status page: what runs for a store, what waits, what failed, and the buttons for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfn_cli.errors import ApiError
from sfn_cli.server.console.actions.status import switch_stack_from_console
from sfn_cli.server.console.messages import ConsoleRequest
from sfn_cli.server.console.pages.status import status_page
from sfn_cli.store.records.events.deliveries import NewDelivery
from sfn_cli.store.records.stacks import StoredStack
from sfn_cli.store.records.stepfunctions.suspensions import ATTEMPTS, Fault
from sfn_cli.store.records.store_figures import FunctionQueue
from sfn_cli.store.sqlite.stepfunctions.suspensions import suspend_execution
from sfn_cli.views.console.addresses import console_address, execution_address
from tests.api.fakes import Caller, make_service
from tests.console.browsing import check_page
from tests.console.machines import WAIT
from tests.console.opened_console import opened_console
from tests.processes import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfn_cli.api.service import Service
    from sfn_cli.views.console.page import ConsolePage
    from tests.console.browsing import Browsing
    from tests.console.opened_console import OpenedConsole

STATUS = console_address("status")


def test_an_empty_store(tmp_path: Path) -> None:
    with opened_console(tmp_path / "home") as console:
        data, page = console.data(STATUS), console.get(STATUS)
    assert data["home"] == str(console.home)
    assert data["store"]["executions"] == {}
    assert data["store"]["bytes"] > 0
    assert (data["localEndpoint"], data["localServices"], data["stacks"]) == (None, None, [])
    assert "No worker runs." in page.text
    assert "No invocation waits." in page.text


def test_workers_and_executions(console: OpenedConsole) -> None:
    """A worker with what it runs; the button stops it."""
    machine = console.create("long", WAIT)
    execution = console.start(machine)
    console.reached(execution, "WaitStateEntered")
    (worker,) = console.data(STATUS)["workers"]
    assert worker["executions"] == 1
    assert worker["startedAt"].endswith("+00:00")
    assert console.data(STATUS)["store"]["executions"]["RUNNING"] == 1
    page = console.get(STATUS).text
    assert f">{worker['pid']}</td>" in page
    assert f'<a href="{console_address("executions", query={"status": "RUNNING"})}">1 running</a>' in page
    answer = console.submit(f"{STATUS}/worker", STATUS, do="stop")
    assert "1 worker was stopped." in answer.text
    until(lambda: worker not in console.data(STATUS)["workers"], "the end of the worker")
    assert console.status(execution) == "RUNNING"
    console.call("StopExecution", executionArn=execution)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A store in this process, without a server and without workers."""
    service = make_service(tmp_path / "home")
    yield service
    service.close()


def shown(service: Service, token: str | None = "token") -> ConsolePage:
    return status_page(service, ConsoleRequest({}, {}, {}, token, STATUS))


def test_function_queue(service: Service) -> None:
    """Invocations by function: those that a live worker has taken are running."""
    for id, function in (("a", "Mail"), ("b", "Mail"), ("c", "Bill:live")):
        service.function_events.add(id, function, "{}", None, 5)
    with service.store.database.transaction() as connection:
        connection.execute("UPDATE function_event SET owner = 7, tries = 1 WHERE request_id = 'a'")
    assert service.store_counts.function_queues([7]) == [
        FunctionQueue("Bill:live", 1, 0, 0, 5),
        FunctionQueue("Mail", 1, 1, 1, 5),
    ]
    # No worker is running
    assert [(one["waiting"], one["running"]) for one in shown(service).data["functionQueues"]] == [
        (1, 0),
        (2, 0),
    ]
    assert '<th scope="row">Bill:live</th>' in shown(service).body


def test_deliveries(service: Service) -> None:
    """How many are pending and failed, and the last ones that failed, newest first."""
    service.deliveries.add([NewDelivery("1", "rule/default/r", "arn:x", "t", "{}")], 1)
    for id, status in (("2", "FAILED"), ("3", "DELIVERED"), ("4", "FAILED")):
        service.deliveries.record(
            NewDelivery(id, "rule/default/r", "arn:x", "t", "{}"), status, "<broken>", int(id)
        )
    page = shown(service)
    found = page.data["deliveries"]
    assert (found["pending"], found["failed"]) == (1, 2)
    assert [one["eventId"] for one in found["lastFailed"]] == ["4", "2"]
    assert "1 pending, 2 failed" in page.body
    assert "&lt;broken&gt;" in page.body


def test_suspended_executions(service: Service) -> None:
    """A link to the execution, and the traceback."""
    call = Caller(service)
    execution = call("StartExecution", stateMachineArn=call.create("m"), name="e")["executionArn"]
    with service.store.database.transaction() as connection:
        connection.execute("UPDATE execution SET owner = 7")
        for _ in range(ATTEMPTS):
            fault = Fault("KeyError: 'x'", "Traceback <here>")
            suspend_execution(connection, 1, 7, fault, "0.9", 5)
            connection.execute("UPDATE execution SET owner = 7 WHERE owner IS NULL")
    page = shown(service)
    (found,) = page.data["suspended"]
    assert (found["executionArn"], found["error"]) == (execution, "KeyError: 'x'")
    assert f'href="{execution_address(execution)}"' in page.body
    assert "Traceback &lt;here&gt;" in page.body


def test_stacks(service: Service) -> None:
    """Each stack can be stopped and started; a reader has no buttons."""
    stack = StoredStack(
        "orders", "arn:stack", "SAM", "/p", "/p/template.yaml", "UPDATE_FAILED", "<why>", {}, [], {}, 1, 2
    )
    service.stacks.save(stack)
    assert 'aria-label="Stop orders"' in shown(service).body
    assert "UPDATE_FAILED, &lt;why&gt;" in shown(service).body
    assert "<form" not in shown(service, None).body
    for does, is_stopped in (("stop", True), ("start", False)):
        request = ConsoleRequest({"stack": "orders"}, {}, {"do": does}, "token", STATUS)
        redirect = switch_stack_from_console(service, request)
        assert redirect.address == f"{STATUS}#status-stacks"
        assert shown(service).data["stacks"][0]["IsStopped"] is is_stopped
    with pytest.raises(ApiError):
        switch_stack_from_console(service, request._replace(names={"stack": "nothing"}))
    with pytest.raises(ApiError):
        switch_stack_from_console(service, request._replace(form={}))


def test_check_of_the_store(console: OpenedConsole) -> None:
    """The findings of `sfn doctor`, above the page."""
    answer = console.submit(f"{STATUS}/check", STATUS)
    assert answer.status == 200
    assert "executions and" in answer.text and "no problems found." in answer.text
    form = {"form_token": console.form_token_of(console.get(STATUS))}
    found = console.post(f"{STATUS}/check.json", form).data
    assert found["findings"] == []


def test_services_that_do_not_run(console: OpenedConsole) -> None:
    form = {"form_token": console.form_token_of(console.get(STATUS)), "do": "stop"}
    answer = console.post(f"{STATUS}/services", form)
    assert answer.status == 303
    shown = console.get(answer.headers["location"].partition("#")[0])
    assert "The local services are not running." in shown.text


def test_in_a_browser(browsing: Browsing, console: OpenedConsole) -> None:
    """It is live: an execution that starts is counted, and its worker appears."""
    page = browsing.open(STATUS, width=360, scheme="dark")
    expect(page.get_by_role("link", name="0 running")).to_be_visible()
    execution = console.start(console.create("live", WAIT))
    expect(page.get_by_role("link", name="1 running")).to_be_visible()
    expect(page.locator("#status-workers td").first).to_be_visible()
    check_page(page)
    console.call("StopExecution", executionArn=execution)
    expect(page.get_by_role("link", name="0 running")).to_be_visible()
