"""Who is invoked, who waits, and who goes: the warm children of one process.

The pool has no thread and never waits. Whoever owns the selector calls what is ready, and `tick`
when `wake_at` has come:

    for key, _ in selector.select(timeout):
        key.data()
    pool.tick(monotonic())

Rule 1: An invocation is given to an idle child of its function; else it waits, first come, first
        served, for a child to become idle or ready.
Rule 2: A child is started for each invocation that waits, but no more at a time than there are
        cores: while they start, those that are ready may have done the work. For a handler that
        answers at once, a few children do: this process cannot keep more of them busy.
Rule 3: When all places are taken, the child that has been idle longest makes room.
Rule 4: A child runs what its function is now: one of an older revision or of older code ends
        when it has answered.
Rule 5: An invocation is done exactly once, and never from within `invoke`.
"""

from __future__ import annotations

import heapq
import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.functions import outcome, strays
from sfn_cli.functions.catalog import Catalog
from sfn_cli.functions.child import Child
from sfn_cli.functions.deployment import Deployment
from sfn_cli.functions.invocation import Invocation
from sfn_cli.functions.outcome import Outcome, UnusableError
from sfn_cli.functions.routing import number_of
from sfn_cli.functions.runtimes import Runtimes
from sfn_cli.store.records.functions import reference

if TYPE_CHECKING:
    import selectors

    from sfn_cli.functions.output import Log
    from sfn_cli.functions.process import Process
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.functions import Functions

REAP_MILLISECONDS = 20
SWEEP_MILLISECONDS = 1000
"""How often a pool looks for what children that ended have left behind (strays.py), while it has children."""

HAND_OUT_MILLISECONDS = 0.2
"""How long this process takes, about, to hand out an invocation."""

STUCK_MILLISECONDS = 30
"""When no child of a function has answered for so long, what it took before says nothing."""

Done = Callable[[Outcome], None]


def monotonic_ms() -> int:
    """Milliseconds of a clock that nobody sets: all that a pool waits for is told by it."""
    return time.monotonic_ns() // 1_000_000


class Fleet:
    """The children of one function at one version, and the invocations that wait for one."""

    __slots__ = ("answered_at", "children", "deployment", "idle", "pace", "starting", "waiting")

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.children: set[Child] = set()
        self.idle: list[Child] = []  # the one that rested last is taken first: the others may leave
        self.starting = 0
        self.pace: float | None = None  # what its handler took of late, in milliseconds
        self.answered_at = 0
        self.waiting: OrderedDict[Invocation, None] = OrderedDict()


