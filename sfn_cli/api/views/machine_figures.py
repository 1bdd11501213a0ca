"""State machines with the figures of their latest executions, for the console."""

from __future__ import annotations

from datetime import datetime
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.views.machine_summaries import all_machines, machine_summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_summaries import MachineSummary

FAILURES = ("FAILED", "TIMED_OUT")


class MachineFigures(NamedTuple):
    """A state machine in a list.

    `failed_today` is how many of the executions that started today have failed or timed out. `median_ms`
    is the median duration of those of its latest executions that have ended.
    """

    summary: MachineSummary
    failed_today: int
    median_ms: int | None


class MachineList(NamedTuple):
    """A page of state machines, by name. `after` is the name of its last one, if more follow."""

    machines: Sequence[MachineFigures]
    after: str | None


def list_machine_figures(service: Service, part: str, after: str, limit: int, today: int) -> MachineList:
    """Returns up to `limit` state machines whose names contain `part`, after a name.

    `today` is when today began.
    """
    found = [
        machine
        for machine in all_machines(service)
        if machine.name > after and part.casefold() in machine.name.casefold()
    ]
    figures = []
    for machine in found[:limit]:
        summary = machine_summary(service, machine)
        ended = [run.stopped_at - run.started_at for run in summary.runs if run.stopped_at is not None]
        figures.append(
            MachineFigures(
                summary,
                service.execution_searches.count_started(machine.arn, FAILURES, today),
                median_low(ended) if ended else None,
            )
        )
    return MachineList(figures, found[limit - 1].name if len(found) > limit else None)


def beginning_of_today(now: int, zone: tzinfo | None) -> int:
    """Returns when the day of `now` began in a time zone, in milliseconds since 1970."""
    moment = datetime.fromtimestamp(now / 1000, zone)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp() * 1000)
