"""What can be done with an execution on its page, by the forms that the page offers."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

import pytest

from sfn_cli.views.console.addresses import console_address, execution_address
from sfn_cli.views.console.forms import FORM_TOKEN
from tests.console.machines import APPROVAL, FAIL, PASS, WAIT

if TYPE_CHECKING:
    from tests.console.opened_console import ConsoleAnswer, OpenedConsole

TASKS = console_address("tasks")


@pytest.fixture(scope="module")
def machines(console: OpenedConsole) -> dict[str, str]:
    """The ARNs of the machines, by name."""
    console.call("CreateActivity", name="approvals")
    definitions = {"approval": APPROVAL, "wait": WAIT, "fail": FAIL, "pass": PASS}
    return {name: console.create(name, definition) for name, definition in definitions.items()}


def actions_on(console: OpenedConsole, execution: str) -> set[str]:
    """The actions that the page of an execution has forms or links for."""
    page = console.get(execution_address(execution)).text
    actions = ("stop", "redrive", "answer", "again", "run-from")
    return {action for action in actions if f'"{execution_address(execution, action)}"' in page}


def test_only_possible_actions_are_offered(console: OpenedConsole, machines: dict[str, str]) -> None:
    waiting, done, failed, asking = (
        console.start(machines[name], name="offered") for name in ("wait", "pass", "fail", "approval")
    )
    console.end_of(done), console.end_of(failed)
    console.reached(asking, "ActivityScheduled")
    assert actions_on(console, waiting) == {"stop", "again", "run-from"}
    assert actions_on(console, done) == {"again", "run-from"}
    assert actions_on(console, failed) == {"redrive", "again", "run-from"}
    assert actions_on(console, asking) == {"stop", "answer", "again", "run-from"}


def test_stop(console: OpenedConsole, machines: dict[str, str]) -> None:
    execution = console.start(machines["wait"])
    page = execution_address(execution)
    stopped = console.submit(execution_address(execution, "stop"), page, error="Enough", cause="of <this>")
    assert "Stopped." in stopped.text
    described = console.call("DescribeExecution", executionArn=execution)
    assert [described[name] for name in ("status", "error", "cause")] == ["ABORTED", "Enough", "of <this>"]


def test_redrive(console: OpenedConsole, machines: dict[str, str]) -> None:
    execution = console.start(machines["fail"])
    console.end_of(execution)
    answer = console.submit(execution_address(execution, "redrive"), execution_address(execution))
    assert "Redriven." in answer.text
    console.end_of(execution)
    assert "ExecutionRedriven" in console.event_types(execution)


@pytest.mark.parametrize("page", ["the execution's", "tasks"])
@pytest.mark.parametrize(
    "fields, status, result",
    [
        ({"answer": "approve"}, "SUCCEEDED", {"approved": True}),
        ({"answer": "approve", "output": '{"by": "Ada"}'}, "SUCCEEDED", {"by": "Ada"}),
        ({"answer": "reject"}, "FAILED", ["Rejected", None]),
        ({"answer": "reject", "error": "No", "cause": "too dear"}, "FAILED", ["No", "too dear"]),
    ],
)
def test_answer(
    console: OpenedConsole,
    machines: dict[str, str],
    page: str,
    fields: dict[str, str],
    status: str,
    result: object,
) -> None:
    """A task is approved or rejected, on the page of its execution or on that of all tasks."""
    execution = console.start(machines["approval"], {"amount": 7})
    console.reached(execution, "ActivityScheduled")
    address = TASKS if page == "tasks" else execution_address(execution)
    (task,) = (one for one in console.data(TASKS)["tasks"] if one["executionArn"] == execution)
    handle = next(handle for handle in console.handles_on(address) if handle.startswith(task["handle"]))
    answer = console.submit(execution_address(execution, "answer"), address, handle=handle, **fields)
    assert f"{task['name']}/Approve" in answer.text
    assert console.end_of(execution) == status
    described = console.call("DescribeExecution", executionArn=execution)
    if status == "SUCCEEDED":
        assert json.loads(described["output"]) == result
    else:
        assert [described["error"], described.get("cause")] == result


def test_an_answer_that_cannot_be_accepted(console: OpenedConsole, machines: dict[str, str]) -> None:
    """The page shows AWS's error, and the task still waits."""
    execution = console.start(machines["approval"])
    console.reached(execution, "ActivityScheduled")
    page, action = execution_address(execution), execution_address(execution, "answer")
    handle = console.handles_on(page)[0]
    refused = console.submit(action, page, handle=handle, answer="approve", output="{nonsense")
    assert refused.status == 400
    assert "InvalidOutput" in refused.text
    refused = console.submit(action, page, handle="f" * 64, answer="approve")
    assert refused.status == 400
    assert "TaskDoesNotExist" in refused.text
    assert console.status(execution) == "RUNNING"
    console.submit(action, page, handle=handle, answer="reject")


