"""Intrinsic Functions. The first table is recorded from AWS (areas intrinsic and services)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from sfn_cli.errors import StatesError
from sfn_cli.query.intrinsic_parser import compile_intrinsic
from sfn_cli.query.scope import Scope

SPLIT = "Value1,Value2,Value3\nValue4,Value5,Value6\n,,,\ntrue,1,'HelloWorld'\nNull,None,\n   \n"
OBJECT = {"Arg1": 1, "Arg2": []}


def evaluate(text: str, input: Any = None, **scope: Any) -> Any:
    return compile_intrinsic(text).evaluate(Scope(input, **scope))


@pytest.mark.parametrize(
    "call, input, result",
    [
        ("States.Array()", None, []),
        ("States.Array($.fst, $.snd)", {"fst": OBJECT, "snd": OBJECT}, [OBJECT, OBJECT]),
        ("States.ArrayContains($.fst, $.snd)", {"fst": [True, False], "snd": False}, True),
        ("States.ArrayGetItem($.fst, $.snd)", {"fst": [1, 2, 3, 4, 5, 6, 7, 8, 9], "snd": 5}, 6),
        ("States.ArrayLength($)", [None, None, 1.1, []], 4),
        ("States.Base64Encode($)", "Data to encode", "RGF0YSB0byBlbmNvZGU="),
        (
            "States.Format('Formatting argument {}.', $)",
            '{"Arg1": 1, "Arg2": []}',
            'Formatting argument {"Arg1": 1, "Arg2": []}.',
        ),
        (
            "States.Format('fst={} and snd={}.', $, $)",
            OBJECT,
            "fst={Arg1=1, Arg2=[]} and snd={Arg1=1, Arg2=[]}.",
        ),
        ("States.Format('Format:{}', 101)", None, "Format:101"),
        ("States.JsonToString($)", OBJECT, '{"Arg1":1,"Arg2":[]}'),
        ("States.StringToJson($)", '{"Arg1": 1, "Arg2": []}', OBJECT),
        ("States.MathAdd($.fst, $.snd)", {"fst": -3.5, "snd": 0}, -3),
        ("States.Hash($, 'SHA-512')", "input data", hashlib.sha512(b"input data").hexdigest()),
        (
            "States.StringSplit($, ',')",
            SPLIT,
            [
                "Value1",
                "Value2",
                "Value3\nValue4",
                "Value5",
                "Value6\n",
                "\ntrue",
                "1",
                "'HelloWorld'\nNull",
                "None",
                "\n   \n",
            ],
        ),
    ],
)
def test_recorded(call: str, input: Any, result: Any) -> None:
    """The values are those that AWS returned."""
    assert evaluate(call, input) == result


@pytest.mark.parametrize(
    "call, result",
    [
        ("States.Array('a', -1, 2.5, true, null, States.Array())", ["a", -1, 2.5, True, None, []]),
        ("States.ArrayPartition($.n, 2)", [[1, 2], [3, 4], [5]]),
        ("States.ArrayContains($.n, true)", False),  # true is not 1
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(5, 1, -2)", [5, 3, 1]),
        ("States.ArrayRange(1, 0, 1)", []),
        ("States.ArrayUnique($.twice)", [1, True, {"a": 1, "b": 2}, "1"]),
        ("States.Base64Decode('RGF0YQ==')", "Data"),
        ("States.JsonMerge($.left, $.right, false)", {"a": {"y": 2}, "b": 1, "c": 3}),
        ("States.StringSplit('1.2+3', '.+')", ["1", "2", "3"]),  # each character is a separator
        (r"States.Format('it\'s \{\} {} \\', 'x')", "it's {} x \\"),
        ("States.Format($.template, 'x', null)", "<x|null>"),
        ("States.Format('{}', $.left)", "{a={x=1}, b=1}"),
        ("States.ArrayGetItem(States.StringSplit('a-b', '-'), States.MathAdd(1, 0))", "b"),
        ("States.ArrayLength($['n'])", 5),
        ("States.ArrayLength($.items[?(@.v == ')')])", 1),
        ("  States.MathAdd( 1 ,2 )  ", 3),
    ],
)
def test_functions(call: str, result: Any) -> None:
    """Each function returns the documented result."""
    input = {
        "n": [1, 2, 3, 4, 5],
        "twice": [1, True, 1.0, {"a": 1, "b": 2}, {"b": 2, "a": 1}, "1"],
        "left": {"a": {"x": 1}, "b": 1},
        "right": {"a": {"y": 2}, "c": 3},
        "template": "<{}|{}>",
        "items": [{"v": ")"}, {"v": 1}],
    }
    assert evaluate(call, input) == result


@pytest.mark.parametrize(
    "call, why",
    [
        ("States.ArrayGetItem($.n, 3)", "the index 3 is out of bounds for an array of 3 elements"),
        ("States.ArrayGetItem($.n, 'x')", "the second argument must be an integer"),
        ("States.ArrayPartition($.n, 0)", "the chunk size must be a positive integer"),
        ("States.ArrayRange(0, 1000, 1)", "an array of more than 1000 elements cannot be created"),
        ("States.ArrayRange(0, 1, 0)", "the step must not be 0"),
        ("States.ArrayLength('x')", "the first argument must be an array"),
        ("States.Format('{}{}', 1)", "the template has 2 occurrences of {}, but 1 values were given"),
        ("States.Hash('x', 'CRC')", "the algorithm must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512"),
        (
            "States.JsonMerge($, $, true)",
            "only shallow merging is supported: the third argument must be false",
        ),
        ("States.MathAdd(true, 1)", "the first argument must be an integer"),
        ("States.MathRandom(5, 5)", "the start number must be less than the end number"),
        ("States.Base64Decode('!')", "the string is not valid Base64 of UTF-8 text"),
    ],
)
def test_arguments_that_do_not_suit(call: str, why: str) -> None:
    """The error is States.Runtime (stackd: dataflow_execution.json), with the text of the whole call."""
    with pytest.raises(StatesError) as caught:
        evaluate(call, {"n": [1, 2, 3]})
    assert caught.value.error == "States.Runtime"
    assert caught.value.cause == f"The function '{call}' had the following error: {why}"


def test_missing_path() -> None:
    """A path that finds nothing is States.Runtime with AWS's message."""
    with pytest.raises(StatesError) as caught:
        evaluate("States.Array($.gone)", {"there": 1})
    assert caught.value.error == "States.Runtime"
    assert caught.value.cause == (
        "The function 'States.Array($.gone)' had the following error: "
        """The JsonPath argument for the field '$.gone' could not be found in the input '{"there":1}'"""
    )


