"""One start of the local AWS services, before other programs can call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.integrations.aws.emulator.snapshot import LoadedSnapshot


class EmulatorStart(NamedTuple):
    """A start of the local AWS services, for what creates the resources of stacks in them."""

    id: str
    """See `embedded_aws_start`."""
    clients: Clients
    """Clients that call it."""
    loaded: LoadedSnapshot | None
    """The snapshot whose data it has; None if it starts empty."""
    report: Callable[[str], None]
    """Writes a line to aws.log."""
