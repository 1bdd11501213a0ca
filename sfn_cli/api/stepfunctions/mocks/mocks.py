"""Mocks of an execution's integrations: a test case (ARN#CASE) and injected faults.

Faults are in the member `inject`, an extension of sfn.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-test-sm-exec.html
Both are resolved when the execution starts, and stored with it: later changes of the file or the
environment have no effect.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.api.stepfunctions.mocks import mock_config
from sfn_cli.asl.nesting import states_with_nested
from sfn_cli.errors import UsageError
from sfn_cli.settings.table import MOCK_CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sfn_cli.jsonvalue import Json
    from sfn_cli.settings import Settings
    from sfn_cli.store.records.state_machines import StateMachine
    from sfn_cli.store.records.stepfunctions.revisions import Revision

FAULT = re.compile(
    r"(?P<state>.+):(?P<error>[^:@]+?)(?:@(?P<first>[1-9]\d{0,8})(?:-(?P<last>[1-9]\d{0,8}))?)?",
    re.ASCII | re.DOTALL,
)
"""STATE:ERROR for every attempt, STATE:ERROR@2 for one attempt, or STATE:ERROR@1-3 for a range."""


class Mocking:
    """The mocks of a request, shared by its executions."""

    def __init__(self, settings: Settings, test_case: str | None, inject: Sequence[str]) -> None:
        self._file = _mocks_file(settings)
        self._test_case = test_case
        self._inject = inject
        self._known: dict[int, str] = {}  # by the row id of the revision

    def of(self, machine: StateMachine) -> str:
        """Returns the mocks to store with an execution of the machine (interpreter/mocks.py).

        Raises ApiError ValidationException, or UsageError.
        """
        revision = machine.revision
        if revision.id not in self._known:
            self._known[revision.id] = jsonvalue.dumps(self._resolve(machine.name, revision))
        return self._known[revision.id]

    def _resolve(self, machine: str, revision: Revision) -> Json:
        tasks = [
            name
            for name, state in states_with_nested(jsonvalue.loads(revision.definition))
            if state["Type"] == "Task"
        ]
        responses = (
            {}
            if self._test_case is None
            else mock_config.mock_config_responses(self._file, machine, self._test_case, tasks)
        )
        return {
            "testCase": self._test_case,
            "responses": responses,
            "faults": [fault for text in self._inject for fault in _mocked_faults(text, tasks)],
        }


def offered_test_cases(settings: Settings, machine: str) -> list[str]:
    """Returns the names of the test cases for a state machine; none if there is no file.

    Raises ApiError ValidationException.
    """
    file = _mocks_file(settings)
    return mock_config.mock_config_test_cases(file, machine) if os.path.exists(file) else []


def _mocks_file(settings: Settings) -> str:
    return os.path.abspath(settings.mock_config or MOCK_CONFIG_FILE)


def _mocked_faults(text: str, tasks: Collection[str]) -> Iterator[Json]:
    """Yields the faults of one --inject.

    State names may contain commas: if the whole text is a fault of one state, it is not a list.
    """
    whole = FAULT.fullmatch(text)
    for part in [text] if whole and whole["state"] in tasks else text.split(","):
        found = FAULT.fullmatch(part.strip())
        if found is None:
            raise UsageError(
                f"Invalid --inject {part.strip()!r}. Use STATE:ERROR, STATE:ERROR@2 or STATE:ERROR@1-3."
            )
        yield _mocked_fault(found, tasks)


def _mocked_fault(found: re.Match[str], tasks: Collection[str]) -> dict[str, Any]:
    state, first, last = found["state"], found["first"], found["last"] or found["first"]
    if state not in tasks:
        known = f"its Task states are {', '.join(map(repr, tasks))}" if tasks else "it has none"
        raise UsageError(f"--inject {found[0]!r}: the state machine has no Task state {state!r}; {known}.")
    if first is not None and int(last) < int(first):
        raise UsageError(f"--inject {found[0]!r}: the end of the range is before its start.")
    return {
        "state": state,
        "error": found["error"],
        "first": int(first or 1),
        "last": None if last is None else int(last),
    }
