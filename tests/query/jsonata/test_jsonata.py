"""JSONata: its values, AWS's messages, and the engine's bugs that must stay fixed."""

from __future__ import annotations

import copy
import sys
from typing import Any

import pytest

from sfn_cli.errors import StatesError
from sfn_cli.query.jsonata.expression import compile_expression, evaluate_expression_text, is_expression
from sfn_cli.query.jsonata.result import UNDEFINED, JsonataError
from sfn_cli.query.scope import Scope

INPUT = {
    "n": 5,
    "s": "abc",
    "none": None,
    "list": [1, None, 2.0],
    "empty": [],
    "orders": [{"id": "a", "price": 1.5}, {"id": "b", "price": 2.5}],
}


def scope() -> Scope:
    return Scope(
        states={"input": INPUT, "result": {"x": 1.0}},
        variables={"total": 7, "none": None, "big": 2**70 + 1},
        context=lambda: {"State": {"Name": "S"}},
        now=1_700_000_000_123,
        seed="s",
    )


def evaluate(expression: str) -> Any:
    return compile_expression(expression).evaluate(scope())


@pytest.mark.parametrize(
    "expression, value",
    [
        ("$states.input.n", 5),
        ("$states.input", {**INPUT, "list": [1, None, 2]}),
        ("$states.result.x", 1),  # 1.0 prints as 1
        ("$states.context.State.Name", "S"),
        ("$total + 1", 8),
        ("$big", float(2**70)),  # above Java's long, a number is a double (measured on AWS: floci)
        ("$states.input.orders.id", ["a", "b"]),
        ("$states.input.orders[price > 2].id", "b"),
        ("$sum($states.input.orders.price)", 4),
        ("$states.input.orders{id: price}", {"a": 1.5, "b": 2.5}),
        ("$map($states.input.orders, function($o) { $o.id & '!' })", ["a!", "b!"]),
        ("$states.input.n > 4 and $states.input.s = 'abc'", True),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("1e300", 1e300),
        ("[1..3]", [1, 2, 3]),
        ("null", None),
        ("$none", None),
        ("$states.input.none", None),
        ("$states.input.none = null", True),
        ("$type($states.input.none)", "null"),
        ("$count($states.input.list[$ = null])", 1),
        ("$exists($states.input.gone)", False),
        ("$exists($states.input.none)", True),
    ],
)
def test_values(expression: str, value: Any) -> None:
    """Results are plain JSON; null is a value."""
    result = evaluate(expression)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "expression",
    [
        "$gone",
        "$states.input.gone",
        "$states.errorOutput",
        "nothing",
        "$",
        "$$",
        "[][0]",
        "$contains('a', $gone)",
    ],
)
def test_undefined(expression: str) -> None:
    """An expression that matches nothing is UNDEFINED, not null."""
    assert evaluate(expression) is UNDEFINED