def test_run_again(console: OpenedConsole, machines: dict[str, str]) -> None:
    """A new execution has the same input, and its page is shown."""
    earlier = console.start(machines["pass"], {"a": [1, "<b>"]})
    console.end_of(earlier)
    answer = console.post(
        execution_address(earlier, "again"),
        {FORM_TOKEN: console.form_token_of(console.get(execution_address(earlier)))},
    )
    new = console.execution_of(answer)
    assert new != earlier
    assert json.loads(console.call("DescribeExecution", executionArn=new)["input"]) == {"a": [1, "<b>"]}


def again(console: OpenedConsole, execution: str, **fields: str) -> tuple[str, dict]:
    page = execution_address(execution, "again")
    token = console.form_token_of(console.get(page))
    answer = console.post(page, {FORM_TOKEN: token, "changed": "yes", **fields})
    assert answer.status == 303, answer.text
    new = console.execution_of(answer)
    console.end_of(new)
    return new, console.call("DescribeExecution", executionArn=new)


def test_run_again_with_changes(console: OpenedConsole, machines: dict[str, str]) -> None:
    """Another input and a name; in virtual time, a day takes no time."""
    earlier = console.start(machines["wait"])
    _, described = again(console, earlier, input='{"n": 2}', name="again-1", clock="virtual")
    assert [described[name] for name in ("status", "name")] == ["SUCCEEDED", "again-1"]
    assert json.loads(described["input"]) == {"n": 2}
    assert described["stopDate"] - described["startDate"] >= 86400


def test_inject_a_fault(console: OpenedConsole, machines: dict[str, str]) -> None:
    """The chosen Task fails, without a worker of its activity."""
    earlier = console.start(machines["approval"])
    fault = {"fault-state": "Approve", "fault-error": "Bank.Busy", "fault-attempts": ""}
    _, described = again(console, earlier, input="{}", clock="wall", **fault)
    assert [described[name] for name in ("status", "error")] == ["FAILED", "Bank.Busy"]


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"input": "{oops"}, "Invalid State Machine Execution Input"),
        ({"input": "{}", "name": "a b"}, "Invalid Name"),
        ({"input": "{}", "clock": "0.5"}, "The clock"),
        ({"input": "{}", "fault-state": "Approve", "fault-error": ""}, "Invalid --inject"),
    ],
)
def test_a_start_that_is_refused_loses_no_text(
    console: OpenedConsole, machines: dict[str, str], fields: dict[str, str], reason: str
) -> None:
    earlier = console.start(machines["approval"])
    page = execution_address(earlier, "again")
    answer = console.submit(page, page, changed="yes", **fields)
    assert answer.status == 400
    assert reason in answer.text
    assert answer.text_in("input") == fields["input"]


STEPS: dict = {
    "StartAt": "First",
    "States": {
        "First": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.first", "Next": "Second"},
        "Second": {"Type": "Fail", "Error": "Broken"},
    },
}


def edited(**second: object) -> str:
    return json.dumps({**STEPS, "States": {**STEPS["States"], "Second": second}})


def run_from(console: OpenedConsole, execution: str, **fields: str) -> ConsoleAnswer:
    page = execution_address(execution, "run-from")
    token = console.form_token_of(console.get(page))
    return console.post(page, {FORM_TOKEN: token, **fields})


def test_run_from_here(console: OpenedConsole, machines: dict[str, str]) -> None:
    """From where it failed, by an edited definition and with another input; the machine stays as it is."""
    failed = console.start(console.create("steps", STEPS), {"a": 1})
    console.end_of(failed)
    assert "run-from" in actions_on(console, failed)
    page = execution_address(failed, "run-from")
    assert console.data(page)["state"] == "Second"
    assert json.loads(console.data(page)["input"]) == {"a": 1, "first": {"n": 1}}
    again = console.execution_of(run_from(console, failed))
    assert console.end_of(again) == "FAILED"
    fixed = edited(Type="Succeed")
    new = console.execution_of(run_from(console, failed, definition=fixed, input='{"b": 2}', name="fixed"))
    assert console.end_of(new) == "SUCCEEDED"
    described = console.call("DescribeExecution", executionArn=new)
    assert (described["name"], json.loads(described["output"])) == ("fixed", {"b": 2})
    assert console.event_types(new)[1:3] == ["PassStateEntered", "PassStateExited"]
    assert (
        "Fail"
        in console.call("DescribeStateMachine", stateMachineArn=described["stateMachineArn"])["definition"]
    )


@pytest.mark.parametrize(
    "fields, reason",
    [
        ({"definition": '{"StartAt": "X"'}, "INVALID_JSON_DESCRIPTION"),
        ({"definition": json.dumps(STEPS).replace('"n": 1', '"n": 2')}, "event 3"),
        ({"input": "{oops"}, "Invalid State Machine Execution Input"),
        ({"name": "a b"}, "Invalid Name"),
    ],
)
def test_a_start_from_here_that_is_refused(
    console: OpenedConsole, machines: dict[str, str], fields: dict[str, str], reason: str
) -> None:
    """The page comes back with the reason, and with what was typed."""
    machine = console.create("steps", STEPS)
    failed = console.start(machine)
    console.end_of(failed)
    answer = run_from(console, failed, **fields)
    assert answer.status == 400
    assert reason in answer.text.partition('role="alert">')[2].partition("</p>")[0]
    assert all(html.escape(text) in answer.text for text in fields.values())
