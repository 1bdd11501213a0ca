"""A worker's loop: checks the store when another process wakes it, runs rounds, and waits in between."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sfn_cli.drivers.local import launch
from sfn_cli.drivers.local.awaiting import Awaiting
from sfn_cli.drivers.local.claims import CLAIM_LIMIT, WorkerStore
from sfn_cli.drivers.local.event_sources.deliveries import EventDeliveries
from sfn_cli.drivers.local.event_sources.invocation_policy import invocation_policy
from sfn_cli.drivers.local.event_sources.polling.source_polling import SourcePolling
from sfn_cli.drivers.local.event_sources.schedules import DueSchedules
from sfn_cli.drivers.local.lambda_events import LambdaEvents
from sfn_cli.drivers.local.lifetime.keep_alive import must_stay_alive
from sfn_cli.drivers.local.offload import Offload
from sfn_cli.drivers.local.outbox_delivery import OutboxDelivery
from sfn_cli.drivers.local.scheduler import Scheduler
from sfn_cli.errors import is_store_error
from sfn_cli.functions.pool import Pool, pool_monotonic_ms
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import TaskContext
from sfn_cli.settings import VIRTUAL_CLOCK
from sfn_cli.store.sqlite.events.deliveries import SqliteDeliveries
from sfn_cli.store.sqlite.events.source_mappings import SqliteSourceMappings
from sfn_cli.store.sqlite.functions.events import SqliteFunctionEvents
from sfn_cli.store.sqlite.functions.functions import SqliteFunctions
from sfn_cli.store.sqlite.functions.settings import SqliteFunctionSettings
from sfn_cli.store.sqlite.stepfunctions.executions import SqliteExecutions
from sfn_cli.store.sqlite.stepfunctions.inbox import SqliteInbox
from sfn_cli.store.sqlite.stepfunctions.outbox import SqliteOutbox
from sfn_cli.store.sqlite.stepfunctions.tasks import SqliteTasks
from sfn_cli.store.sqlite.stepfunctions.worker_commits import SqliteWorkerCommits
from sfn_cli.store.sqlite.store import database_of
from sfn_cli.worker_slots import live_workers

if TYPE_CHECKING:
    import selectors
    from collections.abc import Callable

    from sfn_cli.api.service import Service
    from sfn_cli.drivers.local.driven_execution import DrivenExecution
    from sfn_cli.settings import Settings

T = TypeVar("T")

CHECK_SECONDS = 1.0
"""How often a worker checks the store without being woken: it finds what dead workers left."""

PAUSE_SECONDS = 0.1
"""How long the loop waits after an error of its own, which may recur immediately."""


class Loop:
    """The loop and its parts.

    `service` has the operations for tasks that call them, and the worker's own connection; `worker`
    is the worker's id.

    The caller registers with `selector` the pipe through which other processes wake the worker, and
    sets `is_woken` when one does. `is_in_place` and `renew_lease` are called at each check of the
    store.
    """

    def __init__(
        self,
        settings: Settings,
        service: Service,
        worker: int,
        selector: selectors.BaseSelector,
        clock: Callable[[], int],
        report: Callable[[str], None],
        *,
        is_in_place: Callable[[], bool],
        renew_lease: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._service = service
        self._database = database_of(service.store)
        self._worker = worker
        self._selector = selector
        self._clock = clock
        self._report = report
        self._is_in_place = is_in_place
        self._renew_lease = renew_lease
        self.must_exit = False
        self.is_woken = False
        self._reported: set[str] = set()
        self._looks_for_orphans = True
        self._claims_abandoned = True
        database = self._database
        self._pool = Pool(SqliteFunctions(database), settings, selector, clock, self._log, report=report)
        offload: Offload[DrivenExecution] = Offload(selector, Awaiting(service))
        context = TaskContext(settings, self._pool, service, clock, offload.calls, Clients(settings), {})
        self._scheduler = Scheduler(
            WorkerStore(
                SqliteWorkerCommits(database, worker),
                SqliteExecutions(database),
                SqliteTasks(database),
                SqliteInbox(database),
            ),
            context,
            offload.steps,
            report,
            on_crash=settings.on_crash,
            max_events=settings.max_events,
        )
        functions, function_settings = SqliteFunctions(database), SqliteFunctionSettings(database)
        self._lambda_events = LambdaEvents(
            SqliteFunctionEvents(database, service.runner.wake), self._pool, worker, clock, report,
            lambda ref: invocation_policy(ref, functions, function_settings, settings),
            is_virtual=settings.clock == VIRTUAL_CLOCK,
        )  # fmt: skip
        self._outbox = OutboxDelivery(SqliteOutbox(database), context, report)
        self._deliveries = EventDeliveries(SqliteDeliveries(database), context, worker, report)
        self._schedules = DueSchedules(service, report)
        self._sources = SourcePolling(
            SqliteSourceMappings(database, service.runner.wake), context, worker, report
        )

    def _log(self, group: str, stream: str, at: int, message: str) -> None:
        self._scheduler.log(group, stream, at, message)

    def run(self) -> None:
        """Runs until `must_exit`, until the store is removed, or until the idle time is over."""
        scheduler = self._scheduler
        idle_ms = int(self._settings.worker_idle_seconds * 1000)
        last_busy = last_check = pool_monotonic_ms()
        self.is_woken = self._claims_abandoned = True
        self.guard(self._outbox.check)  # before a claim, so that no status change is missed
        self._sources.resume()
        while not self.must_exit:
            now = pool_monotonic_ms()
            if now - last_check >= CHECK_SECONDS * 1000:
                last_check = now
                self.guard(self._end_orphans)
                self.guard(self._outbox.check)
                self.guard(self._deliveries.prune)
                self.guard(partial(self._service.state_machines.remove_deleted, self._clock()))
                self.is_woken = self._claims_abandoned = True
            if self.is_woken:
                self.is_woken = False
                if not self._is_in_place():
                    return
                if not self._database.is_current():
                    self._report("the store is now used by another version of sfn; exiting")
                    self.must_exit = True
                    return
                self._check_store()
            events = self.guard(scheduler.run_round)
            self.guard(self._outbox.deliver)
            self.guard(partial(self._pool.tick, pool_monotonic_ms()))
            self.guard(self._sources.tick)
            if events or scheduler.driven or self._is_busy_otherwise:
                last_busy = pool_monotonic_ms()
                self._sources.resume()
            elif pool_monotonic_ms() - last_busy >= idle_ms:
                if self.guard(self._must_stay_alive):
                    last_busy = pool_monotonic_ms()
                elif self._sources.pause():
                    return
            self._wait()

    def _must_stay_alive(self) -> bool:
        return must_stay_alive(self._service, self._worker)

    @property
    def _is_busy_otherwise(self) -> bool:
        return (
            self._lambda_events.is_unfinished
            or self._deliveries.is_unfinished
            or self._outbox.is_busy
            or self._sources.is_busy
        )

    def _check_store(self) -> None:
        """Checks the store for changes by other processes."""
        self._renew_lease()
        self.guard(self._scheduler.read_inbox)
        self.guard(self._scheduler.map_runs.check_all)
        self.guard(self._schedules.check)
        if self.guard(partial(self._deliveries.check, self._live_workers)):
            self.is_woken = True
        self.guard(partial(self._lambda_events.check, self._live_workers))
        self.guard(partial(self._sources.check, self._live_workers))
        self.guard(self._claim)

    def _claim(self) -> None:
        """Takes over new executions and, from time to time, those of dead workers.

        If there are more than one claim takes, it claims again after the next round.
        """
        if not self._scheduler.has_room:
            self.is_woken = True
        elif (
            self._claim_abandoned() if self._claims_abandoned else self._scheduler.claim_new()
        ) == CLAIM_LIMIT:
            self.is_woken = True
            self._start_another_worker()
        else:
            self._claims_abandoned = False

    def _claim_abandoned(self) -> int:
        claimed = self._scheduler.claim_abandoned(self._live_workers())
        if claimed:
            self._report(f"{claimed} executions claimed")
        return claimed

    def _live_workers(self) -> set[int]:
        return {*live_workers(self._settings).values(), self._worker}

    def _start_another_worker(self) -> None:
        """Starts another worker if a slot is free: more executions are waiting than one claim takes."""
        if len(live_workers(self._settings)) < self._settings.workers:
            launch.launch_worker(self._settings, additional=True)

    def _wait(self) -> None:
        timeout = 0.0
        if not (self._scheduler.is_busy or self.is_woken):
            # Timers are due by the wall clock, which may be set: check it often.
            limits = [CHECK_SECONDS * 1000]
            if (due_at := self._scheduler.wake_at) is not None:
                limits.append(due_at - self._clock())
            for due_at in (self._pool.wake_at, self._sources.wake_at):
                if due_at is not None:
                    limits.append(due_at - pool_monotonic_ms())
            timeout = max(0.0, min(limits) / 1000)
        for key, _ in self._selector.select(timeout):
            self.guard(key.data)

    def guard(self, step: Callable[[], T]) -> T | None:
        """Takes a step of the loop and returns its result. A bug in the step does not end the worker.

        The scheduler isolates the errors of executions; this handles all others. The same error is
        reported once. Raises StoreError.
        """
        try:
            return step()
        except Exception as error:
            if is_store_error(error):
                raise
            import traceback

            text = traceback.format_exc()
            if text not in self._reported:
                self._reported.add(text)
                self._report(f"internal error; continuing:\n{text}")
            time.sleep(PAUSE_SECONDS)
            return None

    def claim_remaining(self) -> bool:
        """Claims the executions of dead workers. Returns whether there is any work."""
        others = set(live_workers(self._settings).values()) - {self._worker}
        self._deliveries.check(lambda: others)
        self._lambda_events.check(lambda: others)
        return (
            self._scheduler.claim_abandoned(others) > 0
            or self._lambda_events.is_unfinished
            or self._deliveries.is_unfinished
        )

    def release(self) -> None:
        """Releases all executions: other workers may claim them."""
        self._scheduler.release()

    def commit(self) -> None:
        """Stores all changes that are not stored yet."""
        self._scheduler.run_round()

    def _end_orphans(self) -> None:
        """Kills, once, the remaining function processes of workers that were killed."""
        if self._looks_for_orphans:
            self._looks_for_orphans = False
            self._pool.end_orphans()

    def close(self) -> None:
        """Stops the worker's function processes."""
        self._end_orphans()
        self._pool.close()
