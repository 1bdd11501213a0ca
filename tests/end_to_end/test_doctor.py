"""`sfn doctor`: no findings in a healthy store, one for each damaged execution."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.big_stores import BIG, MEGABYTE, copy_execution, measured
from tests.processes import (
    SFN,
    create_machine,
    ended,
    environment_of,
    sfn,
    sfn_json,
    start_execution,
    stop_workers,
    until,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

ECHO = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "Q"}, "Q": {"Type": "Pass", "End": True}}}
FAILS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}}}
WIDE = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "x" * 1_000, "End": True}}}


@pytest.mark.slow
def test_no_findings_while_executions_run(home: Path, tmp_path: Path) -> None:
    """Executions that start, end, and are redriven during the check are not findings."""
    machine = create_machine(home, "A", ECHO)
    failed = start_execution(home, create_machine(home, "F", FAILS))
    ended(home, failed)
    inputs = tmp_path / "inputs.jsonl"
    inputs.write_text("".join(f'{{"n": {n}}}\n' for n in range(5000)))
    command = [SFN, "start-executions", "--state-machine-arn", machine, "--inputs", str(inputs), "--wait"]
    starting = subprocess.Popen(command, env=environment_of(home), stdout=subprocess.DEVNULL)
    examined = []
    try:
        while starting.poll() is None or len(examined) < 3:
            sfn(home, "redrive-execution", "--execution-arn", failed)
            examined.append(sfn(home, "doctor"))
    finally:
        starting.wait()
    assert [(done.returncode, done.stderr) for done in examined] == [(0, "")] * len(examined)


@pytest.mark.slow
def test_children_pending_redrive_are_not_findings(home: Path) -> None:
    """Children that become PENDING_REDRIVE, then ABORTED, without an event are not findings."""
    activity = sfn_json(home, "create-activity", "--name", "a")["activityArn"]
    child = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": activity, "End": True}}}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child}
    options = {"MaxConcurrency": 1, "ToleratedFailureCount": 1}
    parent = {
        "StartAt": "M",
        "States": {"M": {"Type": "Map", "ItemProcessor": processor, **options, "End": True}},
    }
    execution = start_execution(home, create_machine(home, "M", parent), "--input", "[1, 2]")
    for _ in range(2):
        task = sfn_json(home, "get-activity-task", "--activity-arn", activity)
        sfn(home, "send-task-failure", "--task-token", task["taskToken"])
    assert ended(home, execution)["status"] == "FAILED"
    sfn(home, "redrive-execution", "--execution-arn", execution)
    (run,) = sfn_json(home, "list-map-runs", "--execution-arn", execution)["mapRuns"]

    def statuses() -> list[str]:
        listed = sfn_json(home, "list-executions", "--map-run-arn", run["mapRunArn"])["executions"]
        return sorted(child["status"] for child in listed)

    until(lambda: statuses() == ["PENDING_REDRIVE", "RUNNING"], "one child that runs and one that waits")
    assert sfn(home, "doctor").stderr == ""
    sfn(home, "stop-execution", "--execution-arn", execution)
    assert statuses() == ["ABORTED", "ABORTED"]
    assert sfn(home, "doctor").stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage, finding",
    [
        ("UPDATE event SET key = key + 5 WHERE key = 2 << 16 | 4", "replaying the history failed"),
        ("UPDATE event SET details = '{' WHERE key = 2 << 16 | 2", "replaying the history failed"),
        ("UPDATE event SET type = 'Nonsense' WHERE key = 2 << 16 | 2", "replaying the history failed"),
        (
            "UPDATE event SET type = 'WaitStateExited' WHERE key = 2 << 16 | 2",
            "replaying the history failed: AssertionError('event 2 cannot be WaitStateExited: frame 0 is",
        ),
        ("UPDATE event SET payload = CAST(x'ff' AS TEXT) WHERE key = 2 << 16 | 3", "reading it failed"),
        ("UPDATE execution SET output = CAST(x'ff' AS TEXT) WHERE id = 2", "reading it failed"),
        ("UPDATE execution SET output = '1' WHERE id = 2", "its output differs from its history"),
        (
            "UPDATE execution SET status = 'FAILED' WHERE id = 2",
            "its status is FAILED, but its history shows SUCCEEDED",
        ),
        (
            "UPDATE execution SET status = 'PENDING_REDRIVE' WHERE id = 2",
            "its status is PENDING_REDRIVE, but its",
        ),
        ("DELETE FROM event WHERE key >> 16 = 2", "its status is SUCCEEDED, but its history shows no events"),
        ("UPDATE execution SET revision = 99 WHERE id = 2", "replaying the history failed"),
    ],
)
def test_a_damaged_execution_is_one_finding(home: Path, damage: str, finding: str) -> None:
    """A damaged execution is named; those before and after it are still checked."""
    machine = create_machine(home, "A", ECHO)
    arns = [start_execution(home, machine, "--name", name) for name in "abc"]
    for arn in arns:
        ended(home, arn)
    stop_workers(home)
    connection = sqlite3.connect(home / "sfn.db")
    connection.execute(damage)
    connection.commit()
    connection.close()
    examined = sfn(home, "doctor")
    assert examined.returncode == 255
    assert examined.stdout.startswith("3 executions, ")
    (line,) = (line for line in examined.stderr.splitlines() if not line.startswith("store file: "))
    assert line.startswith(f"{arns[1]}: {finding}")


def test_damaged_pages_do_not_end_the_check(home: Path) -> None:
    """Damaged pages are findings; executions on other pages are still replayed."""
    execution = start_execution(home, create_machine(home, "A", ECHO), "--name", "first")
    ended(home, execution)
    stop_workers(home)
    copy_execution(home, execution, 2000)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    stored = (home / "sfn.db").read_bytes()
    pages = [stored[start : start + size] for start in range(0, len(stored), size)]
    of_events = [number for number, page in enumerate(pages) if b"PassStateEntered" in page]
    for number in of_events[10:100:20]:
        pages[number] = b"\xff" * size
    (home / "sfn.db").write_bytes(b"".join(pages))
    examined = sfn(home, "doctor")
    lines = examined.stderr.splitlines()
    assert examined.returncode == 255
    assert lines[0].startswith("store file: ")
    assert "Traceback" not in examined.stderr
    damaged = [line for line in lines if line.startswith("arn:")]
    assert 0 < len(damaged) < 2001
    assert examined.stdout.startswith("2001 executions, ")


ONLY_BIG = pytest.mark.skipif(not BIG, reason="SFN_BIG=1 runs it")


@pytest.mark.slow
@pytest.mark.parametrize("count", [20_000, pytest.param(175_000, marks=ONLY_BIG)])
def test_memory_is_constant(home: Path, count: int) -> None:
    """The memory of doctor does not depend on the number of executions, and stays below 150 MB."""
    execution = start_execution(home, create_machine(home, "W", WIDE))
    ended(home, execution)
    stop_workers(home)
    copy_execution(home, execution, 100)
    few = measured(home, "doctor")
    copy_execution(home, execution, count - 101)
    many = measured(home, "doctor")
    assert (few.exit_code, many.exit_code) == (0, 0)
    assert many.peak_bytes < min(few.peak_bytes + 10 * MEGABYTE, 150 * MEGABYTE)


def test_one_execution(home: Path) -> None:
    """The summary counts in the singular and in the plural."""
    assert sfn(home, "doctor").stdout == "0 executions, 0 events: no problems found\n"
    ended(home, start_execution(home, create_machine(home, "A", ECHO)))
    assert sfn(home, "doctor").stdout == "1 execution, 6 events: no problems found\n"


def test_an_endpoint_is_refused(home: Path) -> None:
    """The check reads the file of the local store."""
    done = sfn(home, "doctor", "--endpoint-url", "http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (252, "")
    assert "works only on the local store" in done.stderr
