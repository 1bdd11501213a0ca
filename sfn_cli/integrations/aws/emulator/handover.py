"""Hands events of the local AWS services over to the store, in a thread with a connection of its own.

A topic or a bucket acknowledges a request only after the deliveries of its events are stored. Those of
requests that arrive at the same time are stored in one transaction.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from sfn_cli.errors import SfnError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.deliveries import NewDelivery

T = TypeVar("T")


class EventHandover:
    """The way from moto to the store. Thread-safe."""

    def __init__(self, open_service: Callable[[], Service]) -> None:
        """`open_service` returns a Service for one thread. It is called when it is first needed."""
        self._open_service = open_service
        self._thread = ThreadPoolExecutor(1, "handover")
        self._service: Service | None = None
        self._lock = threading.Lock()
        self._waiting: list[tuple[Sequence[NewDelivery], Future[None]]] = []

    def add_deliveries(self, deliveries: Sequence[NewDelivery]) -> None:
        """Returns when the deliveries are stored. Raises StoreError."""
        if not deliveries:
            return
        stored: Future[None] = Future()
        with self._lock:
            self._waiting.append((deliveries, stored))
        self._thread.submit(self._add_waiting)
        stored.result()

    def record_delivery(self, delivery: NewDelivery, status: str, result: str | None) -> None:
        """Stores, some time later, what came of a delivery within the local services."""

        def record(service: Service) -> None:
            service.deliveries.record(delivery, status, result, service.clock())

        def report(done: Future[None]) -> None:
            if (error := done.exception()) is not None:
                report_handover(f"{delivery.source}: its delivery is not recorded: {error}")

        self._submit(record).add_done_callback(report)

    def run(self, step: Callable[[Service], T]) -> T:
        """Returns the result of a step in the thread. Raises what it raises."""
        return self._submit(step).result()

    def _submit(self, step: Callable[[Service], T]) -> Future[T]:
        return self._thread.submit(lambda: self._step(step))

    def _step(self, step: Callable[[Service], T]) -> T:
        if self._service is None:
            self._service = self._open_service()
        try:
            return step(self._service)
        except StoreError:
            # The store may have been replaced: open it again for the next event.
            self._service.close()
            self._service = None
            raise

    def _add_waiting(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if not waiting:
            return  # stored together with an earlier one
        deliveries = [one for each, _ in waiting for one in each]
        try:
            self._step(lambda service: service.deliveries.add(deliveries, service.clock()))
        except Exception as error:
            for _, stored in waiting:
                stored.set_exception(error)
        else:
            for _, stored in waiting:
                stored.set_result(None)


def report_handover(line: str) -> None:
    """Writes a line to aws.log."""
    print(line, file=sys.stderr, flush=True)


def handover_text(error: Exception) -> str:
    """Returns an error as text for `sfn events tail`."""
    return str(error) if isinstance(error, SfnError) else repr(error)