class Pool:
    """Warm children; see the module's docstring."""

    def __init__(
        self,
        functions: Functions,
        settings: Settings,
        selector: selectors.BaseSelector,
        clock: Callable[[], int],
        log: Log,
        *,
        monotonic: Callable[[], int] = monotonic_ms,
        cores: int | None = None,
        max_children: int | None = None,
        report: Callable[[str], None] | None = None,
    ) -> None:
        """`clock` returns the time for the log, in milliseconds since 1970. `log(group, stream, at, message)`
        stores one event. `report` is called with a line for the log of this process.
        """
        self._functions = functions
        self._settings = settings
        self._selector = selector
        self._clock = clock
        self._monotonic = monotonic
        self._log = log
        self._cores = cores or os.cpu_count() or 1
        self._max_children = max_children or settings.max_children
        self._catalog = Catalog(functions, Path(settings.home))
        self._runtimes = Runtimes(Path(settings.home))
        self._fleets: dict[tuple[str, int], Fleet] = {}
        self._children: dict[Child, Fleet] = {}
        self._starting = 0
        self._waiting: dict[Invocation, Fleet] = {}
        self._due: deque[tuple[Invocation, Outcome]] = deque()
        self._queue_timeouts: list[tuple[int, int, Invocation]] = []
        self._serial = count()
        self._dying: list[Process] = []
        self._sweep_at: int | None = None
        self._report = report or _say_nothing

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
        """Begins an invocation of a function (its name or ARN) with an event (JSON text).

        `done` is called with its outcome, from the selector's or `tick`'s call. At `timeout_at`
        (monotonic) it ends as when the function's own time is up.
        """
        invocation = Invocation(
            payload,
            done,
            self._cancel,
            timeout_at=timeout_at,
            request_id=request_id,
            client_context=client_context,
        )
        name, qualifier = reference(function_ref)
        number = number_of(self._functions, name, qualifier)
        try:
            fleet = self._fleet(name, number) if number is not None else None
        except UnusableError as error:
            self._due.append(
                (
                    invocation,
                    outcome.without_run("unusable", error.error, error.message, invocation.request_id),
                )
            )
            return invocation
        if fleet is None:
            self._due.append(
                (
                    invocation,
                    outcome.not_found(self._arn(function_ref, name, qualifier), invocation.request_id),
                )
            )
            return invocation
        invocation.arn = fleet.deployment.function.arn + (f":{qualifier}" if qualifier else "")
        invocation.version = fleet.deployment.function.version
        if fleet.idle:
            fleet.idle.pop().run(invocation)
        else:
            self._wait(fleet, invocation)
            self._start_children()
        return invocation

    @property
    def wake_at(self) -> int | None:
        """When (monotonic) `tick` is due next, if nothing is ready before; 0 for at once."""
        if self._due:
            return 0
        times = [child.due_at for child in self._children]
        if self._queue_timeouts:
            times.append(self._queue_timeouts[0][0])
        if self._waiting:
            now = self._monotonic()
            stuck = [
                fleet.answered_at + STUCK_MILLISECONDS for fleet in self._fleets.values() if fleet.waiting
            ]
            times.extend(at for at in stuck if at > now)
        if self._dying:
            times.append(self._monotonic() + REAP_MILLISECONDS)
        if self._sweep_at is not None:
            times.append(self._sweep_at)
        return min(times, default=None)

    def tick(self, now: int) -> None:
        """Does what is due: outcomes of what could not run, timeouts, idle children that leave."""
        while self._due:
            invocation, ended = self._due.popleft()
            invocation.settle(ended)
        for child in [child for child in self._children if child.due_at <= now]:
            if child in self._children:
                self._drop_child(child, child.time_out)
        while self._queue_timeouts and (
            self._queue_timeouts[0][0] <= now or self._queue_timeouts[0][2].settled
        ):
            invocation = heapq.heappop(self._queue_timeouts)[2]
            if self._stop_waiting(invocation):
                invocation.settle(outcome.timeout_outcome(0, invocation.request_id, ""))
        if self._waiting:
            self._start_children()
        self._dying = [process for process in self._dying if not process.reap()]
        if self._sweep_at is not None and self._sweep_at <= now:
            left = strays.sweep(self._report) or bool(self._dying)
            self._sweep_at = (
                now + REAP_MILLISECONDS if left else now + SWEEP_MILLISECONDS if self._children else None
            )

    def end_orphans(self) -> None:
        """Kills what the functions of workers that were killed have left behind."""
        strays.end_orphans(self._settings.home, self._report)

    def close(self) -> None:
        """Kills all children, and waits until they are gone. What was not done will not be."""
        for child in list(self._children):
            self._end(child)
        for process in self._dying:
            process.reap(wait=True)
        self._dying.clear()
        if self._sweep_at is not None:
            strays.end_all(self._report)
            self._sweep_at = None
        self._fleets.clear()
        self._due.clear()
        self._queue_timeouts.clear()
        self._waiting.clear()
        self._catalog.close()

    # What children tell

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

    def _fleet(self, name: str, number: int) -> Fleet | None:
        """The children of a function as it is now, or at a version; None if there is no such
        function. Raises UnusableError.
        """
        revision = self._functions.revision(name, number)
        fleet = self._fleets.get((name, number))
        deployed = fleet.deployment if fleet is not None else None
        if deployed is not None and revision == (deployed.function.id, deployed.function.revision):
            function = deployed.function
        else:
            found = self._functions.find(name, number)
            if found is None:
                self._retire_older(fleet, None)
                self._start_children()  # what was asked for before the function was deleted is still done
                return None
            function = found
        code = self._catalog.find(function)
        if (
            fleet is not None
            and deployed is not None
            and function is deployed.function
            and code == deployed.code
        ):
            return fleet
        runtime = str(function.configuration.get("Runtime", ""))
        deployment = Deployment(function, code, self._runtimes.executable(runtime))
        if fleet is None:
            fleet = self._fleets[name, number] = Fleet(deployment)
        fleet.deployment = deployment
        self._retire_older(fleet, deployment)
        return fleet

    def _retire_older(self, fleet: Fleet | None, deployment: Deployment | None) -> None:
        """Ends the children that have nothing to do, or not begun, and are of another deployment."""
        if fleet is not None:
            for child in [
                child
                for child in fleet.children
                if child.invocation is None and child.deployment is not deployment
            ]:
                self._end(child)
        self._catalog.sweep(self._code_in_use())

    def _code_in_use(self) -> set[str]:
        running = {child.deployment.code.path for child in self._children}
        return running | {fleet.deployment.code.path for fleet in self._fleets.values()}

    # Children

    def _start_children(self) -> None:
        """Rules 2 and 3: one child for each fleet in turn, first for those that have fewest, while
        one is wanted and may be started.
        """
        progress = True
        while progress and self._waiting and self._starting < self._cores:
            progress = False
            for fleet in sorted(self._fleets.values(), key=lambda fleet: len(fleet.children)):
                if self._starting < self._cores and self._wants_another(fleet) and self._has_room():
                    progress |= self._start(fleet)

    def _wants_another(self, fleet: Fleet) -> bool:
        if fleet.starting >= len(fleet.waiting):
            return False
        if fleet.pace is None or len(fleet.children) < self._cores + fleet.pace / HAND_OUT_MILLISECONDS:
            return True
        return self._monotonic() >= fleet.answered_at + STUCK_MILLISECONDS

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
            )
        except OSError as error:
            if fleet.children:  # those that live will do the work
                return False
            message = (
                f"A process for the function {fleet.deployment.function.name} cannot be started: "
                f"{error.strerror or error}."
            )
            while (invocation := self._first_waiting(fleet)) is not None:
                self._due.append(
                    (
                        invocation,
                        outcome.without_run(
                            "unusable", "InvalidRuntimeException", message, invocation.request_id
                        ),
                    )
                )
            return False
        self._children[child] = fleet
        self._sweep_soon(SWEEP_MILLISECONDS)
        fleet.children.add(child)
        fleet.starting += 1
        self._starting += 1
        return True

    def _has_room(self) -> bool:
        if len(self._children) < self._max_children:
            return True
        idle = [child for fleet in self._fleets.values() for child in fleet.idle]
        if not idle:
            return False
        self._end(min(idle, key=lambda child: child.due_at))
        return True

    def _next(self, child: Child) -> None:
        """What a child does that has nothing to do."""
        fleet = self._children[child]
        if child.deployment is not fleet.deployment or self._must_make_room(fleet):
            self._end(child)
        elif (invocation := self._first_waiting(fleet)) is not None:
            child.run(invocation)
        elif child.faulty:  # what it could not import may be there next time
            self._end(child)
        else:
            child.rest()
            fleet.idle.append(child)
        self._start_children()

    def _must_make_room(self, fleet: Fleet) -> bool:
        """Whether a function with no child at all waits, and all places are taken: then one with
        several gives way.
        """
        if (
            len(self._children) < self._max_children
            or len(fleet.children) < 2
            or len(self._waiting) == len(fleet.waiting)
        ):
            return False
        return any(other.waiting and not other.children for other in self._fleets.values())

    def _drop_child(self, child: Child, tell: Callable[[Invocation], Outcome]) -> None:
        """Removes a child that has ended or has to end, and settles the invocation that fails with
        it.

        One that never got ready costs the invocation that has waited longest, so that a function
        whose children all end does not start them for ever.
        """
        invocation = child.invocation or (
            self._first_waiting(self._children[child]) if child.starting else None
        )
        ended = tell(invocation) if invocation is not None else None
        self._end(child)
        self._start_children()
        if invocation is not None and ended is not None:
            invocation.settle(ended)

    def _end(self, child: Child) -> None:
        """Ends a child, whatever it does."""
        fleet = self._children.pop(child, None)
        if fleet is None:
            return
        if child.starting:
            fleet.starting -= 1
            self._starting -= 1
        if child in fleet.idle:
            fleet.idle.remove(child)
        fleet.children.discard(child)
        child.process.kill()
        if not child.process.reap():
            self._dying.append(child.process)
        self._sweep_soon(0)

    def _sweep_soon(self, milliseconds: int) -> None:
        if not strays.ARE_FOUND:
            return
        at = self._monotonic() + milliseconds
        self._sweep_at = at if self._sweep_at is None else min(self._sweep_at, at)

    # Invocations

    def _wait(self, fleet: Fleet, invocation: Invocation) -> None:
        fleet.waiting[invocation] = None
        self._waiting[invocation] = fleet
        if invocation.timeout_at is not None:
            heapq.heappush(self._queue_timeouts, (invocation.timeout_at, next(self._serial), invocation))

    def _first_waiting(self, fleet: Fleet) -> Invocation | None:
        """The invocation that has waited longest, which waits no longer."""
        if not fleet.waiting:
            return None
        invocation, _ = fleet.waiting.popitem(last=False)
        del self._waiting[invocation]
        return invocation

    def _stop_waiting(self, invocation: Invocation) -> bool:
        """Whether it waited."""
        fleet = self._waiting.pop(invocation, None)
        if fleet is None:
            return False
        del fleet.waiting[invocation]
        return True

    def _cancel(self, invocation: Invocation) -> None:
        if not self._stop_waiting(invocation) and invocation.child is not None:
            self._end(invocation.child)
            self._start_children()

    def _arn(self, function_ref: str, name: str, qualifier: str | None) -> str:
        if function_ref.startswith("arn:"):
            return function_ref
        own = arn.function(self._settings.region, self._settings.account_id, name)
        return f"{own}:{qualifier}" if qualifier else own


def _say_nothing(line: str) -> None:
    """The report of a process that has no log of its own."""
