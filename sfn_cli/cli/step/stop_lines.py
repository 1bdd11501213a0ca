"""What is shown at a stop of `sfn run --step`: its title, its data, and the keys that it accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from sfn_cli.drivers.in_process.stepped import BeforeState, BeforeTask, Skip, WaitingTasks
from sfn_cli.interpreter.mocks import Return, Throw
from sfn_cli.jsonvalue import dumps
from sfn_cli.views.stepping.data_lines import data_lines, spans_beside, text_lines
from sfn_cli.views.text.styled_line import Span, shorten_line
from sfn_cli.views.text.time_spans import format_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfn_cli.drivers.in_process.stepped import SteppedExecution, Stop
    from sfn_cli.interpreter.mocks import Answer
    from sfn_cli.interpreter.open_task import OpenTask
    from sfn_cli.jsonvalue import Json
    from sfn_cli.views.text.styled_line import StyledLine

_ENDS = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timed out", "ABORTED": "was aborted"}

Keys = tuple[tuple[str, str], ...]

_NEXT: Keys = (("n", "next"), ("c", "continue"), ("b", "breakpoint"))
_TASK: Keys = (("m", "mock"), ("f", "fail"), ("s", "skip"))
_EVERYWHERE: Keys = (("?", "help"), ("q", "quit"), ("i", "inspect"), ("h", "history"))

HELP: Keys = (
    ("n  space  Enter", "run the state, and stop before the next one"),
    ("c", "continue to a breakpoint, to a task that waits for an answer, or to the end"),
    ("b", "set a breakpoint on a state, or remove it; Tab completes the name"),
    ("e", "edit the input of the state in your editor ($VISUAL or $EDITOR)"),
    ("m", "mock the task with a result, as JSON; without a text, in your editor"),
    ("f", "let the task fail: the name of the error, then its cause"),
    ("s", "skip the task: its result is its input"),
    ("m f", "at a task that waits for an answer: succeed or fail"),
    ("Tab", "go to the next task that waits"),
    ("i", "show input, variables, Context Object and definition on the whole screen"),
    ("h  ←", "walk through the history so far, as with sfn step; q returns"),
    ("PgDn  PgUp", "scroll the data"),
    ("q", "quit: the execution is aborted"),
)


def stop_title(stop: Stop | None, execution: SteppedExecution, task: int) -> str:
    """Returns what happens at a stop, in one line. `task` is the chosen one of several that wait."""
    match stop:
        case BeforeState(state=state, attempt=1):
            return f"before {state}"
        case BeforeState(state=state, attempt=attempt, error=error):
            return f"before attempt {attempt} of {state}, after {error or 'a failure'}"
        case BeforeTask(task=called) if called.plan is not None:
            return f"{called.state_name} runs the children of its Map Run …"
        case BeforeTask(task=called):
            return f"{called.state_name} calls {called.resource.arn} …"
        case WaitingTasks(tasks=tasks, until=until):
            chosen = tasks[task]
            most = "" if until is None else f", at most {format_span(until - execution.now)}"
            many = "" if len(tasks) == 1 else f" ({task + 1} of {len(tasks)})"
            return f"{chosen.state_name} waits for {_awaited(chosen)}{most}{many}"
        case None:
            return f"the execution {_ENDS[execution.status]}"
        case _:
            assert_never(stop)


def _awaited(task: OpenTask) -> str:
    if task.plan is not None:
        return "a child of its Map Run"
    if task.activity is not None:
        return "a worker of its activity"
    return "the end of its job" if task.awaits_child else "an answer"


def stop_keys(stop: Stop | None) -> Keys:
    """Returns the keys that a stop accepts, the important ones first."""
    match stop:
        case BeforeState(type=type, attempt=attempt):
            edit: Keys = (("e", "edit input"),) if attempt == 1 else ()
            return (*_NEXT, *edit, *(_TASK if type == "Task" else ()), *_EVERYWHERE)
        case BeforeTask():
            return (("Ctrl-C", "quit"),)
        case WaitingTasks(tasks=tasks, until=until):
            passes: Keys = () if until is None else (("n", "let time pass"),)
            tab: Keys = (("Tab", "next task"),) if len(tasks) > 1 else ()
            return (("m", "succeed"), ("f", "fail"), *passes, *tab, ("b", "breakpoint"), *_EVERYWHERE)
        case None:
            return (("h", "history"), ("q", "quit"))
        case _:
            assert_never(stop)


def stop_lines(
    stop: Stop | None, execution: SteppedExecution, replacement: Answer | Skip | None, task: int, width: int
) -> Iterator[StyledLine]:
    """Yields the data at a stop: what comes next, its input and its variables."""
    match stop:
        case BeforeState():
            yield shorten_line(_state_line("next", stop.state, stop.type, stop.place), width)
            yield from _replacement_lines(replacement, width)
            yield from data_lines("input", stop.input.text, width)
            if stop.variables:
                yield from _value_lines("variables", stop.variables, width)
        case BeforeTask(task=called) if called.plan is None:
            yield from data_lines("arguments", called.arguments.text, width)
        case WaitingTasks(tasks=tasks):
            chosen = tasks[task]
            place = execution.place_of(chosen)
            yield shorten_line(_state_line("waits", chosen.state_name, "Task", place), width)
            yield from text_lines("resource", chosen.resource.arn or "Map Run", width)
            yield from data_lines("arguments", chosen.arguments.text, width)
            response = execution.response_of(chosen)
            if response is not None:
                yield from data_lines("response", response.text, width)
            yield from data_lines("input", execution.input_of(chosen).text, width)
        case None:
            yield from _end_lines(execution, width)


def inspection_lines(
    stop: Stop | None, execution: SteppedExecution, states: Mapping[str, Json], task: int, width: int
) -> Iterator[StyledLine]:
    """Yields everything that is known at a stop, for the whole screen."""
    yield from stop_lines(stop, execution, None, task, width)
    name = None
    if isinstance(stop, BeforeState):
        name = stop.state
        yield from _value_lines("context", stop.context, width)
    elif isinstance(stop, WaitingTasks):
        name = stop.tasks[task].state_name
        variables = execution.variables_of(stop.tasks[task])
        if variables:
            yield from _value_lines("variables", variables, width)
    if name is not None and name in states:
        yield from _value_lines("definition", states[name], width)


def _state_line(label: str, state: str, type: str, place: tuple[tuple[str, int], ...]) -> StyledLine:
    around = "  in " + " › ".join(f"{name}[{index}]" for name, index in place) if place else ""
    return spans_beside(label, [Span(state, "bold"), Span(f"  {type}{around}", "dim")])


def _replacement_lines(replacement: Answer | Skip | None, width: int) -> Iterator[StyledLine]:
    match replacement:
        case Return(output):
            yield from data_lines("mock", output.text, width)
        case Throw(error, cause):
            yield from text_lines("mock", f"{error}: {cause}" if cause else error, width, "failed")
        case Skip() | None:
            return


def _end_lines(execution: SteppedExecution, width: int) -> Iterator[StyledLine]:
    error, cause = execution.error
    if execution.output is not None:
        yield from data_lines("output", execution.output.text, width)
    if error is not None:
        yield from text_lines("error", error, width, "failed")
    if cause is not None:
        yield from text_lines("cause", cause, width, "failed")


def _value_lines(label: str, value: Any, width: int) -> Iterator[StyledLine]:
    yield from data_lines(label, dumps(value), width)
