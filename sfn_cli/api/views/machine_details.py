"""One state machine with its latest versions, its aliases and its earlier inputs, for the console."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service

_VERSIONS = 20
_ALIASES = 100


class MachineDetails(NamedTuple):
    """A state machine. `versions` are the numbers of its latest versions, newest first."""

    name: str
    arn: str
    type: str
    status: str
    created_at: int
    versions: Sequence[str]
    aliases: Sequence[str]

    @property
    def is_active(self) -> bool:
        """Whether executions can be started."""
        return self.status == "ACTIVE"


def machine_details(service: Service, machine_arn: str) -> MachineDetails | None:
    """Returns the state machine with this ARN, or None."""
    machine = service.state_machines.find(machine_arn)
    if machine is None:
        return None
    versions = service.versions.page(machine.id, None, _VERSIONS)
    aliases = service.aliases.page(machine.id, None, "", _ALIASES)
    return MachineDetails(
        machine.name,
        machine.arn,
        machine.type,
        machine.status,
        machine.created_at,
        [str(one.key) for one in versions],
        [str(one.key) for one in aliases],
    )
