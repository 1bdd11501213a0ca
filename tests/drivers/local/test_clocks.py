"""Clocks of executions that jump, or run faster than the wall clock."""

from __future__ import annotations

from sfn_cli.drivers.local.clocks import VirtualClock
from sfn_cli.store.records.stepfunctions.worker_commits import VirtualJump


def test_the_jumps_of_a_virtual_clock() -> None:
    """A jump leads from the clock's time to the due time. It is taken once, with the events after it."""
    clock = VirtualClock(last_at=1_000, wall=1_000)
    clock.jump(5_000, wall=1_200)
    assert clock.now(1_300) == 5_100
    assert clock.take_jumps(until=1_200) == []
    clock.jump(5_050, wall=1_300)  # the clock is already later
    clock.jump(9_000, wall=1_300)
    assert clock.now(1_300) == 9_000
    assert clock.take_jumps(until=5_100) == [VirtualJump(1_200, 5_000)]
    assert clock.take_jumps(until=9_000) == [VirtualJump(5_100, 9_000)]
    assert clock.take_jumps(until=9_000) == []


def test_a_worker_that_takes_over() -> None:
    """Its clock continues from the last event: a jump without an event after it is lost."""
    clock = VirtualClock(last_at=9_000, wall=2_000)
    assert clock.now(2_100) == 9_100
    assert clock.take_jumps(until=9_100) == []
