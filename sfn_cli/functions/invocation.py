"""One requested invocation: its input and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.store.records.functions import LATEST
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.functions.outcome import Outcome


class Invocation:
    """An invocation: waiting, running in a child, or settled. `payload` is the event, JSON text."""

    __slots__ = (
        "_cancel", "arn", "client_context", "done", "payload", "request_id", "settled",
        "timeout_at", "version",
    )  # fmt: skip

    def __init__(
        self,
        payload: str,
        done: Callable[[Outcome], None],
        cancel: Callable[[Invocation], None],
        *,
        timeout_at: int | None = None,
        request_id: str | None = None,
        client_context: str | None = None,
    ) -> None:
        """`client_context` is JSON text for the handler's context, as the client sent it."""
        self.request_id = request_id or random_uuid()
        self.client_context = client_context
        self.arn = ""
        self.version = LATEST
        self.payload = payload
        self.done = done
        self.timeout_at = timeout_at
        self.settled = False
        self._cancel = cancel

    def cancel(self) -> None:
        """Cancels the invocation and kills its child, if it has one; `done` is not called."""
        if not self.settled:
            self.settled = True
            self._cancel(self)

    def settle(self, ended: Outcome) -> None:
        """Reports the outcome, unless the invocation was cancelled."""
        if not self.settled:
            self.settled = True
            self.payload = ""  # this object may stay referenced for a long time
            self.done(ended if self.version == LATEST else ended._replace(version=self.version))
