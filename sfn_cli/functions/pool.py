"""The warm children of one process: invokes, queues and ends them.

The pool has no thread and never blocks. The selector's owner calls the ready callbacks, and `tick`
at `wake_at`:

    for key, _ in selector.select(timeout):
        key.data()
    pool.tick(monotonic())

Rule 1: An invocation is passed to an idle child of its function; otherwise it waits, first come, first
served, for a child to become idle or ready.
Rule 2: A child is started for each waiting invocation, but no more at a time than there are cores:
while they start, ready children may do the work. For a handler that answers immediately, a few
children are enough, because this process cannot keep more of them busy.
Rule 3: When all places are taken, the child that has been idle longest ends.
Rule 4: A child runs its function's current deployment: a child with an older revision or older code
ends after its answer.
Rule 5: An invocation is done exactly once, and never from within `invoke`.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.functions import outcome
from sfn_cli.functions.child import Child
from sfn_cli.functions.environment.endpoint import Endpoint
from sfn_cli.functions.fleets import STUCK_MILLISECONDS, Fleet, Fleets
from sfn_cli.functions.invocation import Invocation
from sfn_cli.functions.outcome import Outcome, UnusableError
from sfn_cli.functions.reaper import Reaper
from sfn_cli.functions.routing import routed_version
from sfn_cli.functions.waiting_list import WaitingList
from sfn_cli.store.records.functions import function_reference

if TYPE_CHECKING:
    import selectors

    from sfn_cli.functions.deployment import Deployment
    from sfn_cli.functions.output import Log
    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.functions import Functions

Done = Callable[[Outcome], None]


def pool_monotonic_ms() -> int:
    """Milliseconds of a monotonic clock, for all of a pool's timeouts."""
    return time.monotonic_ns() // 1_000_000


