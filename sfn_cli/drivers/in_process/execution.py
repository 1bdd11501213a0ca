"""One execution in this process, on a virtual clock."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sfn_cli.asl.state_machine import load_machine
from sfn_cli.drivers.in_process.answers import Answer, leave_unanswered
from sfn_cli.drivers.in_process.map_runs import MapRunChild, run_map_in_process
from sfn_cli.interpreter.events import TERMINAL, execution_aborted_event, execution_started_event
from sfn_cli.interpreter.interpreter import Interpreter
from sfn_cli.interpreter.signals import TaskStarted, time_of_signal
from sfn_cli.interpreter.turn import LIMIT, Turned, turn
from sfn_cli.jsonvalue import Payload
from sfn_cli.quotas import HISTORY_EVENTS
from sfn_cli.store.records.map_runs import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.interpreter.signals import Signal

MACHINE_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:InProcess"
EXECUTION_ARN = "arn:aws:states:us-east-1:123456789012:execution:InProcess:run"
ROLE_ARN = "arn:aws:iam::123456789012:role/any"


class InProcessExecution:
    """An execution of a definition (JSON text).

    `answer` is called once for each task, when nothing else can be done (answers.py). `context` is
    for Map Runs that read or write datasets.

    Its clock starts at `started_at` (milliseconds since 1970) and jumps to what is due next. UUIDs,
    random numbers and task tokens derive from `seed`. With a `history`, it continues from there:
    open tasks are answered again, as after the crash of a worker. Use an instance from one thread.
    """

    def __init__(
        self,
        definition: str,
        input: Payload,
        answer: Answer = leave_unanswered,
        *,
        context: TaskContext | None = None,
        arn: str = EXECUTION_ARN,
        state_machine_arn: str = MACHINE_ARN,
        seed: str = "seed",
        role_arn: str = ROLE_ARN,
        started_at: int = 0,
        max_events: int = HISTORY_EVENTS,
        history: Sequence[HistoryEvent] = (),
    ) -> None:
        self.interpreter = Interpreter(arn, state_machine_arn, load_machine(definition), seed, max_events)
        self.history: list[HistoryEvent] = list(history) or [
            execution_started_event(input, role_arn, started_at)
        ]
        """Every event so far; each turn appends to it."""
        for event in self.history:
            self.interpreter.apply(event)
        self.now = self.history[-1].at
        """The clock's current time."""
        self._answer = answer
        self._context = context
        self._mail: deque[Signal] = deque()
        self._attempted: set[int] = set()  # the open tasks that `answer` was called for
        self._is_due = True  # whether a turn without signals has something to do

    @property
    def ended(self) -> bool:
        return self.interpreter.ended

    @property
    def status(self) -> str:
        """The status as in DescribeExecution: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        return TERMINAL[self.history[-1].type] if self.ended else "RUNNING"

    @property
    def output(self) -> Payload | None:
        """The output of an execution that succeeded."""
        return self.history[-1].payload if self.status == "SUCCEEDED" else None

    @property
    def error(self) -> tuple[str | None, str | None]:
        """(error, cause) of an execution that ended without success."""
        details = (self.history[-1].details or {}) if self.ended else {}
        error, cause = details.get("error"), details.get("cause")
        return (None if error is None else str(error), None if cause is None else str(cause))

    @property
    def is_waiting(self) -> bool:
        """Whether only an external signal (`send`) or its deadline (`skip_to`) can resume the execution."""
        return not (self.ended or self._mail or self._is_due or self._next_tasks()) and (
            self.interpreter.timer_at is None
        )

    @property
    def waiting_tasks(self) -> list[OpenTask]:
        """The open tasks that only an outside caller can answer."""
        return [task for task in self.interpreter.open_tasks.values() if task.id in self._attempted]

    def run(self) -> str:
        """Takes turns until the execution ends or waits. Returns its status."""
        while not (self.ended or self.is_waiting):
            self.step()
        return self.status

    def step(self) -> Turned:
        """Takes one turn.

        The turn takes queued signals if there are any; otherwise it starts or answers a task; otherwise
        the clock jumps to whatever is due next. It has no effect if a task was not answered, or if the
        execution has ended or is waiting.
        """
        if not (self._mail or self._is_due or self._next_tasks()) and not self.ended:
            self.now = max(self.now, self.interpreter.timer_at or 0)
        turned = self._take_turn(self._signals())
        self._is_due = turned.due is not None and turned.due <= self.now
        return turned

    def send(self, *signals: Signal) -> None:
        """Queues signals for the next turn."""
        self._mail.extend(signals)

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        """Aborts the execution, as StopExecution does, unless it has ended."""
        if not self.ended:
            stopped = execution_aborted_event(self.history[-1].id, error, cause, self.now)
            self.interpreter.apply(stopped)
            self.history.append(stopped)

    def skip_to(self, at: int) -> None:
        """Moves the clock forward; the next turn takes what is due by then."""
        self.now = max(self.now, at)
        self._is_due = True

    def _take_turn(self, signals: Sequence[Signal], limit: int = LIMIT) -> Turned:
        turned = turn(self.interpreter, signals, self.now, limit=limit, follows_signals=True)
        self.now = max(self.now, *map(time_of_signal, signals), 0)
        self.history += turned.events
        self._attempted &= self.interpreter.open_tasks.keys()
        return turned

    def _signals(self) -> Sequence[Signal]:
        if self._mail:
            return self._emptied_mail()
        if self._is_due:
            return ()
        if starts := [TaskStarted(task.id) for task in self._unstarted_tasks()]:
            return starts
        for task in self._next_tasks():
            self._attempted.add(task.id)
            answered = self._call_answer(task)
            if answered:
                return answered
        return ()

    def _emptied_mail(self) -> Sequence[Signal]:
        """Returns the queued signals, which are then no longer queued."""
        signals = list(self._mail)
        self._mail.clear()
        return signals

    def _unstarted_tasks(self) -> Iterable[OpenTask]:
        """Yields the tasks that have yet to start.

        A worker starts them as soon as they are open. An activity task starts when a client takes it.
        """
        tasks = self.interpreter.open_tasks.values()
        return (task for task in tasks if not task.started and task.activity is None)

    def _next_tasks(self) -> list[OpenTask]:
        """Returns the open tasks that `answer` is to be called for, oldest first."""
        return [task for task in self.interpreter.open_tasks.values() if task.id not in self._attempted]

    def _call_answer(self, task: OpenTask) -> Sequence[Signal]:
        """Returns the signals of the answer, of which the first starts the task; none without an answer."""
        answered = self._answer(task)
        if not answered and task.plan is not None:
            seed = self.interpreter.execution.seed
            answered = run_map_in_process(task, seed, self._run_child, self._context)
        if not answered or task.started or isinstance(answered[0], TaskStarted):
            return answered
        return [TaskStarted(task.id), *answered]

    def _run_child(self, child: MapRunChild) -> Result:
        execution = InProcessExecution(
            child.processor,
            Payload(text=child.input),
            self._answer,
            context=self._context,
            arn=child.arn,
            state_machine_arn=child.state_machine_arn,
            seed=child.seed,
            role_arn=self.interpreter.execution.role_arn,
            started_at=child.started_at,
        )
        status, output = execution.run(), execution.output
        return Result(
            child.arn,
            child.name,
            status,
            child.input,
            None if output is None else output.text,
            *execution.error,
            child.started_at,
            execution.history[-1].at if execution.ended else None,
        )
