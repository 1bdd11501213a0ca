"""One warm child of a function: starts, runs one invocation after another, and logs them.

A child is starting until its handler is imported; after that, it is busy while it has an invocation
and idle otherwise. Its owner, the pool, decides what it runs and when it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from sfn_cli.functions import outcome, strays
from sfn_cli.functions.environment.variables import new_trace_header
from sfn_cli.functions.outcome import Outcome
from sfn_cli.functions.output import Log, OutputJournal
from sfn_cli.functions.process import Process

if TYPE_CHECKING:
    import selectors
    from collections.abc import Callable, Mapping

    from sfn_cli.functions.deployment import Deployment
    from sfn_cli.functions.invocation import Invocation
    from sfn_cli.local_endpoint.record import EndpointAddress
    from sfn_cli.settings import Settings

INIT_MILLISECONDS = 10_000
"""Lambda's limit for the import of a handler's module, in addition to the invocation's time limit."""

IDLE_MILLISECONDS = 5 * 60_000

PAUSE_MILLISECONDS = 60_000
"""The longest time by which the start of local services may extend an invocation's time."""


class Owner(Protocol):
    """Receives the events of a child."""

    def child_ready(self, child: Child) -> None: ...

    def child_answered(
        self, child: Child, invocation: Invocation, answer: Outcome, duration: float
    ) -> None: ...

    def child_ended(self, child: Child, status: int | None) -> None: ...


class Child:
    """A process with its log; `due_at` (monotonic, ms) is when its owner must check it next."""

    def __init__(
        self,
        deployment: Deployment,
        settings: Settings,
        selector: selectors.BaseSelector,
        *,
        clock: Callable[[], int],
        monotonic: Callable[[], int],
        log: Log,
        owner: Owner,
        endpoint: EndpointAddress | None,
    ) -> None:
        """Starts the child. Raises OSError."""
        self.deployment = deployment
        self.endpoint = endpoint
        self.starting = True
        self.invocation: Invocation | None = None
        self.faulty = False
        """Whether the function could not be imported: the child can only report that."""
        self.exiting = False
        """Whether the process exits after its answer: an error was not caught."""
        self._clock = clock
        self._monotonic = monotonic
        self._owner = owner
        self._began_at = monotonic()
        self._init_milliseconds: float | None = None
        self.due_at = self._began_at + INIT_MILLISECONDS + deployment.timeout_seconds * 1000
        self.journal = OutputJournal(
            deployment.log_group, deployment.memory_size, deployment.function.version, clock(), log
        )
        environment = deployment.environment(settings, self.journal.stream, endpoint)
        self.process = Process(
            deployment.command, environment, selector, self, strays.new_stray_mark(settings.home)
        )

    def run(self, invocation: Invocation) -> None:
        """Starts an invocation.

        The owner gets its outcome, unless `time_out` or `outcome_of_end` returns it.
        """
        now = self._monotonic()
        limit = self.deployment.timeout_seconds * 1000
        self.invocation = invocation
        self._began_at = now
        self._set_due_at(invocation, now + limit)
        # The child may start printing immediately, but its output is not read before this returns.
        head = {
            "id": invocation.request_id,
            "arn": invocation.arn,
            "remaining": limit,
            "trace": new_trace_header(),
        }
        if invocation.client_context is not None:
            head["client_context"] = invocation.client_context
        self.process.send(head, invocation.payload)
        self.journal.start(invocation.request_id, self._clock())

    def allow_for_starts(self, starting: Callable[[int, int], int]) -> bool:
        """Whether the invocation's time is not over after all: local services were starting.

        `starting` returns for how many ms, between two times. In AWS, services are always running. A
        task's own timeout is not extended.
        """
        if self.invocation is None:
            return False
        now = self._monotonic()
        paused = min(starting(self._began_at, now), PAUSE_MILLISECONDS)
        limit = self.deployment.timeout_seconds * 1000
        self._set_due_at(self.invocation, self._began_at + limit + paused)
        return self.due_at > now

    def _set_due_at(self, invocation: Invocation, due_at: int) -> None:
        self.due_at = due_at if invocation.timeout_at is None else min(due_at, invocation.timeout_at)

    def rest(self) -> None:
        """Makes the child idle."""
        self.due_at = self._monotonic() + IDLE_MILLISECONDS

    def must_end(self, deployment: Deployment, endpoint: EndpointAddress | None) -> bool:
        """Whether the child runs no further invocation: its code or its endpoint is an older one."""
        return self.exiting or self.deployment is not deployment or self.endpoint != endpoint

    def time_out(self, invocation: Invocation) -> Outcome:
        """Kills the child, which took too long to start or to run an invocation."""
        now = self._clock()
        self.process.kill()
        if self.starting:
            self.journal.start(invocation.request_id, now)
        elapsed = self._monotonic() - self._began_at
        seconds = min(elapsed / 1000, float(self.deployment.timeout_seconds))
        self.journal.end_timed_out(now, elapsed, seconds)
        return outcome.timeout_outcome(seconds, invocation.request_id, self.journal.tail)

    def outcome_of_end(self, invocation: Invocation, status: int | None) -> Outcome:
        """Returns the outcome of an invocation whose child ended before it answered."""
        now = self._clock()
        if self.starting:
            self.journal.start(invocation.request_id, now)
        ended = outcome.exit_outcome(status, invocation.request_id, "")
        self.journal.end_exited(now, self._monotonic() - self._began_at, ended.message)
        return ended._replace(log_tail=self.journal.tail)

    # Events of the process

    def child_printed(self, data: bytes) -> None:
        self.journal.add_output(data, self._clock())

    def child_sent(self, head: Mapping[str, Any], body: bytes) -> None:
        if self.starting:
            self.starting = False
            self._init_milliseconds = float(self._monotonic() - self._began_at)
            self._owner.child_ready(self)
        elif self.invocation is not None:
            self._on_answer(self.invocation, head, body)

    def child_ended(self, status: int | None) -> None:
        self._owner.child_ended(self, status)

    def _on_answer(self, invocation: Invocation, head: Mapping[str, Any], body: bytes) -> None:
        try:
            duration, memory, error = float(head["duration"]), int(head["memory"]), head["error"]
        except (KeyError, TypeError, ValueError):  # not from bootstrap.py: the handler wrote to the socket
            self.process.kill()
            self._owner.child_ended(self, None)
            return
        self.faulty = bool(head.get("last"))
        self.exiting = bool(head.get("ends"))
        self.invocation = None
        self.journal.end(self._clock(), duration, memory, self._init_milliseconds)
        self._init_milliseconds = None
        kind: outcome.Kind = "succeeded" if error is None else "failed"
        text, binary = _text_of_response(body)
        self._owner.child_answered(
            self,
            invocation,
            Outcome(kind, text, invocation.request_id, self.journal.tail, error, binary=binary),
            duration,
        )


def _text_of_response(body: bytes) -> tuple[str, bytes | None]:
    """Returns a response as text, and as bytes too if it is not UTF-8."""
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return body.decode(errors="replace"), body
