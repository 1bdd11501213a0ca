"""What keeps a worker running although nothing is running: enabled schedules and event sources.

Those of stopped stacks do not count. The worker in the lowest slot stays; others exit when they are idle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.worker_slots import live_workers

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def has_event_sources(service: Service) -> bool:
    """Whether there are schedules or event source mappings that need a running worker."""
    return (
        service.event_rules.any_enabled()
        or service.schedules.any_enabled()
        or service.source_mappings.any_enabled()
    )


def must_stay_alive(service: Service, worker: int) -> bool:
    """Whether this idle worker must not exit."""
    live = live_workers(service.settings)
    others = {number for number, id in live.items() if id != worker}
    own = {number for number, id in live.items() if id == worker}
    return has_event_sources(service) and not (others and own and min(others) < min(own))
