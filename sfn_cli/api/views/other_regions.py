"""State machines of other regions, for people who find none in theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def other_regions_note(service: Service) -> str | None:
    """Returns where the store has state machines, if it has none in the region of the settings."""
    own, regions = service.settings.region, service.state_machines.regions()
    if not regions or own in regions:
        return None
    *others, last = regions
    where = f"{', '.join(others)} and {last}" if others else last
    return (
        f"The store has no state machines in {own}. It has some in {where}: "
        f"add --region {regions[0]}, or set AWS_REGION."
    )
