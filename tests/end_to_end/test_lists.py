"""`sfn ls` and `sfn ps`: for people at a terminal, in a pipe, as data, and at an endpoint."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.big_stores import copy_execution
from tests.processes import (
    ROLE,
    at_terminal,
    create_machine,
    ended,
    kill_workers,
    serving,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow  # a store with executions of every kind

ARN = "arn:aws:states:us-east-1:123456789012"
EXECUTION = f"{ARN}:execution"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
ASK = {"Type": "Task", "Resource": f"{ARN}:activity:approve", "End": True}
PAY = {"StartAt": "Confirm", "States": {"Confirm": {**ASK, "TimeoutSeconds": 86_400 * 3}}}
ORDER = {
    "StartAt": "IsKnown",
    "States": {
        "IsKnown": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.customer", "IsPresent": True, "Next": "Done"}],
            "Default": "Refuse",
        },
        "Done": {"Type": "Succeed"},
        "Refuse": {"Type": "Fail", "Error": "Customer.Unknown", "Cause": "nobody"},
    },
}
HOLD = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Hold", "States": {"Hold": {"Type": "Wait", "Seconds": 86_400, "End": True}}},
                {"StartAt": "Ask", "States": {"Ask": ASK}},
            ],
            "End": True,
        }
    },
}


def _map(state: dict[str, Any], **processor: Any) -> dict[str, Any]:
    inner = {"StartAt": "Ask", "States": {"Ask": state}, **processor}
    return {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}}}


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Executions that have ended and that wait, EXPRESS ones, a Map, a Map Run, an idle machine."""
    home = tmp_path_factory.mktemp("lists") / "store"
    sfn_json(home, "create-activity", "--name", "approve")
    order = create_machine(home, "order", ORDER)
    for name, input in (("one", {"customer": 1}), ("two", {}), ("three", {"customer": 3})):
        ended(home, start_execution(home, order, "--name", name, "--input", json.dumps(input)))
    express = sfn_json(
        home, "create-state-machine", "--name", "fast", "--type", "EXPRESS", "--role-arn", ROLE,
        "--definition", json.dumps(PASS),
    )["stateMachineArn"]  # fmt: skip
    start_execution(home, express, "--name", "quick")
    create_machine(home, "idle", PASS)
    for name, definition, execution in (
        ("pay", PAY, "monday"),
        ("hold", HOLD, "both"),
        ("each", _map(ASK), "all"),
        ("many", _map(ASK, **DISTRIBUTED), "run"),
    ):
        start_execution(
            home, create_machine(home, name, definition), "--name", execution, "--input", "[1, 2, 3]"
        )
    until(lambda: len(sfn_json(home, "tasks", "list")["tasks"]) == TASKS, "all tasks")
    yield home
    stop_workers(home)


TASKS = 8
"""One of pay and of hold, three of the Map and of the Map Run."""


def _steady(shown: str) -> str:
    """Replaces what differs from run to run: ages, durations, children's names, and line ends."""
    shown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", shown.replace("\r", ""))
    shown = re.sub(r"\bnow\b|\d+ (s|min) ago", "AGE", shown)
    shown = re.sub(r"\d+(\.\d\d)? s\b|\d min( \d+ s)?", "SPAN", shown)
    shown = re.sub(r"until \d+ \w+ (\d{4} )?\d\d:\d\d", "until MOMENT", shown)
    shown = re.sub(r"a worker [^…\n]*…", "a worker …", shown)
    return re.sub(r" +", " ", shown).strip()


LS = """\
Machine Type Last runs Running Last run Last error
each STANDARD ◔ 1 AGE
fast EXPRESS ✓ AGE
hold STANDARD ◔ 1 AGE
idle STANDARD never run
many STANDARD ● 1 AGE
order STANDARD ✓✗✓ AGE Customer.Unknown
pay STANDARD ◔ 1 AGE"""

PS = """\
Execution State For Until Waits for Answer
many/run Each SPAN a Map Run: 0 of 3 · 3 running · 0 failed
each/all Each SPAN 0 of 3 · 3 running · 0 failed
each/all Ask × 3 SPAN a worker of activity approve sfn tasks list
hold/both Hold SPAN in 1 day until MOMENT
hold/both Ask SPAN a worker of activity approve sfn tasks approve hold/both/Ask
pay/monday Confirm SPAN a worker of activity approve sfn tasks approve pay/monday/Confirm"""


