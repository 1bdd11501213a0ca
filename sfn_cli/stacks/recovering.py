"""Recovers deploys of killed processes when a worker or a server starts, in a thread of its own.

Only requests of CloudFormation are recovered: a tool waits for the end of its deploy. A deploy from the
terminal is completed by the next one.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.api.service import Service


def start_recovering(service: Service, report: Callable[[str], None]) -> None:
    """Starts a thread that recovers stacks, if there are any to recover."""
    if not any(operation.options.get("by_request") for operation in service.stack_operations.unfinished()):
        return
    own = service.sibling()

    def recover() -> None:
        from sfn_cli.stacks.deployment.failures.recovery import recover_stacks

        try:
            recover_stacks(own, report)
        finally:
            own.close()

    threading.Thread(target=recover, daemon=True, name="sfn-recovery").start()
