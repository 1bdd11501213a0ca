"""Stores that were written by earlier versions: they open, and their executions continue.

`stores/schema_16.sql` is the dump of a store that sfn 0.2.0 wrote: executions that ended well and
badly, a Map Run with its children, and an execution that waits for its child, which waits for an
activity's worker. `schema_18.sql` has in addition one on virtual time, which waits for such a
worker after three days.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import ended, sfn, sfn_json, stop_workers
from tests.stored_views import stored_view, wall_ms

STORES = sorted((Path(__file__).parent / "stores").glob("*.sql"))
ARN = "arn:aws:states:us-east-1:123456789012:"
TIMES = {
    "execution": ("started_at", "stopped_at"), "event": ("at",), "map_run": ("started_at", "stopped_at"),
}  # fmt: skip


def restore(dump: Path, home: Path) -> None:
    """Restores a store as if it had just been written: an execution may run for a year at most."""
    home.mkdir(mode=0o700, exist_ok=True)
    with closing(sqlite3.connect(home / "sfn.db")) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
        (newest,) = connection.execute("SELECT max(at) FROM event").fetchone()
        late = time.time_ns() // 1_000_000 - newest
        for table, columns in TIMES.items():
            for column in columns:
                connection.execute(f"UPDATE {table} SET {column} = {column} + ?", (late,))
        connection.commit()


@pytest.mark.parametrize("dump", STORES, ids=lambda dump: dump.stem)
def test_an_older_store_is_upgraded(home: Path, dump: Path) -> None:
    """Ended executions are unchanged, running ones end, and `doctor` has no findings."""
    restore(dump, home)
    assert sfn(home, "doctor").returncode == 0
    described = sfn_json(home, "describe-execution", "--execution-arn", f"{ARN}execution:Fail:failed")
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "E", "c")
    (run,) = sfn_json(home, "list-map-runs", "--execution-arn", f"{ARN}execution:Maps:mapped")["mapRuns"]
    of_run = ("--map-run-arn", run["mapRunArn"], "--status-filter", "SUCCEEDED")
    assert len(sfn_json(home, "list-executions", *of_run)["executions"]) == 3
    task = sfn_json(home, "get-activity-task", "--activity-arn", f"{ARN}activity:work")
    sfn_json(home, "send-task-success", "--task-token", task["taskToken"], "--task-output", task["input"])
    parent = ended(home, f"{ARN}execution:Starts:parent")
    assert (parent["status"], json.loads(parent["output"])["Output"]["n"]) == ("SUCCEEDED", 1)
    redrive = sfn(home, "redrive-execution", "--execution-arn", f"{ARN}execution:Fail:failed")
    assert redrive.returncode == 0
    assert ended(home, f"{ARN}execution:Fail:failed")["status"] == "FAILED"
    assert sfn(home, "doctor").returncode == 0
    stop_workers(home)


def test_a_virtual_execution_of_an_older_store(home: Path) -> None:
    """Jumps of the clock are known from the version on that records them."""
    restore(next(dump for dump in STORES if dump.stem == "schema_18"), home)
    run = f"{ARN}execution:Days:virtual"
    for _ in range(2):  # the other task belongs to the execution of the older schema
        task = sfn_json(home, "get-activity-task", "--activity-arn", f"{ARN}activity:work")
        sfn_json(home, "send-task-success", "--task-token", task["taskToken"], "--task-output", "1")
    assert ended(home, run)["status"] == "SUCCEEDED"
    view = stored_view(home, run)
    hours = [(jump.end - jump.start) / 3_600_000 for jump in view.source.jumps]
    assert [round(jumped) for jumped in hours] == [48]
    assert wall_ms(view) >= 3 * 24 * 3_600_000
    assert sfn(home, "doctor").returncode == 0


def test_a_machine_without_a_folder_is_adopted(home: Path, tmp_path: Path) -> None:
    """The first folder that runs a machine of that name adopts it; another folder is refused."""
    restore(next(dump for dump in STORES if dump.stem == "schema_16"), home)
    folders = [tmp_path / place / "Fail" for place in ("first", "second")]
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "fail.asl.json").write_text(json.dumps(definition))
    before = sfn_json(home, "describe-state-machine", "--state-machine-arn", f"{ARN}stateMachine:Fail")
    for _ in range(2):
        done = sfn(home, "run", str(folders[0]), "--input", "{}")
        assert (done.returncode, done.stdout) == (0, "{}\n"), done.stderr
    after = sfn_json(home, "describe-state-machine", "--state-machine-arn", f"{ARN}stateMachine:Fail")
    assert (after["creationDate"], json.loads(after["definition"])) == (before["creationDate"], definition)
    refused = sfn(home, "run", str(folders[1]))
    assert (refused.returncode, refused.stdout) == (252, "")
    assert str(folders[0]) in refused.stderr
    assert sfn(home, "stack", "delete", "Fail").returncode == 0
    assert sfn(home, "run", str(folders[1])).returncode == 0
    assert sfn(home, "doctor").returncode == 0
