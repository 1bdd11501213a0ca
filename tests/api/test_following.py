"""Waiting for the store: what a check sees, when a worker is woken, and how a wait ends."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from sfn_cli.api import following
from sfn_cli.errors import StoreError
from tests.api.fakes import Caller, make_service

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.api.service import Service


@pytest.fixture
def _wakes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a worker due to be woken at every check."""
    monkeypatch.setattr(following, "WAKE_SECONDS", 0.0)


def start(call: Caller, count: int) -> list[str]:
    """Starts executions and returns their ARNs."""
    machine = call.create()
    return [call("StartExecution", stateMachineArn=machine)["executionArn"] for _ in range(count)]


def test_a_commit_between_two_checks_is_seen(call: Caller, tmp_path: Path) -> None:
    """The first check comes immediately; later ones follow only commits of other connections."""
    other = make_service(tmp_path)
    _ = other.store
    follower = following.Follower(call.service)
    assert [follower.wait(), follower.wait()] == [True, False]
    other.function_events.add("id", "f", "{}", None, 0)
    assert [follower.wait(), follower.wait()] == [True, False]
    follower.recheck()
    assert [follower.wait(), follower.wait()] == [True, False]
    looks = following.follow_changes(call.service)
    next(looks)
    other.function_events.add("id", "f", "{}", None, 0)  # while the caller looks
    next(looks)
    other.close()


def test_checks_end_in_time(call: Caller) -> None:
    """A wait with a time limit ends when nothing changes.

    With a limit of 0 there is still one check.
    """
    assert len(list(following.follow_changes(call.service, 0.0))) == 1
    assert len(list(following.follow_changes(call.service, 0.05))) == 1


@pytest.mark.usefixtures("_wakes_at_once")
def test_a_worker_is_woken_for_unfinished_work_only(call: Caller) -> None:
    """A running execution or a function event wakes a worker at each due check.

    An idle store never does.
    """
    service = call.service
    follower, runner = following.Follower(service), service.runner

    def wakes(looks: int) -> int:
        before = runner.wakes  # type: ignore[attr-defined]
        for _ in range(looks):
            follower.wait()
        return int(runner.wakes - before)  # type: ignore[attr-defined]

    assert wakes(3) == 0
    (arn,) = start(call, 1)
    assert wakes(3) == 3
    call.end(arn)
    assert wakes(3) == 0
    service.function_events.add("id", "f", "{}", None, 0)
    assert wakes(3) == 3


@pytest.mark.usefixtures("_wakes_at_once")
@pytest.mark.parametrize("replaced", [False, True])
def test_a_missing_store_ends_the_wait(call: Caller, tmp_path: Path, replaced: bool) -> None:
    """A deleted file never changes: the command reports it instead of waiting indefinitely."""
    (arn,) = start(call, 1)
    database = call.service.store.database
    shutil.move(database.path, tmp_path / "moved.db")
    if replaced:
        (tmp_path / "sfn.db").touch()
    with pytest.raises(StoreError, match="was moved or deleted while this command was waiting"):
        list(following.follow_ends(call.service, [arn]))


@pytest.mark.parametrize("window", [1, 2, 100])
def test_ends(call: Caller, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """Each execution is reported once, with its status; the wait ends with the last one."""
    monkeypatch.setattr(following, "WINDOW", window)
    arns = start(call, 5)
    call.end(arns[3], "FAILED")

    def end_the_others(home: str) -> None:
        from sfn_cli.store.sqlite.database import Database

        database = Database(home)
        for arn in (arns[4], arns[0], arns[2], arns[1]):
            with database.transaction() as connection:
                connection.execute("UPDATE execution SET status = 'SUCCEEDED' WHERE arn = ?", (arn,))
        database.close()

    waits = following.follow_ends(call.service, arns)
    first = next(waits)
    assert first == ({arns[3]: "FAILED"} if window > 3 else {})
    other = threading.Thread(target=end_the_others, args=(call.service.settings.home,))
    other.start()
    reported = [item for ended in (first, *waits) for item in ended.items()]
    other.join()
    statuses = dict.fromkeys(arns, "SUCCEEDED") | {arns[3]: "FAILED"}
    assert sorted(reported) == sorted(statuses.items())
    assert list(following.follow_ends(call.service, [])) == []


def test_events_end_with_the_execution(call: Caller, tmp_path: Path) -> None:
    """New events are those after a known one; the last ones are marked as the last."""
    (arn,) = start(call, 1)
    started, is_over = following.new_events(call.service, arn, 0)
    assert ([event.type for event in started], is_over) == (["ExecutionStarted"], False)
    assert following.new_events(call.service, arn, 1) == ([], False)
    other = Caller(make_service(tmp_path))
    other("StopExecution", executionArn=arn)
    other.service.close()
    ended, is_over = following.new_events(call.service, arn, 1)
    assert ([event.type for event in ended], is_over) == (["ExecutionAborted"], True)


def test_settled(service: Service) -> None:
    """A running execution has not settled; one whose row is deleted counts as suspended."""
    running, gone = start(Caller(service), 1)[0], "arn:aws:states:us-east-1:123456789012:execution:m:gone"
    assert following.followed_statuses(service, [running]) == {}
    assert following.followed_statuses(service, [running, gone]) == {gone: following.SUSPENDED}