@pytest.mark.parametrize(
    "command, shown",
    [
        ("ls", LS),
        (
            "ls order",
            """\
Execution Status Started Took
three ✓ succeeded AGE SPAN
two ✗ failed AGE SPAN Customer.Unknown
one ✓ succeeded AGE SPAN""",
        ),
        (
            "ls order --status failed",
            """\
Execution Status Started Took
two ✗ failed AGE SPAN Customer.Unknown""",
        ),
        ("ls fast", "Execution Status Started Took\nquick ✓ succeeded AGE SPAN"),
        (
            "ls hold",
            """\
Execution Status Started Took
both ◔ waiting AGE SPAN Hold: until MOMENT, Ask: a worker of activity approve""",
        ),
        (
            "ls idle",
            "idle has no executions.\nTo start one: sfn start-execution --state-machine-arn idle",
        ),
        ("ps", PS),
        (
            "ps many --children",
            """\
Execution State For Waits for Answer
many/run Each SPAN a Map Run: 0 of 3 · 3 running · 0 failed
many/UUID/UUID Ask SPAN a worker of activity approve sfn tasks approve many/UUID/UUID/Ask
many/UUID/UUID Ask SPAN a worker of activity approve sfn tasks approve many/UUID/UUID/Ask
many/UUID/UUID Ask SPAN a worker of activity approve sfn tasks approve many/UUID/UUID/Ask""",
        ),
        ("ps order", "No executions of order are running."),
    ],
)
def test_in_a_pipe(home: Path, command: str, shown: str) -> None:
    """In a pipe, each row is complete, and nothing is shortened."""
    done = sfn(home, *command.split())
    assert (done.returncode, _steady(done.stdout)) == (0, shown), done.stderr


@pytest.mark.parametrize(
    "columns, command, shown",
    [
        (120, "ls", LS),
        (
            30,
            "ls",
            """\
Machine Last runs Running
each ◔ 1
fast ✓
hold ◔ 1
idle
many ● 1
order ✓✗✓
pay ◔ 1""",
        ),
        (
            100,
            "ps",
            """\
Execution State For Until Waits for
many/run Each SPAN a Map Run: 0 of 3 · 3 running · 0 failed
each/all Each SPAN 0 of 3 · 3 running · 0 failed
Ask × 3 SPAN a worker of activity approve
→ sfn tasks list
hold/both Hold SPAN in 1 day until MOMENT
Ask SPAN a worker of activity approve
→ sfn tasks approve hold/both/Ask
pay/monday Confirm SPAN a worker of activity approve
→ sfn tasks approve pay/monday/Confirm""",
        ),
        (
            60,
            "ps pay",
            """\
Execution State For Waits for
pay/monday Confirm SPAN a worker of activity approve
→ sfn tasks approve pay/monday/Confirm""",
        ),
        (
            40,
            "ps pay",
            """\
Execution State For Waits for
pay/monday Confirm SPAN a worker …
→ sfn tasks approve pay/monday/Confirm""",
        ),
        (
            100,
            "ls order --max-items 1",
            (
                "Execution Status Started Took\nthree ✓ succeeded AGE SPAN\n"
                "… and older ones. To show more: --max-items"
            ),
        ),
    ],
)
def test_at_a_terminal(home: Path, columns: int, command: str, shown: str) -> None:
    """The table is no wider than the terminal; the command that answers is below its row."""
    code, output = at_terminal(home, *command.split(), columns=columns)
    assert (code, re.sub(r"\n ", "\n", _steady(output))) == (0, shown)
    assert max(len(line) for line in output.splitlines() if "→" not in line) <= columns


def test_colours(home: Path) -> None:
    """A status has its colour, unless NO_COLOR is set."""
    assert "\x1b[31m✗\x1b[0m" in sfn(home, "ls", "--color", "on").stdout
    assert "\x1b[" in at_terminal(home, "ps", environment={"NO_COLOR": ""})[1]
    assert "\x1b[" not in at_terminal(home, "ps")[1]


