"""State machines, executions and their parts: the interface of every store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.activities import Activity
    from sfn_cli.store.records.executions import (
        Execution,
        ExecutionFilter,
        ExecutionSummary,
        NewExecution,
        ReplayFacts,
        TakenOverStart,
    )
    from sfn_cli.store.records.map_runs import (
        ChildState,
        MapRun,
        NewChild,
        NewMapRun,
        Result,
        UnsuccessfulChild,
    )
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.store.records.stepfunctions.redrives import RedriveState
    from sfn_cli.store.records.stepfunctions.revisions import Revision
    from sfn_cli.store.records.stepfunctions.suspensions import Suspension
    from sfn_cli.store.records.stepfunctions.waiting_tasks import StoredWaitingTask
    from sfn_cli.store.records.tasks import AnswerOutcome, TakenTask
    from sfn_cli.store.records.versions import Alias, Listed, Version, Weights


class Executions(Protocol):
    """Executions and their histories."""

    def start(
        self, new: NewExecution, started: HistoryEvent, taken_over: TakenOverStart | None = None
    ) -> Execution | None:
        """Starts an execution, unless this ARN is taken or the task has already started one.

        Returns the execution that exists afterwards. `started` is its first event, which the events that
        it takes over from another execution follow.

        None if its machine was deleted in the meantime, or if the execution whose task starts it
        has ended.
        """

    def start_many(self, all_new: Iterable[tuple[NewExecution, HistoryEvent]]) -> list[Execution | None]:
        """Starts many executions, each as `start` does."""

    def find(self, arn: str) -> Execution | None: ...
    def child_of(self, execution_arn: str, task: int) -> Execution | None:
        """Returns the execution that a task (the number of its event) has started, if any."""

    def replay_facts(self, arn: str) -> ReplayFacts | None:
        """Returns what a replay needs in addition to the history; None if there is no such execution."""

    def page(
        self, filter: ExecutionFilter, before: tuple[int, str] | None, limit: int
    ) -> list[ExecutionSummary]:
        """Returns executions, newest first, from the one after `before` (start time and ARN)."""

    def history(self, arn: str, after: int = 0, limit: int = -1) -> list[HistoryEvent]: ...
    def history_reversed(
        self, arn: str, before: int | None = None, limit: int = -1
    ) -> list[HistoryEvent]: ...
    def abort(self, arn: str, error: str | None, cause: str | None, at: int) -> int | None:
        """Ends a running execution as ABORTED, and ends what its tasks wait for.

        Returns the time at which it ended, now or earlier; None if there is no such execution.
        """

    def ended_among(self, arns: Collection[str]) -> dict[str, str | None]:
        """Returns the statuses of those executions that have ended, by ARN.

        The status is None for an execution that is missing from the store (damage).
        """

    def count_running(self, state_machine_arn: str) -> int:
        """Returns how many executions of a machine are running, not counting Map Run children."""

    def any_running(self) -> bool:
        """Whether any execution that a worker can drive has not ended."""

    def data_size(self, arn: str) -> int:
        """Returns the length of the definition and all data in the history, in characters."""

    def arns_beginning(self, beginning: str, limit: int) -> list[str]:
        """Returns the last ARNs with this prefix, in reverse order.

        With names in AWS's form, those are the latest: such names begin with the start time.
        """


class StateMachines(Protocol):
    """State machines.

    A machine that is deleted while executions run is DELETING until they end; until then, `page`
    includes it.
    """

    def create(self, machine: StateMachine) -> StateMachine:
        """Creates a machine, or returns the one that already has this ARN.

        What is left of a deleted machine with this ARN is removed first, including its executions.
        """

    def find(self, arn: str) -> StateMachine | None: ...
    def revision(self, id: int) -> Revision:
        """Returns what an execution runs (`Execution.revision`)."""

    def page(self, arn_prefix: str, after: str, limit: int) -> list[StateMachine]: ...
    def regions(self) -> list[str]:
        """Returns the regions that have state machines, in order."""

    def update(
        self,
        machine: StateMachine,
        revision: Revision,
        *,
        publish_at: int | None = None,
        description: str | None = None,
    ) -> StateMachine | None:
        """Updates a machine; returns it with its new revision, and the version if one was published.

        Publishing returns the revision's version with this description (if None, its newest one), or
        creates it.
        None if the machine was changed or deleted since it was read. Raises QuotaReached (too many
        versions).
        """

    def change_tags(self, arn: str, change: Callable[[str], str]) -> bool: ...
    def delete(self, arn: str, at: int) -> None:
        """Deletes the machine. Its executions end at their next transition, and are removed later."""

    def remove_deleted(self, now: int) -> bool:
        """Removes some executions of machines that were deleted a while ago.

        Returns whether there may be more.
        """


class Versions(Protocol):
    """Versions of a machine, by number. `machine` is `StateMachine.id`."""

    def find(self, machine: int, number: int) -> Version | None: ...
    def page(self, machine: int, before: int | None, limit: int) -> list[Listed]:
        """Returns versions, newest first."""

    def delete(self, machine: int, number: int) -> list[str]:
        """Deletes a version unless aliases point to it, and returns the names of those aliases."""


class Aliases(Protocol):
    """Aliases of a machine, by name. `machine` is `StateMachine.id`."""

    def create(self, machine: int, name: str, description: str, weights: Weights, at: int) -> Alias | None:
        """Creates an alias; None if one of the versions does not exist. Raises QuotaReached."""

    def update(
        self, machine: int, name: str, description: str | None, weights: Weights | None, at: int
    ) -> Alias | None:
        """Changes what is not None, and returns the alias.

        None if the alias, or one of the versions, does not exist.
        """

    def find(self, machine: int, name: str) -> Alias | None: ...
    def page(self, machine: int, version: int | None, after: str, limit: int) -> list[Listed]:
        """Returns aliases; if a version (`Version.id`) is given, only those that point to it."""

    def delete(self, machine: int, name: str) -> None: ...


class Activities(Protocol):
    """Activities: tasks that the user's own workers poll for."""

    def create(self, new: Activity) -> Activity: ...
    def find(self, arn: str) -> Activity | None: ...
    def page(self, arn_prefix: str, after: str, limit: int) -> list[Activity]: ...
    def change_tags(self, arn: str, change: Callable[[str], str]) -> bool: ...
    def delete(self, arn: str) -> None:
        """Deletes an activity, if it exists. Tasks that wait for it continue to wait."""


