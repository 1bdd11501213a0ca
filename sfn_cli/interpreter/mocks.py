"""Mocked responses and injected faults: results of an execution's tasks without their integrations.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html

Rule 1: a mocked response counts the invocations of its state in the whole execution, from 0. Retries,
iterations of a Map and returns to the state all count, in the order of the history.
Rule 2: an invocation without an answer in its response fails the execution.
Rule 3: a fault counts the attempts in one visit of its state, from 1: each iteration of a Map counts
separately. Attempts after a redrive continue the count.
Rule 4: a fault has priority over a response, and also counts as an invocation. A task without a fault
or a response goes to the integration.

The JSON that an execution stores (a response is an unchanged object from the file's MockedResponses):

    {"testCase": "RetryPath",
     "responses": {STATE: {"name": "MockedRetry",
                           "response": {"0-2": {"Throw": {"Error", "Cause"}}, "3": {"Return": …}}}},
     "faults": [{"state": STATE, "error": "States.Timeout", "first": 1, "last": 2}]}

`testCase` is null if there is none; `last` is null for all further attempts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.asl.retry import HEARTBEAT_TIMEOUT, RUNTIME, TIMEOUT
from sfn_cli.jsonvalue import Json, Payload, loads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.interpreter.open_task import OpenTask


TIMEOUTS = (TIMEOUT, HEARTBEAT_TIMEOUT)
"""The errors that are recorded as timeouts."""


class Return(NamedTuple):
    """A task's success, with this result."""

    output: Payload


class Throw(NamedTuple):
    """A task's failure, with this error."""

    error: str
    cause: str | None


Answer = Return | Throw


class MockedResponse(NamedTuple):
    """A mocked response: its name in the file, and its answers in order.

    An answer is (first invocation, last invocation, answer).
    """

    name: str
    answers: Sequence[tuple[int, int, Answer]]


class InjectedFault(NamedTuple):
    """An error for some attempts of a state: from `first` to `last`, or for all further ones."""

    state: str
    error: str
    first: int
    last: int | None


class Mocks(NamedTuple):
    """The mocks of an execution: its test case's responses by state, and its faults."""

    test_case: str | None
    responses: Mapping[str, MockedResponse]
    faults: Sequence[InjectedFault]

    def answer(self, task: OpenTask) -> Answer | None:
        """Returns the mocked answer for the task; None if its integration runs."""
        for state, error, first, last in self.faults:
            if state == task.state_name and first <= task.attempt and (last is None or task.attempt <= last):
                # AWS records no cause for a timeout: a machine that reads the cause must fail here too.
                return Throw(
                    error,
                    None
                    if error in TIMEOUTS
                    else f"Injected into attempt {task.attempt} of the state '{state}'.",
                )
        response = self.responses.get(task.state_name)
        return None if response is None else self._mocked_answer(response, task)

    def mentions(self, state: str) -> bool:
        """Whether a response or a fault is for this state."""
        return state in self.responses or any(fault.state == state for fault in self.faults)

    def _mocked_answer(self, response: MockedResponse, task: OpenTask) -> Answer:
        for first, last, answer in response.answers:
            if first <= task.invocation <= last:
                return answer
        known = f"it ends with {response.answers[-1][1]}" if response.answers else "it has none"
        return Throw(
            RUNTIME,
            f"The mocked response '{response.name}' of the test case '{self.test_case}' has no answer "
            f"for invocation {task.invocation} of the state '{task.state_name}': {known}.",
        )


@lru_cache(maxsize=64)
def read_mocks(text: str) -> Mocks:
    """Parses the JSON of the mocks that an execution stores."""
    stored = loads(text)
    return Mocks(
        stored["testCase"],
        {
            state: MockedResponse(mocked["name"], mocked_answers(mocked["response"]))
            for state, mocked in stored["responses"].items()
        },
        [InjectedFault(**fault) for fault in stored["faults"]],
    )


def mocked_answers(response: Mapping[str, Json]) -> list[tuple[int, int, Answer]]:
    """Returns the answers of a valid mocked response, in the order of their invocations."""
    return sorted(
        ((*mocked_invocations(key), _mocked_answer(value)) for key, value in response.items()),
        key=lambda answer: answer[:2],
    )


def _mocked_answer(value: Mapping[str, Json]) -> Answer:
    return (
        Return(Payload(value["Return"]))
        if "Return" in value
        else Throw(value["Throw"]["Error"], value["Throw"].get("Cause"))
    )


def mocked_invocations(key: str) -> tuple[int, int]:
    """Returns the first and last invocation from a key such as "3" or "1-2".

    Raises ValueError for any other key, or if the last invocation comes before the first.
    """
    found = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", key, re.ASCII)
    if found is None:
        raise ValueError(key)
    first = int(found[1])
    last = first if found[2] is None else int(found[2])
    if last < first:
        raise ValueError(key)
    return first, last
