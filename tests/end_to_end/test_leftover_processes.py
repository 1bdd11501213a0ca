"""On Linux, processes that handlers leave behind end with their worker; sfn's own processes continue."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions import strays
from sfn_cli.integrations.aws import embedded_aws
from tests.processes import (
    SFN,
    await_end,
    create_function,
    create_machine,
    ended,
    sfn,
    start_execution,
    stop_workers,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(not strays.ARE_FOUND, reason="elsewhere than on Linux they are not found"),
    pytest.mark.slow,  # workers are awaited that leave by themselves
]

DAEMON = """
import os, subprocess
def handler(event, context):
    if event.get("arn"):
        environment = {**os.environ, "SFN_HOME": event["home"]}
        command = [event["sfn"], "start-execution", "--state-machine-arn", event["arn"]]
        subprocess.run(command, env=environment, check=True)
    shell = "setsid sleep 600 >/dev/null 2>&1 & echo $!"
    return int(subprocess.run(["sh", "-c", shell], capture_output=True, check=True).stdout)
"""


def task(resource: str, **fields: object) -> dict[str, object]:
    return {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": resource, "End": True, **fields}}}


CALL = task("arn:aws:lambda:us-east-1:123456789012:function:f")


def start_daemon(home: Path, tmp_path: Path, given: dict[str, str]) -> int:
    """The process id of a daemon that a handler has left behind, which has answered."""
    (tmp_path / "app.py").write_text(DAEMON)
    create_function(home, "f", tmp_path, "--timeout", "30")
    found = ended(home, start_execution(home, create_machine(home, "F", CALL), "--input", json.dumps(given)))
    assert found["status"] == "SUCCEEDED", found
    return int(found["output"])


def test_a_worker_that_exits(home: Path, tmp_path: Path) -> None:
    """A daemon ends with its worker; the services, and a worker started by a handler, do not."""
    other = tmp_path / "other"
    wait = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
    given = {"arn": create_machine(other, "W", wait), "home": str(other), "sfn": SFN}
    try:
        daemon = start_daemon(home, tmp_path, given)
        queue = task("arn:aws:states:::aws-sdk:sqs:createQueue", Parameters={"QueueName": "q"})
        assert ended(home, start_execution(home, create_machine(home, "Q", queue)))["status"] == "SUCCEEDED"
        url = embedded_aws.running_embedded_aws(str(home))
        (worker,), (others_worker,) = (
            worker_pids(home),
            until(lambda: worker_pids(other), "the other store's worker"),
        )
        os.kill(daemon, 0)
        assert sfn(home, "worker", "stop").returncode == 0
        await_end(worker)
        await_end(daemon)
        assert embedded_aws.running_embedded_aws(str(home)) == url is not None
        assert worker_pids(other) == [others_worker]
    finally:
        stop_workers(other)


def test_a_worker_that_is_killed(home: Path, tmp_path: Path) -> None:
    """After kill -9, the next worker kills the daemon, and says so in its log."""
    daemon = start_daemon(home, tmp_path, {})
    (worker,) = worker_pids(home)
    os.kill(worker, signal.SIGKILL)
    await_end(worker)
    os.kill(daemon, 0)
    start_execution(home, create_machine(home, "F", CALL), "--input", "{}")
    await_end(daemon)
    until(
        lambda: (
            f"function f left a process behind; killed: {daemon} (sleep)" in sfn(home, "worker", "log").stdout
        ),
        "the report",
    )
    (worker,) = worker_pids(home)
    sfn(home, "worker", "stop")  # its own daemon would outlive a kill
    await_end(worker)
