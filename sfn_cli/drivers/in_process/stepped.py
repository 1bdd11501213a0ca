"""An execution in this process that stops before each state, so that a user can intervene.

    execution = SteppedExecution(definition, started, answer)
    while True:
        match execution.proceed():
            case BeforeState() as stop:     execution.change_input(payload); execution.replace(answer)
            case BeforeTask(task):          the next `proceed` carries it out
            case WaitingTasks(tasks, until):     execution.answer_task(task, answer); or time passes
            case None:                      it has ended

Rule 1: the order of events is that of InProcessExecution, and so a worker's.
Rule 2: the history is one that AWS can record. A changed input is the input of StateEntered, and the
event before it has the output that the previous state really had. A mocked or skipped task is scheduled,
started and succeeds or fails like any other.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfn_cli.drivers.in_process.answers import Answer, leave_unanswered, signals_of_mocked_answer
from sfn_cli.drivers.in_process.execution import EXECUTION_ARN, MACHINE_ARN, InProcessExecution
from sfn_cli.interpreter.context_object import context_object
from sfn_cli.interpreter.frame import Stay
from sfn_cli.interpreter.mocks import Answer as TaskAnswer
from sfn_cli.interpreter.mocks import Return
from sfn_cli.interpreter.signals import TaskStarted, TaskSubmitted
from sfn_cli.jsonvalue import Json, Payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.states.state import State
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.interpreter.events import HistoryEvent
    from sfn_cli.interpreter.frame import Frame
    from sfn_cli.interpreter.open_task import OpenTask

_LAMBDA_INVOKE = "arn:aws:states:::lambda:invoke"


class Skip:
    """An answer that skips a task: its result is the input of its state, as in a Pass state."""


@dataclass(frozen=True, slots=True)
class BeforeState:
    """A state that is about to be entered, or (`attempt` > 1) the next attempt of its task.

    `place` are the Maps and Parallels around it, outermost first, with the index of the iteration or
    branch. `variables` are those that its expressions can read. `error` is the reason of a retry.
    """

    state: str
    type: str
    place: tuple[tuple[str, int], ...]
    input: Payload
    variables: Mapping[str, Json]
    context: Mapping[str, Json]
    attempt: int = 1
    error: str | None = None

    def with_input(self, input: Payload) -> BeforeState:
        """Returns the same stop with another input."""
        return replace(self, input=input)


@dataclass(frozen=True, slots=True)
class BeforeTask:
    """A task that is about to be called."""

    task: OpenTask


@dataclass(frozen=True, slots=True)
class WaitingTasks:
    """Tasks that only an outside caller can answer; nothing else can happen now.

    `until` is when the next timer is due, such as a timeout; None if there is none.
    """

    tasks: tuple[OpenTask, ...]
    until: int | None


Stop = BeforeState | BeforeTask | WaitingTasks


class SteppedExecution(InProcessExecution):
    """An execution that stops. `started` is its first event.

    The other parameters are those of InProcessExecution.
    """

    def __init__(
        self,
        definition: str,
        started: HistoryEvent,
        answer: Answer = leave_unanswered,
        *,
        context: TaskContext | None = None,
        arn: str = EXECUTION_ARN,
        state_machine_arn: str = MACHINE_ARN,
        seed: str = "seed",
    ) -> None:
        assert started.payload is not None
        self.definition = definition
        super().__init__(
            definition,
            started.payload,
            answer,
            context=context,
            arn=arn,
            state_machine_arn=state_machine_arn,
            seed=seed,
            history=[started],
        )
        self._held: HistoryEvent | None = None  # the event that is about to be applied
        self._called: OpenTask | None = None  # the task that is about to be called
        self._lets_time_pass = False
        self._replacements: dict[int, TaskAnswer | Skip] = {}  # of tasks that are not called, by frame
        self._responses: dict[int, Payload] = {}  # to the requests of tasks whose result comes later

    def proceed(self) -> Stop | None:
        """Does what the last stop announced, and continues to the next one; None at the end."""
        self._carry_out()
        while not self.ended:
            stop = self._continue()
            if stop is not None:
                return stop
        return None

    def change_input(self, input: Payload) -> None:
        """Replaces the input of the state that is about to be entered."""
        assert self._held is not None and self._held.type.endswith("StateEntered")
        self._held = self._held._replace(payload=input)

    def replace(self, answer: TaskAnswer | Skip | None) -> None:
        """Sets the answer of the task that the state is about to schedule; None: it is called."""
        assert self._held is not None
        if answer is None:
            self._replacements.pop(self._held.frame, None)
        else:
            self._replacements[self._held.frame] = answer

    def answer_task(self, task: OpenTask, answer: TaskAnswer) -> None:
        """Answers a waiting task."""
        self.send(*signals_of_mocked_answer(task, answer))

    def response_of(self, task: OpenTask) -> Payload | None:
        """Returns the service's response to the request of a waiting task, if there was one."""
        return self._responses.get(task.id)

    def place_of(self, task: OpenTask) -> tuple[tuple[str, int], ...]:
        """Returns the Maps and Parallels around a task's state, as in BeforeState."""
        return _place_of_frame(self._frame_of(task))

    def input_of(self, task: OpenTask) -> Payload:
        """Returns the input of a task's state."""
        return self._frame_of(task).input

    def variables_of(self, task: OpenTask) -> Mapping[str, Json]:
        """Returns the variables that a task's state can read."""
        return self._frame_of(task).variables

    def _frame_of(self, task: OpenTask) -> Frame:
        return self.interpreter.execution.frames[task.frame]

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        self._held = self._called = None
        super().stop(error, cause)

    # One step

    def _carry_out(self) -> None:
        held, called = self._held, self._called
        self._held = self._called = None
        if held is not None:
            self._record(held)
        elif called is not None:
            self.send(*self._call_answer(called))

    def _continue(self) -> Stop | None:
        if self._mail:
            self._take_mail()
            return None
        event = self.interpreter.next_event(self.now)
        if event is not None:
            stop = self._stop_before(event)
            if stop is None:
                self._record(event)
            else:
                self._held = event
            return stop
        if starts := [TaskStarted(task.id) for task in self._unstarted_tasks()]:
            self.send(*starts)
            return None
        for task in self._next_tasks():
            return self._stop_before_task(task)
        return self._wait()

    def _take_mail(self) -> None:
        signals = self._emptied_mail()
        for signal in signals:
            if isinstance(signal, TaskSubmitted):
                self._responses[signal.task] = signal.output
        self._take_turn(signals, limit=0)
        self._lets_time_pass = False

    def _record(self, event: HistoryEvent) -> None:
        self.interpreter.apply(event)
        self.interpreter.changed_tasks()
        self.history.append(event)
        self._attempted &= self.interpreter.open_tasks.keys()
        self._lets_time_pass = False

    def _wait(self) -> Stop | None:
        until = self.interpreter.timer_at
        tasks = tuple(self.waiting_tasks)
        if tasks and not self._lets_time_pass:
            self._lets_time_pass = until is not None
            return WaitingTasks(tasks, until)
        self._lets_time_pass = False
        assert until is not None, "an execution waits for a task or for a time"
        self.now = max(self.now, until)
        return None

    # Tasks

    def _stop_before_task(self, task: OpenTask) -> Stop | None:
        self._attempted.add(task.id)
        replaced = self._replacements.pop(task.frame, None)
        if replaced is None:
            self._called = task
            return BeforeTask(task)
        answer = Return(self._skipped_result(task)) if isinstance(replaced, Skip) else replaced
        self.send(*signals_of_mocked_answer(task, answer))
        return None

    def _skipped_result(self, task: OpenTask) -> Payload:
        input = self.input_of(task)
        if task.resource.arn != _LAMBDA_INVOKE:
            return input
        return Payload({"ExecutedVersion": "$LATEST", "Payload": input.value, "StatusCode": 200})

    # Stops

    def _stop_before(self, event: HistoryEvent) -> BeforeState | None:
        execution = self.interpreter.execution
        frame = execution.frames.get(event.frame)
        if frame is None:
            return None
        if event.type.endswith("StateEntered"):
            assert event.payload is not None and event.details is not None
            self._replacements.pop(frame.serial, None)
            entered = copy(frame)
            state = frame.machine.states[event.details["name"]]
            entered.stay = Stay(state, event.id, event.previous_event_id, event.at)
            return self._before_state(entered, state, event.payload, attempt=1)
        if event.type.endswith("Scheduled") and frame.stay.scheduled:
            return self._before_state(frame, frame.stay.state, frame.input, attempt=frame.stay.scheduled + 1)
        return None

    def _before_state(self, frame: Frame, state: State, input: Payload, attempt: int) -> BeforeState:
        error = frame.stay.error
        return BeforeState(
            state.name,
            state.type,
            _place_of_frame(frame),
            input,
            frame.variables,
            context_object(self.interpreter.execution, frame, attempt - 1),
            attempt,
            None if error is None else error.error,
        )


def _place_of_frame(frame: Frame) -> tuple[tuple[str, int], ...]:
    place: list[tuple[str, int]] = []
    while frame.parent is not None:
        place.append((frame.parent.stay.state.name, frame.index))
        frame = frame.parent
    return tuple(reversed(place))
