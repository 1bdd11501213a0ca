"""Workers that keep running for schedules and event sources, and the end of those that were killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.drivers.local import launch
from sfn_cli.settings import Settings
from tests.processes import (
    await_end,
    environment_of,
    kill_workers,
    local_client,
    sfn,
    sfn_json,
    until,
    worker_pids,
)

if TYPE_CHECKING:
    from pathlib import Path

SHORT = {"SFN_WORKER_IDLE_SECONDS": "0.2"}
SCHEDULE = (
    *("scheduler", "create-schedule", "--name", "daily", "--schedule-expression", "at(2090-01-01T00:00:00)"),
    *("--flexible-time-window", "Mode=OFF", "--target"),
    "Arn=arn:aws:sqs:us-east-1:123456789012:orders,RoleArn=arn:aws:iam::123456789012:role/any",
)


def call(home: Path, *command: str) -> None:
    done = sfn(home, *command, environment=SHORT)
    assert done.returncode == 0, done.stderr


def log(home: Path) -> str:
    return (home / "worker.log").read_text()


def test_a_schedule_keeps_one_worker(home: Path) -> None:
    """A worker outlives its idle time while there is a schedule, and exits when it is deleted."""
    call(home, *SCHEDULE)
    (pid,) = until(lambda: worker_pids(home), "a worker")
    # A second worker, which is not needed, shows when the idle time has passed.
    settings = Settings.from_environment({"SFN_HOME": str(home), "SFN_WORKERS": "2"})
    environment = environment_of(home, {**SHORT, "SFN_WORKERS": "2"})

    def has_another_exited() -> bool:
        if "(slot 1)" not in log(home):  # nothing is launched while the first worker is starting
            launch.launch_worker(settings, additional=True, environment=environment)
        return log(home).count("exited") > 0

    until(has_another_exited, "the exit of the second worker")
    assert worker_pids(home) == [pid]
    call(home, "scheduler", "delete-schedule", "--name", "daily")
    await_end(pid)


def test_a_killed_worker_is_replaced(home: Path) -> None:
    """While the local services run, a worker that a schedule needs is started again after a kill.

    One that was stopped is not.
    """
    call(home, *SCHEDULE)
    local_client(home, "sqs").list_queues()
    (pid,) = until(lambda: worker_pids(home), "a worker")
    kill_workers(home)
    (revived,) = until(lambda: set(worker_pids(home)) - {pid}, "another worker")
    call(home, "worker", "stop")
    await_end(revived)
    local_client(home, "sqs").list_queues()
    assert worker_pids(home) == []


def test_a_stopped_stack_keeps_no_worker(home: Path, tmp_path: Path) -> None:
    """`sfn stack stop` lets the worker exit, and `sfn stack start` starts one."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    call(home, "deploy", str(folder), "--stack", "shop")
    (pid,) = until(lambda: worker_pids(home), "a worker")
    call(home, "stack", "stop", "shop")
    await_end(pid)
    assert sfn_json(home, "stack", "show", "shop")["IsStopped"] is True
    call(home, "stack", "start", "shop")
    until(lambda: worker_pids(home), "a worker")


TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Daily:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: cron(0 0 1 1 ? 2090)
      Targets: [{Id: orders, Arn: "arn:aws:sqs:us-east-1:123456789012:orders"}]
"""
