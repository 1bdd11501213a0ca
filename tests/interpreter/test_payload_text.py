"""The text of payloads, and what AWS was seen to do with a state's data: a rule for each row.

Sources: stackd (captures of AWS, 2026), floci (measurements of AWS by users, 2026), LocalStack (recordings
of AWS), guide (AWS's developer guide), support (AWS support, quoted by a user).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.interpreter.events import execution_started_event
from sfn_cli.jsonvalue import Payload
from tests.interpreter.manual_driver import START, run

if TYPE_CHECKING:
    from sfn_cli.interpreter.events import HistoryEvent

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:a"
WHERE = "An error occurred while executing the state 'A' (entered at the event id #2). "


def started(text: str) -> list[HistoryEvent]:
    """The start of an execution with this text as its input, at a time without milliseconds."""
    return [execution_started_event(Payload(text=text), "arn:aws:iam::123456789012:role/any", START)]


def ended(text: str, *states: dict[str, Any], language: str = "JSONPath") -> tuple[str, str | None]:
    """The output's text, or the error and the cause, of a machine with these states in a row."""
    names = "ABCDEFGH"[: len(states)]
    following = [{"Next": name} for name in names[1:]] + [{"End": True}]
    machine = {
        "QueryLanguage": language,
        "StartAt": "A",
        "States": {
            name: {"Type": "Pass", **state, **after}
            for name, state, after in zip(names, states, following, strict=True)
        },
    }
    last = run(machine, None, history=started(text))[-1]
    if last.payload is not None:
        return last.payload.text, None
    details = last.details or {}
    return details["error"], details["cause"]


def test_a_state_is_entered_with_compact_input() -> None:
    """ExecutionStarted has the text as it was given; every other event has the compact text.

    (LocalStack: test_map_state_label and other recordings since the middle of 2024)
    """
    states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}
    history = run({"StartAt": "A", "States": states}, None, history=started('{ "n" : [1e2, "a  b"] }'))
    assert [event.payload and event.payload.text for event in history] == [
        '{ "n" : [1e2, "a  b"] }',
        *['{"n":[100.0,"a  b"]}'] * 5,
    ]


def test_a_tasks_result_is_recorded_as_it_was_given() -> None:
    """A task's result retains its text up to the end of its state; the next state has compact input.

    (LocalStack: the results of mocks in recordings of 2026 have their spaces)
    """
    states = {"A": {"Type": "Task", "Resource": ACTIVITY, "Next": "B"}, "B": {"Type": "Succeed"}}
    machine = {"StartAt": "A", "States": states}
    history = run(machine, None, {"A": [{"text": "[1, 2]"}]}, history=started("{}"))
    assert [(event.type, event.payload.text) for event in history[3:] if event.payload] == [
        ("ActivitySucceeded", "[1, 2]"),
        ("TaskStateExited", "[1, 2]"),
        ("SucceedStateEntered", "[1,2]"),
        ("SucceedStateExited", "[1,2]"),
        ("ExecutionSucceeded", "[1,2]"),
    ]


@pytest.mark.parametrize(
    "number, text",
    [
        ("1e10", "1.0E10"),  # floci, in the input of a child execution
        ("1789180622.5", "1.7891806225E9"),  # floci
        ("9223372036854775808.0", "9.223372036854776E18"),  # floci, in JSONata
        ("1e-7", "1.0E-7"),  # floci
        ("-0.00012", "-1.2E-4"),
        ("0.001", "0.001"),
        ("9999999.5", "9999999.5"),
        ("1E7", "1.0E7"),
        ("0.0009", "9.0E-4"),
        ("5e-324", "4.9E-324"),
        ("1e23", "1.0E23"),
        ("1.50", "1.5"),
        ("100", "100"),
        ("12345678901234567890", "12345678901234567890"),  # an integer is not a double
    ],
)
@pytest.mark.parametrize(
    "state",
    [
        {},
        {"Parameters": {"n.$": "$.n"}},
        {"InputPath": "$"},
        {"Parameters": {"n.$": "States.StringToJson(States.JsonToString($.n))"}},
    ],
    ids=["untouched", "Parameters", "InputPath", "StringToJson"],
)
def test_a_double_has_javas_text(number: str, text: str, state: dict[str, Any]) -> None:
    """Numbers with a point or an exponent are written as Java's Double.toString() does."""
    assert ended(f'{{"n": {number}, "text": "1e10 -0.00012"}}', state)[0] in (
        f'{{"n":{text},"text":"1e10 -0.00012"}}',
        f'{{"n":{text}}}',
    )


