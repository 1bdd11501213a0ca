"""Integrations: each carries out a task and answers with signals, in the worker's loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from sfn_cli.interpreter.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.protocol.long_polls import Awaited
    from sfn_cli.api.service import Service
    from sfn_cli.api.stepfunctions.test_state.http_inspection import HttpInspection
    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.integrations.task_order import Task
    from sfn_cli.settings import Settings

Answer = Callable[[Signal], None]
Cancel = Callable[[], None]


class PendingInvocation(Protocol):
    """A started invocation of a function."""

    def cancel(self) -> None: ...


class Invokes(Protocol):
    """Invokes functions: a worker's Pool, or a blocking invoker."""

    def invoke(
        self,
        function_ref: str,
        payload: str,
        done: Callable[[Outcome], None],
        /,
        *,
        request_id: str | None = None,
        client_context: str | None = None,
    ) -> PendingInvocation:
        """Starts an invocation; without a `request_id`, one is generated.

        `client_context` is JSON text, which the function finds in its context.
        """


T = TypeVar("T")


class Later:
    """The pending answer of an operation; `shape` converts it to the call's result."""

    def __init__(self, awaited: Awaited, shape: Callable[[Mapping[str, Any]], Any]) -> None:
        self.awaited = awaited
        self.shape = shape


class Background(Protocol):
    """Makes a blocking call in a thread; unless cancelled, `done` gets its outcome in the loop.

    `may_wait` marks a call that may take minutes; it must not delay others. A call whose answer is
    pending returns a `Later`, and holds no thread until the answer arrives.
    """

    def __call__(
        self,
        call: Callable[[], T | Later],
        done: Callable[[T | Exception], None],
        /,
        *,
        may_wait: bool = False,
    ) -> Cancel: ...


def not_isolated(callback: Callable[[], None]) -> Callable[[], None]:
    """Returns the callback itself: with only one task, there is nothing to isolate."""
    return callback


class TaskContext(NamedTuple):
    """The services that integrations use.

    `clock` returns milliseconds since 1970; `service` has the operations of this store;
    `background` makes blocking calls, such as those of `clients`, to AWS services. `map_runs` has a
    callback for each Map Run conducted here, by `MapRun.id`; it is called when children change.
    `isolated` wraps such a callback, so that an error in it affects its own execution only.
    `inspection` is filled by a task that makes an HTTP request, for TestState.
    """

    settings: Settings
    pool: Invokes
    service: Service
    clock: Callable[[], int]
    background: Background
    clients: Clients
    map_runs: dict[int, Callable[[], None]]
    inspection: HttpInspection | None = None
    isolated: Callable[[Callable[[], None]], Callable[[], None]] = not_isolated


class TaskRun(NamedTuple):
    """One task to carry out, its execution's ARN, and the receiver of its signals."""

    task: Task
    execution_arn: str
    answer: Answer


Integration = Callable[[TaskRun, TaskContext], Cancel]
"""Starts the task, answers each signal once, and returns the function that cancels it."""


def nothing_to_cancel() -> None:
    """The Cancel of a task that is already answered, or that others work on."""