@pytest.mark.parametrize(
    "expression, value",
    [
        ("$partition([1, 2, 3, 4], 3)", [[1, 2, 3], [4]]),
        ("$range(0, 6, 2)", [0, 2, 4, 6]),
        ("$range(-1.7, 2, 1)", [-1, 0, 1, 2]),  # observed at AWS: truncated towards zero
        ("$hash('input', 'SHA-1')", "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ("$random(42)", 0.7275636800328681),  # observed at AWS: java.util.Random
        ('$parse(\'{"Arg1": 1, "Arg2": [null]}\')', {"Arg1": 1, "Arg2": [None]}),
        ("$now()", "2023-11-14T22:13:20.123Z"),
        ("$millis()", 1_700_000_000_123),
        ("$toMillis('22:13', '[H]:[m]') < $millis()", True),  # today is the scope's
        ("$shuffle([1, 2, 3]) = $shuffle([1, 2, 3]) or true", True),
    ],
)
def test_functions_of_step_functions(expression: str, value: Any) -> None:
    """AWS's additional functions work; their time and random numbers come from the scope."""
    assert evaluate(expression) == value


def test_randomness_repeats() -> None:
    """A replay with the same seed draws the same numbers; two draws differ."""
    assert evaluate("[$random(), $uuid()]") == evaluate("[$random(), $uuid()]")
    assert evaluate("$random() = $random()") is False


@pytest.mark.parametrize(
    "expression, value",
    [
        ("-5 ?: 99", -5),
        ("[1,2,3][-1] ?: 42", 3),
        ("$gone ?? -3", -3),
        ("5.5 % 2", 1.5),
        ("1 in [true]", False),
        ("$distinct([1, true, 1])", [1, True]),
        (
            (
                "$sort([{'k': 2, 'v': 1}, {'k': 1, 'v': 2}, {'k': 1, 'v': 3}], "
                "function($l, $r) { $l.k > $r.k }).v"
            ),
            [2, 3, 1],
        ),
        ("$replace('aaa', /a/, 'ba', 2)", "babaa"),
        ("$replace('68F', /(\\d+)F/, function($m) { $m.groups[0] })", "68"),
        ("$replace('a.b', '.', function($m) { '-' })", "a-b"),
        ("$match('a1b22', /([a-z])(\\d+)/).groups", ["a", "1", "b", "22"]),
        ("/b(.)/('abc').groups", ["c"]),
        ("$split('a1b2', /\\d/)", ["a", "b", ""]),
        ("$contains('x\n', /x$/)", False),  # `$` matches only at the end, not before a trailing newline
        ("$string({'a': 'é', 'b': 0.1 + 0.2, 'f': $sum})", '{"a":"é","b":0.3,"f":""}'),
        ("$string(1e20)", "100000000000000000000"),
        ("$string(1e-7)", "1e-7"),
        ("1e21 & ''", "1e+21"),
        ("$string([1, {'a': []}], true)", '[\n  1,\n  {\n    "a": []\n  }\n]'),
        ("$length('\\uD834\\uDD1E')", 1),
        ("$toMillis('2018-02-03T11:15:33.25+01:00')", 1517652933250),
        ("$toMillis('2018')", 1514764800000),
        ("$toMillis('2018-02-03T11:15:33.01987', '[Y]-[M]-[D]T[H]:[m]:[s].[f1]')", 1517656533019),
        ("1 / 0 > 3", True),
        ("$formatNumber(0.123, '#.e9')", "0.1e0"),
        ("$formatNumber(-0.234, '#.00e0')", "-0.23e0"),
        ("$formatNumber(0.125, '0.00')", "0.12"),  # halves are rounded to the even digit
        ("$formatNumber(8.345, '0.00')", "8.34"),
        ("$formatNumber(-2.5, '#,##0;(#,##0)')", "(2)"),
        ("$formatNumber(1234567.891, '#,##0.0,0')", "1,234,567.8,9"),
        ("$formatNumber(1234567, '#,##,##0')", "12,34,567"),
        ("$formatNumber(12, '#,##,##0')", "12"),
        ("$formatNumber(0.575, '0%')", "57%"),  # 57.49999999999999, as in JavaScript
        ("$formatNumber(0, '0.0e0')", "0.0e0"),
        ("$formatNumber(1.5, '00.00e00')", "15.00e-01"),
        ("$formatNumber(1, '#.##')", "1.0"),  # if no digit is mandatory, one digit of the fraction is
        ("$formatNumber(1e21, '0%')", "1" + "0" * 23 + "%"),
        ("$formatNumber(7, 'about 0 euros')", "about 7 euros"),
        ("$states.input.empty{'a': 1}", {"a": 1}),
    ],
)
def test_faults_of_the_engine(expression: str, value: Any) -> None:
    """Expressions for which the unmodified engine returns a wrong value are correct."""
    assert evaluate(expression) == value


def test_the_input_is_never_changed() -> None:
    """Evaluating does not change the scope's values: the engine would append to an empty array."""
    before = copy.deepcopy(INPUT)
    for expression in (
        "$states.input.empty{'a': 1}",
        "$states.input ~> |$|{'n': 6}|",
        "$states.input.orders^(>price)",
    ):
        evaluate(expression)
        assert before == INPUT


@pytest.mark.parametrize(
    "expression, code, message",
    [
        # Observed at AWS: $eval is rejected with this error.
        ("$eval('1+1')", "T1006", "Attempted to invoke a non-function"),
        ("$gone()", "T1006", "Attempted to invoke a non-function"),
        ("$abs('x')", "T0410", 'Argument 1 of function "abs" does not match function signature'),
        ("$sum(['a'])", "T0412", 'Argument 1 of function "sum" must be an array of "numbers"'),
        ("'a' + 1", "T2001", 'The left side of the "+" operator must evaluate to a number'),
        ("1 / 0", "D1001", "Number out of range: Infinity"),
        ("$number('1_0')", "D3030", 'Unable to cast value to a number: "1_0"'),
        ("$toMillis('2018-02-03 11:15:33')", "D3110", None),
        ("$match('abc', /x*/)", "D1004", "Regular expression matches zero length string"),
        ("$error('boo')", "D3137", "boo"),
        ("$assert(false, 'no')", "D3141", "no"),
        ("$power(100, 1000)", "D3061", None),
        ("$sort([{'a': 1}, {'a': 2}])", "D3070", None),
        ("$string(1 / 0)", "D3001", "Attempting to invoke string function on Infinity or NaN"),
        ("$string([1 / 0])", "D1001", "Number out of range: Infinity"),
        ("1 / 0 + 1", "D1001", "Number out of range: Infinity"),
        ("$formatNumber(1 / 0, '0')", "D1001", "Number out of range: Infinity"),
        ("0 / 0 = 0 / 0", "D1001", "Number out of range: NaN"),
        ("$split('a b', $uppercase)", "T1010", None),
        (
            "substring(?, 0, ?)",
            "T1007",
            "Attempted to partially apply a non-function. Did you mean $substring?",
        ),
        ("$toMillis('2018', '[q]')", "D3132", 'Unknown component specifier "q" in date/time picture string'),
        ("$fromMillis(1, '[q]')", "D3132", 'Unknown component specifier "q" in date/time picture string'),
        ("$formatNumber(1, '0;0;0')", "D3080", None),
        ("$formatNumber(1, '---')", "D3086", None),  # the last of several errors
        ("$formatNumber(1, '0,,0')", "D3089", None),
        ("$formatNumber(1, '0.0e')", "D3093", None),
    ],
)
def test_errors(expression: str, code: str, message: str | None) -> None:
    """Errors have JSONata's codes and messages."""
    with pytest.raises(JsonataError) as caught:
        evaluate(expression)
    assert caught.value.code == code
    assert message is None or caught.value.message == message


@pytest.mark.parametrize("expression", ["$sum", "[function() { 1 }]", "{'f': $sum}", "'\\uD834'"])
def test_what_is_no_json(expression: str) -> None:
    """A result that is not JSON is an error."""
    with pytest.raises(JsonataError):
        evaluate(expression)


@pytest.mark.parametrize(
    "expression, bound",
    [
        ("+".join("1" * 200), "Stack overflow error"),
        ("($f := function($n) { 1 + $f($n) }; $f(1))", "Stack overflow error"),
        ("[1..873783] ~> $count()", "memory limit exceeded"),
        ("$range(1, 100000000, 1)", "memory limit exceeded"),
        ("$pad('x', 100000000)", "memory limit exceeded"),
        (
            "($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', 23)))",
            "memory limit exceeded",
        ),
    ],
)
def test_bounds(expression: str, bound: str) -> None:
    """Depth and size have AWS's limits; the error has no code."""
    with pytest.raises(JsonataError, match=bound) as caught:
        evaluate(expression)
    assert caught.value.code == ""


def test_endless_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endless tail call is stopped by the number of its steps, without a clock."""
    from sfn_cli.query.jsonata import limits

    monkeypatch.setattr(limits, "MAX_STEPS", 10_000)
    with pytest.raises(JsonataError, match="Check for infinite loop"):
        evaluate("($f := function($x) { $f($x + 1) }; $f(1))")


def test_a_large_range_is_allowed() -> None:
    """The largest size that AWS accepts is accepted (observed)."""
    assert evaluate("$count([1..20000])") == 20000


@pytest.mark.parametrize(
    "value, type_name, shown",
    [
        ("true", "boolean", "true"),
        ("1", "number", "1"),
        ("'string'", "string", '"string"'),
        ("{'foo': 'bar'}", "object", '{"foo":"bar"}'),
        ("null", "null", "null"),
    ],
)
def test_unexpected_type(value: str, type_name: str, shown: str) -> None:
    """An error in Items has AWS's message (recorded: test_map_state_items_eval_jsonata_fail)."""
    with pytest.raises(StatesError) as caught:
        evaluate_expression_text(f"{{% {value} %}}", "Items", scope(), "array")
    assert caught.value.error == "States.QueryEvaluationError"
    assert caught.value.location == "Items"
    assert caught.value.cause == (
        f"The JSONata expression '{value}' specified for the field 'Items' "
        f"returned an unexpected result type. Expected 'array', but was '{type_name}' for value: {shown}"
    )


@pytest.mark.parametrize(
    "expression, ending",
    [
        ("$eval('1')", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        (
            "[1..900000] ~> $count()",
            (
                "threw an error during evaluation: Expression evaluation memory limit exceeded: "
                "Check for excessive memory usage"
            ),
        ),
        ("$gone", "returned nothing (undefined)."),
    ],
)
def test_causes(expression: str, ending: str) -> None:
    """In a cause, an error with a code is a sentence, and a limit follows a colon."""
    with pytest.raises(StatesError) as caught:
        evaluate_expression_text("{% " + expression + " %}", "Output/r", scope())
    assert (
        caught.value.cause
        == f"The JSONata expression '{expression}' specified for the field 'Output/r' {ending}"
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("a[1,2)", 'Expected "]", got ","'),
        ('"unterminated', "String literal must be terminated by a matching quote"),
        ("1 +", "Unexpected end of expression"),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator'),
        ("$x :=", "Unexpected end of expression"),
        ('$match("a", /abc', "No terminating / in regular expression"),
        ("1 /* open", "Comment has no closing tag"),
        ("[1!2]", 'Unknown operator: "!"'),
        ("/(/", None),
        ("", None),
    ],
)
def test_bad_syntax(text: str, message: str | None) -> None:
    """Invalid expressions have the messages of AWS's INVALID_JSONATA_EXPRESSION."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        compile_expression(text)
    assert message is None or str(caught.value) == message


@pytest.mark.parametrize(
    "text, name",
    [
        ("phone.number", "phone"),
        ("$count(phone)", "phone"),
        ("{'a': [b + 1]}", "b"),
        ("$states.input.phone[type = 'home'].number", None),
        ("$map($states.input.x, function($v) { $v.a })", None),
        ("$states.input.x.(a + b)", None),
        ("($a := 1; $a)", None),
    ],
)
def test_top_level_reference(text: str, name: str | None) -> None:
    """A bare name at the top level has no value to be read from, and is found."""
    assert compile_expression(text).top_level_reference == name


@pytest.mark.parametrize(
    "text, is_one",
    [
        ("{% 1 %}", True),
        ("{%1%}", True),
        (" {% 1 %}", False),
        ("{% 1 %} ", False),
        ("{%}", False),
        ("$states", False),
        (1, False),
    ],
)
def test_is_expression(text: Any, is_one: bool) -> None:
    """An expression begins and ends with the braces, without spaces."""
    assert is_expression(text) is is_one


def test_recursion_limit_stays_modest() -> None:
    """The recursion limit, which importing the engine sets to 10,000, is restored."""
    evaluate("1")
    assert sys.getrecursionlimit() < 10_000
