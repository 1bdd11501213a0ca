"""Event source mappings and pipes: a worker polls their sources, and passes batches to their targets.

The sources are those of the local AWS services while they run, or of the emulator that an
AWS_ENDPOINT_URL variable names. Polling does not start the local services: while they are stopped, they
have no messages. Sources in AWS are left to Lambda.

The local services announce what arrives (integrations/aws/arrivals.py), so that idle pollers make no
requests. Every CALM_SECONDS, each source is polled all the same.

Rule 1: An error of a source or a target affects no execution and no other source, and does not end the
worker. It is reported in the worker's log, once.
Rule 2: A worker that is about to exit waits for its requests to queues first: a server continues the
request of a client that has disconnected, and would hide the message that it receives from everyone else.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli.drivers.local.event_sources.polling.polling_context import (
    CLIENTS,
    PollingContext,
    named_source_endpoint,
    polling_monotonic_ms,
)
from sfn_cli.errors import is_store_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.drivers.local.event_sources.polling.polled_mapping import PolledMapping
    from sfn_cli.drivers.local.event_sources.polling.queue_poller import QueuePoller
    from sfn_cli.drivers.local.event_sources.polling.source_records import SourceSink
    from sfn_cli.drivers.local.event_sources.polling.stream_poller import StreamPoller
    from sfn_cli.integrations.aws.arrivals import ArrivalPosition, Arrivals
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.store.protocols.source_mappings import MappingQueue
    from sfn_cli.store.records.events.source_mappings import SourceMapping

    Poller = QueuePoller | StreamPoller

CALM_MS = 20_000
"""How often each source is polled if nothing arrives."""

GATHER_MS = 10
"""How long to wait after an arrival before asking for the next ones: a burst is one answer."""

CONFIGURE_MS = 1_000
"""How often the reserved concurrency of functions is read."""

PAUSE_MS = 1_000
"""How long to wait after arrivals could not be awaited."""


class SourcePolling:
    """The sources that one worker polls. `report` writes a line to the worker's log."""

    def __init__(
        self, mappings: MappingQueue, context: TaskContext, worker: int, report: Callable[[str], None]
    ) -> None:
        self._mappings = mappings
        self._context = context
        self._polling = PollingContext(mappings, context, worker, report)
        self._pollers: dict[int, Poller] = {}
        self._stored: list[SourceMapping] = []
        self._leaving: list[Poller] = []
        """Pollers of mappings that are gone, while batches are in progress."""
        self._position: ArrivalPosition | None = None
        self._is_watching = False
        self._watch_at = 0
        self._calm_at = 0
        self._configure_at = 0

    @property
    def is_busy(self) -> bool:
        """Whether records are being handled: the worker must not exit then."""
        return any(poller.is_busy for poller in self._all_pollers())

    @property
    def wake_at(self) -> int | None:
        """When (monotonic ms) `tick` is due."""
        times = [at for poller in self._all_pollers() if (at := poller.wake_at) is not None]
        if self._watches and not self._is_watching:
            times.append(self._watch_at)
        return min(times, default=None)

    def pause(self) -> bool:
        """Starts no further polls until `resume`. Returns whether no request to a queue is in progress."""
        self._polling.is_exiting = True
        return not any(poller.is_polling for poller in self._all_pollers())

    def resume(self) -> None:
        """Allows polls again."""
        self._polling.is_exiting = False

    def check(self, live_workers: Callable[[], set[int]]) -> None:
        """Reads the mappings, and polls the sources of new ones."""
        stored = self._mappings.active()
        if not stored and not self._pollers and not self._leaving:
            return
        if stored:
            from sfn_cli.integrations.aws import embedded_aws

            self._polling.live = live_workers
            home = self._context.settings.home
            running = embedded_aws.running_embedded_aws(home)
            if running != self._polling.embedded:
                self._polling.embedded, self._position, self._watch_at = running, None, 0
        now = polling_monotonic_ms()
        if stored != self._stored or now >= self._configure_at:
            self._configure_at = now + CONFIGURE_MS
            self._configure(stored)
        if now >= self._calm_at:
            self._wake_all()
        self.tick()

    def tick(self) -> None:
        """Does what is due: batching windows, retries, requests for arrivals."""
        self._watch()
        for poller in self._all_pollers():
            self._isolated(poller, poller.tick)
        self._leaving = [poller for poller in self._leaving if poller.is_busy]
        self._polling.store_results()

    def _all_pollers(self) -> list[Poller]:
        return [*self._pollers.values(), *self._leaving]

    def _configure(self, stored: list[SourceMapping]) -> None:
        from sfn_cli.drivers.local.event_sources.polling.polled_mapping import polled_mapping
        from sfn_cli.drivers.local.event_sources.polling.queue_poller import QueuePoller
        from sfn_cli.drivers.local.event_sources.polling.stream_poller import StreamPoller

        pollers, self._pollers, self._stored = self._pollers, {}, stored
        for one in stored:
            mapping = polled_mapping(one)
            poller = pollers.pop(one.id, None)
            if poller is None:
                kind = QueuePoller if mapping.service == "sqs" else StreamPoller
                poller = kind(mapping, self._sink(mapping), self._polling)
            else:
                poller.configure(mapping, self._sink(mapping))
            self._pollers[one.id] = poller
        self._leaving += pollers.values()

    def _sink(self, mapping: PolledMapping) -> SourceSink:
        if mapping.pipe is not None:
            from sfn_cli.drivers.local.event_sources.polling.pipe_sink import PipeSink

            return PipeSink(mapping, mapping.pipe, self._context)
        from sfn_cli.drivers.local.event_sources.polling.function_sink import FunctionSink

        return FunctionSink(
            mapping.target,
            self._context.pool,
            self._context.service.functions,
            reports_items=mapping.reports_items,
        )

    def _isolated(self, poller: Poller, step: Callable[[], None]) -> None:
        """Rule 1."""
        try:
            step()
        except Exception as error:
            if is_store_error(error):
                raise
            self._polling.report_once(f"{poller.mapping.label} cannot be polled: {error!r}")

    # Arrivals

    @property
    def _watches(self) -> bool:
        """Whether any source is in the local AWS services, which announce arrivals."""
        settings = self._context.settings
        return (
            self._polling.embedded is not None
            and not self._polling.is_exiting
            and any(
                named_source_endpoint(settings, CLIENTS[poller.mapping.service]) is None
                for poller in self._pollers.values()
            )
        )

    def _watch(self) -> None:
        endpoint = self._polling.embedded
        if self._is_watching or endpoint is None or not self._watches:
            return
        if polling_monotonic_ms() < self._watch_at:
            return
        from sfn_cli.integrations.aws.arrivals import await_arrivals

        self._is_watching = True
        self._context.background(
            partial(await_arrivals, self._context.settings, endpoint, self._position),
            self._on_arrivals,
            may_wait=True,
        )

    def _on_arrivals(self, outcome: Arrivals | Exception) -> None:
        self._is_watching = False
        now = polling_monotonic_ms()
        if isinstance(outcome, Exception):
            self._watch_at = now + PAUSE_MS
            self._position = None
            return
        self._watch_at = now + GATHER_MS
        self._position = outcome.position
        if outcome.sources is None:
            self._wake_all()
        elif outcome.sources:
            arrived = {_source_key(source) for source in outcome.sources}
            for poller in self._all_pollers():
                if _source_key(poller.mapping.source_arn) in arrived:
                    self._isolated(poller, poller.wake)
        self._watch()

    def _wake_all(self) -> None:
        self._calm_at = polling_monotonic_ms() + CALM_MS
        for poller in self._all_pollers():
            self._isolated(poller, poller.wake)


def _source_key(source_arn: str) -> tuple[str, str]:
    """Returns (service, name): a template may name another account or an earlier stream of a table."""
    parts = source_arn.split(":", 5)
    service, resource = parts[2], parts[5]
    return service, resource if service == "sqs" else resource.split("/")[1]