@pytest.mark.parametrize(
    "call, why",
    [
        ("States.Nope()", "there is no function States.Nope"),
        ("Format('{}')", "expected a function call"),
        ("States.UUID(1)", "States.UUID takes 0 arguments but 1 were given"),
        ("States.MathRandom(1)", "States.MathRandom takes 2 to 3 arguments but 1 were given"),
        ("States.Array('a' 'b')", "expected ',' or ')'"),
        ("States.Array(", "expected a function call"),
        ("States.UUID() x", "unexpected text after the call"),
        # Recorded: an illegal escape.
        (r"""States.StringToJson('{"a":"\"b\""}')""", "expected a function call"),
        ("States.Array($.a..)", "expected a name after '.'"),
        ("States.Array(" * 11 + ")" * 11, "functions can be nested at most 10 levels deep"),
    ],
)
def test_bad_syntax(call: str, why: str) -> None:
    """The error of an invalid call has its column and the reason."""
    with pytest.raises(ValueError, match=r"Invalid intrinsic function .* at column \d+") as caught:
        compile_intrinsic(call)
    assert why in str(caught.value)


def test_ten_deep() -> None:
    """Ten nested calls are allowed."""
    assert evaluate("States.Array(" * 10 + ")" * 10) == [[[[[[[[[[]]]]]]]]]]


def test_randomness() -> None:
    """Random values come from the scope's seed.

    A seed in the call always yields the same number.
    """
    call = compile_intrinsic("States.MathRandom(10, 20)")
    scope = Scope(seed="s")
    drawn = [call.evaluate(scope) for _ in range(50)]
    assert set(drawn) <= set(range(10, 20))
    assert len(set(drawn)) > 3
    assert compile_intrinsic("States.MathRandom(10, 20)").evaluate(Scope(seed="s")) == drawn[0]
    seeded = "States.MathRandom(0, 1000, 42)"
    # new java.util.Random(42).nextInt(1000)
    assert evaluate(seeded, seed="a") == evaluate(seeded, seed="b") == 130
    assert evaluate("States.UUID()", seed="a") != evaluate("States.UUID()", seed="b")