class Tasks(Protocol):
    """Tasks that are answered by their token.

    A task is answered once: an answer reported as ACCEPTED is final.
    """

    def answer(self, token: str, kind: str, body: dict[str, Json], at: int) -> AnswerOutcome:
        """Sends the execution a message of this kind and closes the task.

        Kinds: "taskSucceeded", "taskFailed".
        """

    def knows(self, token: str) -> bool:
        """Whether this is the token of a task, which may have ended."""

    def beat(self, token: str, at: int) -> AnswerOutcome: ...
    def activity_of(self, token: str) -> str | None:
        """Returns the ARN of the activity of a task, open or closed; None for other tasks."""

    def take(self, activity: str, worker_name: str | None, at: int) -> TakenTask | None:
        """Takes the task of the activity that has waited longest; no other worker can take it."""

    def take_one(self, handle: str, worker_name: str | None, at: int) -> TakenTask | None:
        """Takes the task with this handle, out of turn, if it waits for a worker of its activity.

        Wakes no worker.
        """

    def queue_lengths(self, activities: Sequence[str]) -> dict[str, int]:
        """Returns how many tasks wait for a worker, for each of these activities that has any."""

    def waiting(self, execution_arn: str | None = None, limit: int = -1) -> Iterator[StoredWaitingTask]:
        """Yields the tasks, of one execution or all, that wait for an answer from outside.

        Ordered by execution, oldest first, and then by event. At most `limit`, if it is not negative.
        """


class MapRuns(Protocol):
    """Map Runs.

    Starting children, moving the place in the dataset and counting are one transaction.
    """

    def begin(self, new: NewMapRun) -> MapRun | None:
        """Starts a Map Run, or, for a redrive, resumes the ended Map Run of this ARN for another task.

        None if its execution has ended.
        """

    def find(self, arn: str) -> MapRun | None: ...
    def page(self, execution_arn: str, before: str | None, limit: int) -> list[MapRun]:
        """Returns an execution's Map Runs, newest first, from the one after the ARN `before`."""

    def set_total(self, arn: str, total_items: int) -> None:
        """Stores the number of items, once it is known; the next item to start is the first."""

    def update(self, arn: str, changes: Mapping[str, int | float]) -> bool:
        """Changes limits (`MapRun` fields) of a running Map Run; returns whether it is running."""

    def start_children(self, run: MapRun, children: Sequence[NewChild], place: int, at: int) -> bool:
        """Starts the next children, after those started so far.

        Returns False, and starts nothing, if the run has ended.
        """

    def redrive_children(self, run: MapRun, limit: int, at: int) -> bool:
        """Lets up to `limit` of the children that wait for their redrive continue.

        Returns False if the run has ended.
        """

    def results(self, arn: str) -> Iterator[Result]:
        """Yields the result of each child, in order. Its query stays open until the last one."""

    def child_states(self, arn: str, limit: int) -> list[ChildState]:
        """Returns the status of each of the first `limit` children, in the order of their items."""

    def unsuccessful_children(self, arn: str, limit: int) -> list[UnsuccessfulChild]:
        """Returns children that failed, timed out or were aborted, in the order of their items."""


class Redrives(Protocol):
    """Redrives of failed executions."""

    def state(self, arn: str) -> RedriveState | None: ...
    def redrive(
        self, arn: str, token: str | None, now: int, decide: Callable[[RedriveState], int]
    ) -> int | None:
        """Redrives an execution and returns the time of it; None if there is no such execution.

        A client token redrives once in 15 minutes.

        `decide` returns the time by the execution's own clock, or raises an error that explains why
        the execution must not be redriven.
        """


class Suspensions(Protocol):
    """Executions that no worker drives, because sfn itself failed on them."""

    def all(self) -> list[Suspension]:
        """Returns all suspensions, oldest first."""

    def of(self, execution_arn: str) -> Suspension | None: ...
    def blocking(self, arns: Collection[str]) -> dict[str, Suspension]:
        """Returns, for those of the executions that cannot end, the suspension that prevents it.

        It is their own, or that of an execution that they wait for.
        """


class StatusWatch(Protocol):
    def next(self) -> Iterator[Execution]:
        """Yields, for each status change since the last call, the execution after it, in order."""


class StatusChanges(Protocol):
    def watch(self, since: int, *, follow: bool = True) -> StatusWatch:
        """Returns the status changes of STANDARD executions from a given time on.

        Without `follow`, `next` is called only once.
        """

    def any_noted(self) -> bool:
        """Whether there are changes that the rules of this store have not received yet."""