class Pool:
    """The warm children of one process; see the module's docstring."""

    def __init__(
        self,
        functions: Functions,
        settings: Settings,
        selector: selectors.BaseSelector,
        clock: Callable[[], int],
        log: Log,
        *,
        monotonic: Callable[[], int] = pool_monotonic_ms,
        cores: int | None = None,
        max_children: int | None = None,
        report: Callable[[str], None] | None = None,
        endpoint: EndpointAddress | None = None,
    ) -> None:
        """`clock` returns ms since 1970. `log(group, stream, at, message)` stores one event.

        `report` writes a line to the log of this process. `endpoint` is the endpoint for the functions'
        AWS clients; without it, the pool creates its own.
        """
        self._functions = functions
        self._settings = settings
        self._selector = selector
        self._clock = clock
        self._monotonic = monotonic
        self._log = log
        self._cores = cores or os.cpu_count() or 1
        self._max_children = max_children or settings.max_children
        self._fleets = Fleets(functions, settings, self._retire_older)
        self._children: dict[Child, Fleet] = {}
        self._starting = 0
        self._waiting = WaitingList()
        self._due: deque[tuple[Invocation, Outcome]] = deque()
        report = report or (lambda _: None)
        self._reaper = Reaper(settings.home, report)
        self._endpoint = Endpoint(settings, selector, report, endpoint)

    def invoke(
        self,
        function_ref: str,
        payload: str,
        done: Done,
        *,
        timeout_at: int | None = None,
        request_id: str | None = None,
        client_context: str | None = None,
    ) -> Invocation:
        """Starts an invocation of a function (its name or ARN) with an event (JSON text).

        The selector's or `tick`'s call runs `done` with the outcome. At `timeout_at` (monotonic), the
        invocation times out as at the function's own timeout.
        """
        invocation = Invocation(
            payload,
            done,
            self._cancel,
            timeout_at=timeout_at,
            request_id=request_id,
            client_context=client_context,
        )
        name, qualifier = function_reference(function_ref)
        number = routed_version(self._functions, name, qualifier)
        try:
            fleet = self._fleets.find(name, number) if number is not None else None
        except UnusableError as error:
            return self._refuse(
                invocation,
                outcome.outcome_without_run("unusable", error.error, error.message, invocation.request_id),
            )
        if fleet is None:
            self._start_children()  # earlier invocations still run
            own_arn = self._arn(function_ref, name, qualifier)
            return self._refuse(invocation, outcome.not_found_outcome(own_arn, invocation.request_id))
        invocation.arn = fleet.deployment.function.arn + (f":{qualifier}" if qualifier else "")
        invocation.version = fleet.deployment.function.version
        if self._fleets.is_throttled(name):
            return self._refuse(invocation, outcome.throttled_outcome(invocation.request_id))
        if fleet.idle:
            fleet.idle.pop().run(invocation)
        else:
            self._waiting.add(fleet, invocation)
            self._start_children()
        return invocation

    def _refuse(self, invocation: Invocation, answer: Outcome) -> Invocation:
        self._due.append((invocation, answer))
        return invocation

    @property
    def wake_at(self) -> int | None:
        """When (monotonic) `tick` is due next, if nothing is ready before; 0 means now."""
        if self._due:
            return 0
        times = [child.due_at for child in self._children]
        if self._waiting.timeout_at is not None:
            times.append(self._waiting.timeout_at)
        if self._waiting:
            now = self._monotonic()
            stuck = [fleet.answered_at + STUCK_MILLISECONDS for fleet in self._fleets if fleet.waiting]
            times.extend(at for at in stuck if at > now)
        reaper_at = self._reaper.wake_at(self._monotonic())
        if reaper_at is not None:
            times.append(reaper_at)
        return min(times, default=None)

    def tick(self, now: int) -> None:
        """Handles due events: outcomes of calls that could not run, timeouts, idle children."""
        while self._due:
            invocation, ended = self._due.popleft()
            invocation.settle(ended)
        for child in [child for child in self._children if child.due_at <= now]:
            if child in self._children and not child.allow_for_starts(self._endpoint.starting_milliseconds):
                self._drop_child(child, child.time_out)
        for invocation in self._waiting.pop_timed_out(now):
            invocation.settle(outcome.timeout_outcome(0, invocation.request_id, ""))
        if self._endpoint.check(now):
            for child in [child for child in self._children if child.invocation is None]:
                self._end(child)
        if self._waiting:
            self._start_children()
        self._reaper.tick(now, has_children=bool(self._children))

    def end_orphans(self) -> None:
        """Kills processes that functions of killed workers left behind."""
        self._reaper.end_orphans()

    def close(self) -> None:
        """Kills all children, and waits until they end. Pending invocations are dropped."""
        for child in list(self._children):
            self._end(child)
        self._reaper.close()
        self._endpoint.close()
        self._fleets.close()
        self._due.clear()
        self._waiting.clear()

    # Events of children

    def child_ready(self, child: Child) -> None:
        self._children[child].starting -= 1
        self._starting -= 1
        self._next(child)

    def child_answered(self, child: Child, invocation: Invocation, answer: Outcome, duration: float) -> None:
        fleet = self._children[child]
        fleet.pace = duration if fleet.pace is None else fleet.pace + (duration - fleet.pace) / 8
        fleet.answered_at = self._monotonic()
        self._next(child)
        invocation.settle(answer)

    def child_ended(self, child: Child, status: int | None) -> None:
        self._drop_child(child, lambda invocation: child.outcome_of_end(invocation, status))

    # Functions

    def _retire_older(self, fleet: Fleet | None, deployment: Deployment | None) -> None:
        """Ends idle and starting children of other deployments."""
        for child in list(fleet.children if fleet is not None else ()):
            if child.invocation is None and child.deployment is not deployment:
                self._end(child)
        self._fleets.sweep(self._children)

    # Children

    def _start_children(self) -> None:
        """Starts children by rules 2 and 3, for each fleet in turn, smallest first."""
        progress, now = True, self._monotonic()
        while progress and self._waiting and self._starting < self._cores:
            progress = False
            for fleet in sorted(self._fleets, key=lambda fleet: len(fleet.children)):
                if (
                    self._starting < self._cores
                    and fleet.wants_another(self._cores, now)
                    and self._has_room()
                ):
                    progress |= self._start(fleet)

    def _start(self, fleet: Fleet) -> bool:
        try:
            child = Child(
                fleet.deployment,
                self._settings,
                self._selector,
                clock=self._clock,
                monotonic=self._monotonic,
                log=self._log,
                owner=self,
                endpoint=self._endpoint.open(),
            )
        except OSError as error:
            if fleet.children:  # the existing ones do the work
                return False
            message = (
                f"Cannot start a process for the function {fleet.deployment.function.name}: "
                f"{error.strerror or error}."
            )
            while (invocation := self._waiting.pop_first(fleet)) is not None:
                self._due.append(
                    (
                        invocation,
                        outcome.outcome_without_run(
                            "unusable", "InvalidRuntimeException", message, invocation.request_id
                        ),
                    )
                )
            return False
        self._children[child] = fleet
        self._reaper.note_start(self._monotonic())
        fleet.children.add(child)
        fleet.starting += 1
        self._starting += 1
        return True

    def _has_room(self) -> bool:
        if len(self._children) < self._max_children:
            return True
        idle = [child for fleet in self._fleets for child in fleet.idle]
        if not idle:
            return False
        self._end(min(idle, key=lambda child: child.due_at))
        return True

    def _next(self, child: Child) -> None:
        """Passes the next invocation to a free child, or ends the child."""
        fleet = self._children[child]
        if child.must_end(fleet.deployment, self._endpoint.address) or self._must_make_room(fleet):
            self._end(child)
        elif (invocation := self._waiting.pop_first(fleet)) is not None:
            child.run(invocation)
        elif child.faulty:  # the import may succeed next time
            self._end(child)
        else:
            child.rest()
            fleet.idle.append(child)
        self._start_children()

    def _must_make_room(self, fleet: Fleet) -> bool:
        """Whether all places are taken and this fleet must free one for a fleet that has none."""
        if (
            len(self._children) < self._max_children
            or len(fleet.children) < 2
            or len(self._waiting) == len(fleet.waiting)
        ):
            return False
        return any(other.waiting and not other.children for other in self._fleets)

    def _drop_child(self, child: Child, outcome_of: Callable[[Invocation], Outcome]) -> None:
        """Removes a child that has ended or must end, and fails its invocation.

        If the child never became ready, the invocation that has waited longest fails, so that a function
        whose children all crash does not start new ones forever.
        """
        invocation = child.invocation or (
            self._waiting.pop_first(self._children[child]) if child.starting else None
        )
        outcome = outcome_of(invocation) if invocation is not None else None
        self._end(child)
        self._start_children()
        if invocation is not None and outcome is not None:
            invocation.settle(outcome)

    def _end(self, child: Child) -> None:
        """Ends a child immediately."""
        fleet = self._children.pop(child, None)
        if fleet is None:
            return
        if child.starting:
            fleet.starting -= 1
            self._starting -= 1
        if child in fleet.idle:
            fleet.idle.remove(child)
        fleet.children.discard(child)
        self._reaper.kill(child.process, self._monotonic())

    # Invocations

    def _cancel(self, invocation: Invocation) -> None:
        if not self._waiting.remove(invocation):
            for child in [child for child in self._children if child.invocation is invocation]:
                self._end(child)
            self._start_children()

    def _arn(self, function_ref: str, name: str, qualifier: str | None) -> str:
        if function_ref.startswith("arn:"):
            return function_ref
        own = arn.function_arn(self._settings.region, self._settings.account_id, name)
        return f"{own}:{qualifier}" if qualifier else own