def test_as_data(home: Path) -> None:
    """--output and --query return the list as data."""
    machines = {one["name"]: one for one in sfn_json(home, "ls", "--output", "json")["stateMachines"]}
    assert [run["status"] for run in machines["order"]["lastRuns"]] == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert (machines["order"]["lastError"], machines["pay"]["running"]) == ("Customer.Unknown", 1)
    assert sfn_json(home, "ls", "order", "--query", "executions[].[name, error, cause]") == [
        ["three", None, None], ["two", "Customer.Unknown", "nobody"], ["one", None, None],
    ]  # fmt: skip
    assert sfn_json(home, "ls", "order", "--max-items", "2", "--query", "hasMore") is True
    (running,) = sfn_json(home, "ps", "pay", "--output", "json")["executions"]
    (state,) = running["states"]
    assert running["executionArn"] == f"{EXECUTION}:pay:monday"
    assert (state["name"], state["path"], state["count"]) == ("Confirm", "/Confirm", 1)
    assert (state["waitsFor"], state["answer"]) == ("worker", "sfn tasks approve pay/monday/Confirm")
    assert sfn(home, "ls", "--query", "stateMachines[?running>`0`].name", "--output", "text").stdout == (
        "each\thold\tmany\tpay\n"
    )
    assert "waitsFor: worker" in sfn(home, "ps", "pay", "--output", "yaml").stdout


def test_at_an_endpoint(home: Path) -> None:
    """At an endpoint the lists are the same, except for EXPRESS executions, which AWS does not list."""
    with serving(home) as url:
        at = ("--endpoint-url", url, "--no-sign-request")
        done = sfn(home, "ls", *at)
        machines = _steady(done.stdout + done.stderr)
        assert machines == LS.replace("fast EXPRESS ✓ AGE", "fast EXPRESS not listed").replace("◔", "●")
        listed = sfn_json(home, "ls", "order", *at, "--query", "executions[].[name, error]")
        assert listed == [["three", None], ["two", "Customer.Unknown"], ["one", None]]
        running = _steady(sfn(home, "ps", *at).stdout)
        plain = re.sub(r" sfn tasks .*", "", PS.replace(" Answer", ""))
        assert running == plain
        children = sfn_json(home, "ps", "many", "--children", *at, "--query", "executions[].states[].name")
        assert children == ["Each", "Ask", "Ask", "Ask"]
        refused = sfn(home, "ps", "nobody", *at)
        assert refused.returncode == 254


@pytest.mark.parametrize(
    "command, code, error",
    [
        ("ls ordr", 254, "Invalid ARN prefix: ordr"),
        ("ps ordr", 254, "Invalid ARN prefix: ordr"),
        ("ls --status FAILED", 252, "--status needs a MACHINE."),
        ("ls order --status LOST", 252, "'LOST' is not one of"),
        ("ls order --max-items 0", 252, "0 is not in the range"),
        ("ps --query ][", 252, "Bad value for --query"),
    ],
)
def test_what_is_refused(home: Path, command: str, code: int, error: str) -> None:
    """The error says what is wrong; nothing is listed."""
    done = sfn(home, *command.split())
    assert (done.returncode, done.stdout) == (code, "")
    assert error in done.stderr