@pytest.mark.parametrize(
    "expression, text",
    [
        ("$parse('9223372036854775808')", "9.223372036854776E18"),  # floci
        ("$parse('123456789012345678901234567890')", "1.2345678901234568E29"),  # floci
        ("9223372036854774784", "9223372036854774784"),
        ("1e21", "1.0E21"),  # floci
        ("1e10", "10000000000"),
        ("0.000001", "1.0E-6"),  # floci
        ("-0.0000001", "-1.0E-7"),
        ("0.5", "0.5"),
    ],
)
def test_a_number_of_jsonata(expression: str, text: str) -> None:
    """A result that fits Java's long is an integer; any other is a double."""
    assert ended("{}", {"Output": f"{{% {expression} %}}"}, language="JSONata") == (text, None)


@pytest.mark.parametrize(
    "text, state, output",
    [
        # floci; the same path fails in a function and in InputPath
        ('{"items":[1,2]}', {"Parameters": {"v.$": "$.items[5]"}}, '{"v":null}'),
        ('{"items":[]}', {"Parameters": {"v.$": "$.items[0]"}}, '{"v":null}'),
        ('{"items":[1]}', {"Parameters": {"v.$": "$.items[-2]"}}, '{"v":null}'),
        ("[1,2]", {"Parameters": {"v": [{"w.$": "$[5]"}]}}, '{"v":[{"w":null}]}'),
        ("{}", {"Parameters": {"v.$": "States.StringToJson('')"}}, '{"v":null}'),  # LocalStack
        ("{}", {"Parameters": {"v.$": "States.JsonToString(0.0000001)"}}, '{"v":"1.0E-7"}'),
        ("{}", {"Parameters": {"v.$": "States.Format('{}', 0.0000001)"}}, '{"v":"1.0E-7"}'),
        ('{"a": 1}', {"Result": None}, '{"a":1}'),  # stackd
        ('{"a": 1}', {"Result": None, "Parameters": {"b.$": "$.a"}}, '{"b":1}'),
        ('{"a": 1}', {"Result": None, "ResultPath": "$.r"}, '{"a":1,"r":{"a":1}}'),
        ('{"a": 1}', {"Result": 99, "ResultPath": None}, '{"a":1}'),  # stackd
        ("{}", {"Parameters": {"t.$": "$$.State.EnteredTime"}}, '{"t":"2023-11-14T22:13:20Z"}'),  # support
        ("{}", {"Parameters": {"t.$": "$$.Execution.StartTime"}}, '{"t":"2023-11-14T22:13:20Z"}'),
        ('{"s":"0"}', {"Type": "Wait", "SecondsPath": "$.s"}, '{"s":"0"}'),  # stackd
    ],
)
def test_a_value(text: str, state: dict[str, Any], output: str) -> None:
    """What AWS makes of a value that is missing, null or empty."""
    assert ended(text, state) == (output, None)


def test_a_time_with_milliseconds() -> None:
    """The Context Object's times have milliseconds unless they are 0. (support)"""
    machine = {
        "StartAt": "W",
        "States": {
            "W": {"Type": "Wait", "Timestamp": "2023-11-14T22:13:20.250Z", "Next": "P"},
            "P": {"Type": "Pass", "Parameters": {"t.$": "$$.State.EnteredTime"}, "End": True},
        },
    }
    last = run(machine, None, history=started("{}"))[-1]
    assert last.payload is not None
    assert last.payload.text == '{"t":"2023-11-14T22:13:20.250Z"}'


MAP = {"Type": "Map", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}}
FUNCTION = "The function '{}' had the following error: "


