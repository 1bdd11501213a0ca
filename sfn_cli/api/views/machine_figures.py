"""State machines with the figures of their latest executions, for the console."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.api.protocol.paging import page
from sfn_cli.api.views.machine_summaries import all_machines, machine_summary
from sfn_cli.views.statuses import FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from sfn_cli.api.service import Service
    from sfn_cli.api.views.machine_summaries import MachineSummary
    from sfn_cli.store.records.state_machines import StateMachine


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
    wanted = part.casefold()

    def read(name: str, most: int) -> list[StateMachine]:
        named = (machine for machine in all_machines(service, name) if wanted in machine.name.casefold())
        return list(islice(named, most))

    machines, last = page(read, after, limit)
    figures = []
    for machine in machines:
        summary = machine_summary(service, machine)
        ended = [run.stopped_at - run.started_at for run in summary.runs if run.stopped_at is not None]
        figures.append(
            MachineFigures(
                summary,
                service.execution_searches.count_started(machine.arn, FAILURES, today),
                median_low(ended) if ended else None,
            )
        )
    return MachineList(figures, None if last is None else last.name)


def beginning_of_today(now: int, zone: tzinfo | None) -> int:
    """Returns when the day of `now` began in a time zone, in milliseconds since 1970."""
    moment = datetime.fromtimestamp(now / 1000, zone)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp() * 1000)