def test_a_similar_name_is_suggested(home: Path) -> None:
    """At a terminal, the error for an unknown state machine suggests a similar name."""
    code, shown = at_terminal(home, "ls", "ordr")
    assert (code, 'Did you mean "order"?' in shown) == (254, True)


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A store that a test changes."""
    yield tmp_path / "own"
    stop_workers(tmp_path / "own")


def test_an_empty_store(own_home: Path) -> None:
    """An empty list says so, and how to create a state machine."""
    none = "No state machines in {}. To create one, run a project: sfn run FOLDER\n"
    assert sfn(own_home, "ls").stdout == none.format("us-east-1")
    assert sfn(own_home, "ls", "--region", "eu-west-1").stdout == none.format("eu-west-1")
    assert sfn(own_home, "ps").stdout == "No executions are running.\n"


def _change(home: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home / "sfn.db")) as connection, connection:
        connection.execute(statement, values)


def test_damage_and_suspensions(own_home: Path) -> None:
    """An execution that cannot be read or continued says so; the others are listed."""
    machine = create_machine(own_home, "W", HOLD["States"]["Both"]["Branches"][0])
    first = start_execution(own_home, machine, "--name", "first")
    until(lambda: "WaitState" in _history(own_home, first), "its wait")
    kill_workers(own_home)
    _change(own_home, "UPDATE event SET details = '{' WHERE type = 'WaitStateEntered'")
    other = start_execution(own_home, machine, "--name", "other")
    until(lambda: "WaitState" in _history(own_home, other), "its wait")
    until(lambda: sfn_json(own_home, "worker", "status")["suspended"], "the suspension")
    rows = _steady(sfn(own_home, "ps").stdout).splitlines()
    assert rows[1].startswith("W/other Hold SPAN in 1 day until MOMENT")
    assert rows[2].startswith("W/first SPAN suspended: ")
    assert rows[2].endswith(" sfn stop-execution --execution-arn W/first")
    assert _steady(sfn(own_home, "ls").stdout).splitlines()[1].startswith("W STANDARD ●◔ 2 AGE")
    # Released, as by a newer version of sfn; no worker may be started to suspend it again.
    kill_workers(own_home)
    _change(own_home, "DELETE FROM suspension")
    found = sfn_json(own_home, "ps", "--output", "json")["executions"]
    assert ["fault" in execution for execution in found] == [False, True]


def _history(home: Path, execution: str) -> str:
    return sfn(home, "get-execution-history", "--execution-arn", execution).stdout


def test_a_deleted_machine(own_home: Path) -> None:
    """Executions of a deleted machine are listed until they have ended."""
    machine = create_machine(own_home, "W", HOLD["States"]["Both"]["Branches"][0])
    last = start_execution(own_home, machine, "--name", "last")
    until(lambda: "WaitState" in _history(own_home, last), "its wait")
    sfn_json(own_home, "delete-state-machine", "--state-machine-arn", machine)
    assert sfn_json(own_home, "ps", "--query", "executions[].name") == ["last"]


def test_virtual_time(own_home: Path) -> None:
    """Durations are by the execution's own clock; the start is by wall clock."""
    sfn_json(own_home, "create-activity", "--name", "approve")
    states = {"Rest": {"Type": "Wait", "Seconds": 3 * 86_400, "Next": "Ask"}, "Ask": ASK}
    machine = create_machine(own_home, "W", {"StartAt": "Rest", "States": states})
    start_execution(own_home, machine, "--name", "w", environment={"SFN_CLOCK": "virtual"})
    until(lambda: sfn_json(own_home, "tasks", "list")["tasks"], "the task")
    row = _steady(sfn(own_home, "ls", "W").stdout).splitlines()[1]
    assert row == "w ◔ waiting AGE 3.0 days Ask: a worker of activity approve"
    assert _steady(sfn(own_home, "ps").stdout).splitlines()[1].startswith("W/w Ask SPAN a worker")


MANY = 10_000


def test_many_running_executions(own_home: Path) -> None:
    """The newest executions of all machines are listed, with the number of others."""
    machine = create_machine(own_home, "W", HOLD["States"]["Both"]["Branches"][0])
    arn = start_execution(own_home, machine, "--name", "w")
    until(lambda: "WaitState" in _history(own_home, arn), "its wait")
    kill_workers(own_home)
    copy_execution(own_home, arn, MANY, apart_ms=1000)
    # Suspended, so that no worker drives them while they are listed.
    _change(own_home, "UPDATE execution SET owner = -1 WHERE id > 1")
    done = sfn(own_home, "ps")
    assert len(done.stdout.splitlines()) == 1 + 50
    assert done.stderr == f"… and {MANY + 1 - 50:,} more. To show more: --max-items\n"
    assert len(sfn(own_home, "ps", "--max-items", "120").stdout.splitlines()) == 1 + 120
    assert re.search(rf"W +STANDARD +◔{{20}} +{MANY + 1:,} ", sfn(own_home, "ls").stdout)
