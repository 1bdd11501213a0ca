"""The mock configuration file of Step Functions Local: test cases and mocked responses.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html

    {"StateMachines": {MACHINE: {"TestCases": {CASE: {STATE: RESPONSE}}}},
     "MockedResponses": {RESPONSE: {"0": {"Return": …}, "1-2": {"Throw": {"Error": str, "Cause": str}}}}}

Only the parts that a test case uses are checked, as in Step Functions Local: an error elsewhere in
the file does not affect other cases. An error is one line: the file, the location in it (a JSON
pointer), and how to fix it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from sfn_cli import json_text
from sfn_cli.errors import ApiError
from sfn_cli.input_files import PROJECT_FILE_BYTES, read_input_text
from sfn_cli.interpreter.mocks import mocked_invocations
from sfn_cli.json_pointer import pointer
from sfn_cli.settings.table import MOCK_CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfn_cli.jsonvalue import Json


def mock_config_responses(
    path: str, machine: str, test_case: str, task_states: Collection[str]
) -> dict[str, Json]:
    """Returns the responses of a state machine's test case: {STATE: {"name": RESPONSE, "response": …}}.

    Raises ApiError ValidationException.
    """
    file = _MockConfigFile(path)
    cases = file.object("StateMachines", machine, "TestCases")
    if test_case not in cases:
        file.refuse(
            ("StateMachines", machine, "TestCases"),
            f"there is no test case '{test_case}'{_mock_config_alternatives(test_case, cases)}",
        )
    place = ("StateMachines", machine, "TestCases", test_case)
    found: dict[str, Json] = {}
    for state, name in file.object(*place).items():
        if state not in task_states:
            file.refuse(
                (*place, state),
                "the state machine has no Task state of this name"
                f"{_mock_config_alternatives(state, task_states)}",
            )
        if not isinstance(name, str):
            file.refuse((*place, state), "it must be the name of a mocked response, a string")
        found[state] = {"name": name, "response": _mock_config_response(file, name)}
    return found


def mock_config_test_cases(path: str, machine: str) -> list[str]:
    """Returns the names of a state machine's test cases, none if the file does not have the machine.

    Raises ApiError ValidationException.
    """
    file = _MockConfigFile(path)
    known = file.object("StateMachines")
    return list(file.object("StateMachines", machine, "TestCases")) if machine in known else []


class _MockConfigFile:
    """The file's JSON, with the locations of its parts."""

    def __init__(self, path: str) -> None:
        self._path = path
        try:
            text = read_input_text(path, PROJECT_FILE_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise _invalid_mock_config(
                f"The mock configuration file {path} cannot be read: {reason}. "
                "Set its path with SFN_MOCK_CONFIG; "
                f"by default, it is {MOCK_CONFIG_FILE} in the current folder."
            ) from None
        try:
            self._content = json_text.read_json(text)
        except json_text.NotJson as error:
            raise _invalid_mock_config(
                f"The mock configuration file {path} is not JSON, line {error.line}, column {error.column}: "
                f"{error.message}"
            ) from None
        if not isinstance(self._content, dict):
            self.refuse((), "it must be an object with StateMachines and MockedResponses")

    def object(self, *place: str) -> dict[str, Json]:
        """Returns the object at this location."""
        found = self._content
        for depth, name in enumerate(place):
            if name not in found:
                self.refuse(place[:depth], f"there is no '{name}'{_mock_config_alternatives(name, found)}")
            found = found[name]
            if not isinstance(found, dict):
                self.refuse(place[: depth + 1], "it must be an object")
        return dict(found)

    def refuse(self, place: tuple[str, ...], reason: str) -> NoReturn:
        raise _invalid_mock_config(
            f"The mock configuration file {self._path}, at /{'/'.join(map(pointer, place))}: {reason}."
        )


def _mock_config_response(file: _MockConfigFile, name: str) -> dict[str, Json]:
    """Returns the mocked response of this name.

    Checks that every answer is valid, and that no invocation between the first and last is missing.
    """
    place = ("MockedResponses", name)
    response = file.object(*place)
    ranges: list[tuple[int, int, str]] = []
    for key, value in response.items():
        try:
            ranges.append((*mocked_invocations(key), key))
        except ValueError:
            file.refuse(
                (*place, key),
                'the key must be an invocation, such as "0", or a range of invocations, such as "1-2"',
            )
        _check_mock_config_answer(file, (*place, key), value)
    expected = 0
    for first, last, key in sorted(ranges):
        if first != expected:
            what = (
                f"invocation {expected} has no answer"
                if first > expected
                else f"invocation {first} has two answers"
            )
            file.refuse((*place, key), f"{what}: invocations must be numbered from 0, without gaps")
        expected = last + 1
    return response


def _check_mock_config_answer(file: _MockConfigFile, place: tuple[str, ...], value: Json) -> None:
    if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= {"Return", "Throw"}:
        file.refuse(place, "it must be an object with exactly one field, Return or Throw")
    if "Throw" in value:
        thrown: Any = value["Throw"]
        if (
            not isinstance(thrown, dict)
            or not isinstance(thrown.get("Error"), str)
            or not isinstance(thrown.get("Cause", ""), str)
        ):
            file.refuse((*place, "Throw"), "it must be an object with the strings Error and Cause")


def _mock_config_alternatives(given: str, known: Collection[str]) -> str:
    """Describes the alternatives to an unknown name; similar ones come first."""
    if not known:
        return ""
    from difflib import get_close_matches

    close = get_close_matches(given, known, 1)
    others = [name for name in known if name not in close]
    return f"; choose from {', '.join(repr(name) for name in (*close, *others)[:_MOST_NAMES])}"


_MOST_NAMES = 10


def _invalid_mock_config(message: str) -> ApiError:
    return ApiError("ValidationException", message)
