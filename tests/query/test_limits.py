"""Endless or huge expressions are postponed under a small budget, and fail under any other."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sfn_cli.errors import StatesError
from sfn_cli.query.intrinsic_parser import compile_intrinsic
from sfn_cli.query.jsonata.expression import compile_expression
from sfn_cli.query.jsonata.result import JsonataError
from sfn_cli.query.jsonpath.expression import compile_path
from sfn_cli.query.limits import BudgetExceeded, TimeBudget
from sfn_cli.query.scope import Scope

LONG = "x" * 250_000
TIMEOUT = "Expression evaluation timeout: Check for infinite loop"
MEMORY = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
BACKTRACKS = '$pad("a", 60, "a") & "!"'
TREE = '$reduce([1..60], function($a, $i) { {"l": $a, "r": $a} }, 1)'  # 60 objects, 2**60 paths through them
ARRAYS = "$reduce([1..60], function($a, $i) { [[$a], [$a]] }, [0])"


def scope(budget: TimeBudget) -> Scope:
    return Scope(
        states={"input": {"text": LONG, "items": list(range(20_000))}},
        variables={"huge": 10**400},
        budget=budget,
    )


def little() -> TimeBudget:
    return TimeBudget(time.thread_time, 0.01, is_all=False)


def all_there_is() -> TimeBudget:
    return TimeBudget(time.thread_time, 0.05)


@pytest.mark.parametrize(
    "expression",
    [
        f"$match({BACKTRACKS}, /(a|aa)+$/)",
        f"$contains({BACKTRACKS}, /(a|aa)+$/)",
        f'$replace({BACKTRACKS}, /(a|aa)+$/, "b")',
        f"$split({BACKTRACKS}, /(a|aa)+$/)",
        f"[1..100].$contains({BACKTRACKS}, /(a|aa)+$/)",
        f'$toMillis({BACKTRACKS}, "(a|aa)+$[Y]")',  # the engine compiles the picture to a regular expression
        "($f := function($x) { $f($x + 1) }; $f(1))",
        "[1..800000][[1..800000]]",
        "$shuffle([1..800000])",
        "[1..800000]{'a': $}",
        "[1..100000].{'a': $} ~> $spread()",
        f"{TREE}.**",
        f"{TREE} = {TREE}",
        f"$distinct([{TREE}, 1])",
        TREE,
        f"$boolean({ARRAYS})",
        f"{ARRAYS} ? 1 : 2",
        f"{ARRAYS}.a",
        f"{ARRAYS}.*",
        f'$lookup({ARRAYS}, "a")',
        f"$keys({ARRAYS})",
        f"$spread({ARRAYS})",
        "$states.input.items@$a.$states.input.items@$b.{'a': $a}",
    ],
)
def test_it_is_put_off_or_stopped(expression: str) -> None:
    """A caller with other work is not blocked, and the expression does not fail.

    For any other caller, the expression fails in the end.
    """
    compiled = compile_expression(expression)
    with pytest.raises(BudgetExceeded):
        compiled.evaluate(scope(little()))
    with pytest.raises(JsonataError) as stopped:
        compiled.evaluate(scope(all_there_is()))
    assert stopped.value.message in (TIMEOUT, MEMORY)


@pytest.mark.parametrize(
    "expression",
    [
        "[1..800].([1..800000])",
        "[1..800].($x := [1..800000]; [[$reverse($x)]])",
        "$map([1..20000], function($i) { $states.input.text })",
        "$map([1..20000], function($i) { $states.input })",
        "$map([1..20000], function($i) { $states.input.text & $i }) ~> $count()",
        "$join($map([1..20000], function($i) { $states.input.text }))",
        '$replace($states.input.text, "x", $states.input.text)',
        "$replace($states.input.text, /x/, $states.input.text)",
        f"$string({TREE})",
        f"$clone({TREE})",
        f"{TREE} ~> |l|{{'x': 1}}|",
        '$pad("x", 1e300)',
        '$formatNumber(1, $pad("0", 100000, "0"))',
        "[1..1e300]",
    ],
)
def test_it_fills_no_memory(expression: str) -> None:
    """A small value that refers to the same string many times is not expanded."""
    with pytest.raises(JsonataError, match="memory limit exceeded"):
        compile_expression(expression).evaluate(scope(TimeBudget()))


@pytest.mark.parametrize(
    "expression, message",
    [
        ("$huge & ''", "The expression cannot be evaluated"),
        ("-$huge", "The expression cannot be evaluated"),
        ("$huge + 1", "Number out of range"),
        ("$formatNumber(1, '0', {'grouping-separator': ']|(a|aa)+$|['})", "must be one character"),
        ("$formatInteger(1e15, 'I')", "Stack overflow error"),
        ("$parse('[' & $pad('', 2000, '['))", "Document nesting depth"),
        ("$parse('1e999')", "out of range of double"),
    ],
)
def test_it_is_an_error_like_others(expression: str, message: str) -> None:
    """A computation beyond the limits of Python or the engine fails the state with a clear message."""
    with pytest.raises(JsonataError, match=message):
        compile_expression(expression).evaluate(scope(TimeBudget()))


@pytest.mark.parametrize(
    "expression, value",
    [
        ("$map([1..3000], function($i) { $substring($states.input.text, $i, 1) }) ~> $count()", 3000),
        ("$reduce([1..3000], $append) ~> $count()", 3000),
        ("$distinct($append([1..20000], [1..20000])) ~> $count()", 20000),
        ("$length($replace($states.input.text, /x/, 'yy', 1000))", 251_000),
        ("$match($substring($states.input.text, 0, 1000), /x{2}/) ~> $count()", 500),
        (
            "$match('a{e}b', /a{e}b/).match",
            "a{e}b",
        ),  # in JavaScript, a brace that is not a quantifier is literal
    ],
)
def test_what_is_allowed(expression: str, value: Any) -> None:
    """References to long strings, and slowly growing arrays, are within the limits."""
    assert compile_expression(expression).evaluate(scope(TimeBudget())) == value


@pytest.mark.parametrize("path", ["$..*..*..*..*", "$" + "[0,0,0,0,0,0,0,0]" * 12, "$..[*]..[*]..[*]"])
def test_a_path_that_multiplies(path: str) -> None:
    """A path whose number of values grows with every step is stopped by their number, or postponed."""
    document: Any = 1
    for _ in range(300):
        document = [document, document] if len(path) < 50 else [document]
    compiled = compile_path(path)
    with pytest.raises(BudgetExceeded):
        compiled.evaluate(Scope(document, budget=little()))
    with pytest.raises(StatesError, match="names more than 1000000 values") as stopped:
        compiled.evaluate(Scope(document))
    assert stopped.value.error == "States.Runtime"


def test_a_filter_over_very_much() -> None:
    """A filter stops between two objects when the budget is used up."""
    documents = [{"a": n} for n in range(200_000)]
    with pytest.raises(BudgetExceeded):
        compile_path("$[?(@.a > 5)]").evaluate(Scope(documents, budget=little()))


@pytest.mark.parametrize(
    "call, why",
    [
        ("States.ArrayRange(0, 9E18, 1)", "an array of more than 1000 elements cannot be created"),
        (
            "States.Format('{}{}{}{}{}{}{}{}{}{}', $.a, $.a, $.a, $.a, $.a, $.a, $.a, $.a, $.a, $.a)",
            "longer than 4194304 characters",
        ),
        ("States.JsonToString($.a)", "longer than 4194304 characters"),
        ("States.StringToJson($.deep)", "Document nesting depth"),
        ("States.StringToJson('1e999')", "out of range of double"),
    ],
)
def test_intrinsic_functions(call: str, why: str) -> None:
    """No function creates a value much larger than a state's maximum output."""
    input = {"a": [LONG[:60_000]] * 100, "deep": "[" * 2000 + "]" * 2000}
    with pytest.raises(StatesError, match=why) as failed:
        compile_intrinsic(call).evaluate(Scope(input))
    assert failed.value.error == "States.Runtime"


@pytest.mark.parametrize(
    "text", ["$[" + " " * 200_000 + "x", "$['" + "a" * 200_000, "$[?(@.a == '" + "b" * 200_000]
)
def test_a_long_path_is_refused_at_once(text: str) -> None:
    """The time to parse a path grows linearly with its length."""
    with pytest.raises(ValueError, match="Invalid path"):
        compile_path(text)