@pytest.mark.parametrize(
    "text, state, error, cause",
    [
        (  # stackd
            "4",
            {"Result": 99, "ResultPath": "$.child"},
            "States.ReferencePathConflict",
            "Unable to apply ReferencePath $.child to input 4",
        ),
        (
            '{"a": [1]}',
            {"Result": 99, "ResultPath": "$.a.b"},
            "States.ReferencePathConflict",
            'Unable to apply step "b" to input {"a":[1]}',
        ),
        (  # stackd
            '{"v": 4}',
            {"Parameters": {"n.$": "States.ArrayLength($.v)"}},
            "States.Runtime",
            WHERE + FUNCTION.format("States.ArrayLength($.v)") + "the first argument must be an array",
        ),
        (  # floci: the path of the Context Object, and the state's input
            '{"other": 1}',
            {"Parameters": {"v.$": "States.Format('{}', $$.Nope.Deep)"}},
            "States.Runtime",
            WHERE
            + FUNCTION.format("States.Format('{}', $$.Nope.Deep)")
            + "The JsonPath argument for the field '$.Nope.Deep' could not be found in the input "
            "'{\"other\":1}'",
        ),
        (  # floci
            '{"a": 1}',
            {"Parameters": {"v.$": "States.Format('{}', $.a[0])"}},
            "States.Runtime",
            WHERE
            + FUNCTION.format("States.Format('{}', $.a[0])")
            + "Filter: [0] can only be applied to arrays. Current context is: 1",
        ),
        (  # floci
            '{"items": [1,2]}',
            {"Parameters": {"v.$": "States.Format('{}', $.items[5])"}},
            "States.Runtime",
            WHERE
            + FUNCTION.format("States.Format('{}', $.items[5])")
            + "The JsonPath argument for the field '$.items[5]' could not be found in the input "
            "'{\"items\":[1,2]}'",
        ),
        (  # floci
            '{"items": [1]}',
            {"Parameters": {"v.$": "$.items[5].x"}},
            "States.Runtime",
            WHERE + "The JSONPath '$.items[5].x' specified for the field 'v.$' "
            "could not be found in the input '{\"items\":[1]}'",
        ),
        (
            '{"items": [1]}',
            {"InputPath": "$.items[5]"},
            "States.Runtime",
            f"{WHERE}Invalid path '$.items[5]' : No results for path: $['items'][5]",
        ),
        (  # users of AWS: the definition is accepted, and the function is taken for a name
            '{"l": [1,2]}',
            {"InputPath": "$.l.length()"},
            "States.Runtime",
            f"{WHERE}Invalid path '$.l.length()' : Property ['length()'] not found in path $['l']",
        ),
        (
            '{"l": [1,2]}',
            {"Parameters": {"n.$": "$.l.sum()"}},
            "States.Runtime",
            WHERE + "The JSONPath '$.l.sum()' specified for the field 'n.$' "
            "could not be found in the input '{\"l\":[1,2]}'",
        ),
        (  # stackd
            '{"items": null}',
            {**MAP, "ItemsPath": "$.items"},
            "States.Runtime",
            'Reference path "$.items" must point to array.',
        ),
        (  # users of AWS
            '{"a": {"b": 1}}',
            {**MAP, "ItemsPath": "$.a.items"},
            "States.ReferencePathConflict",
            'Unable to apply step "items" to input {"a":{"b":1}}',
        ),
        (
            '{"a": {"b": 1}}',
            {**MAP, "ItemsPath": "$$.Nope"},
            "States.Runtime",
            f"{WHERE}Invalid path '$$.Nope' : No results for path: $['Nope']",
        ),
        (
            '{"s": "1.5"}',
            {"Type": "Wait", "SecondsPath": "$.s"},
            "States.Runtime",
            f"{WHERE}The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5",
        ),
    ],
)
def test_a_failure(text: str, state: dict[str, Any], error: str, cause: str) -> None:
    """The error and the cause of data that does not suit a field."""
    assert ended(text, state) == (error, cause)


def padded(**lengths: int) -> dict[str, Any]:
    return {"Assign": {name: f"{{% $pad('', {length}, 'x') %}}" for name, length in lengths.items()}}


@pytest.mark.parametrize(
    "lengths, fits",
    [
        ({"x": 262_142}, True),
        ({"x": 262_143}, False),
        ({"x": 131_070, "y": 131_070}, True),
        ({"x": 131_071, "y": 131_071}, False),
    ],
)
def test_the_size_of_an_assignment(lengths: dict[str, int], fits: bool) -> None:
    """The texts of the values count, up to 262,144 bytes; the names do not. (stackd: variable_limits.json)"""
    state = {"Type": "Pass", **padded(**lengths), "Output": True, "End": True}
    machine = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}
    history = run(machine, {})
    if fits:
        assert history[-1].type == "ExecutionSucceeded"
        return
    assert [event.type for event in history[2:]] == ["EvaluationFailed", "ExecutionFailed"]
    assert (history[-1].details or {})["error"] == "States.DataLimitExceeded"


def test_the_size_of_all_variables() -> None:
    """All variables together have at most 10 MiB. A replaced value counts once. (stackd)"""
    replaced = [{**padded(v=250_000), "Output": n} for n in range(43)]
    kept = [padded(**{f"v{n}": 250_000}) for n in range(1, 43)]
    states = {
        f"Assign{n}": {"Type": "Pass", **state, "Next": f"Assign{n + 1}"}
        for n, state in enumerate([*replaced, *kept], start=-42)
    }
    states["Assign43"] = {"Type": "Succeed"}
    machine = {"QueryLanguage": "JSONata", "StartAt": "Assign-42", "States": states}
    *_, entered, failed, last = run(machine, {})
    cause = (
        "Execution total variable size limit exceeded. State 'Assign41' assigned variables that exceed the "
        "total execution limit by 14324 bytes."
    )
    assert (entered.type, failed.type, last.type) == (
        "PassStateEntered",
        "EvaluationFailed",
        "ExecutionFailed",
    )
    assert (failed.previous_event_id, last.previous_event_id) == (entered.id, failed.id)
    error = {"error": "States.DataLimitExceeded", "cause": cause}
    assert failed.details == {**error, "location": "Assign", "state": "Assign41"}
    assert last.details == error
