"""The JSONata engine's evaluator, with limits and with fixes for its bugs.

The parts that visit nested arrays, or create strings and arrays, are reimplemented here and count the
resources that they use (limits.py).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.utils import Utils

from sfn_cli.jsonvalue import json_value_is_larger_than
from sfn_cli.query.jsonata.builtins import Builtins
from sfn_cli.query.jsonata.limits import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_ITEMS,
    TOO_BIG,
    TOO_DEEP,
    Allowance,
    check_items_limit,
    check_length_limit,
)
from sfn_cli.query.jsonata.messages import Refusal
from sfn_cli.query.jsonata.regular_expressions import is_regex, regex_matcher_result
from sfn_cli.query.jsonata.syntax import Node, TreeParser
from sfn_cli.query.jsonata.values import (
    NULL,
    double_value,
    value_text,
    values_deeply_equal,
    values_strictly_equal,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Evaluator(Jsonata):  # type: ignore[misc]  # the engine has no types
    """An evaluator of one expression, for one evaluation limited by its `allowance`."""

    allowance: Allowance

    def __init__(self, tree: Node) -> None:
        # Not the engine's __init__, which parses and registers the evaluator with the thread.
        self.ast = tree
        self.parser = TreeParser()
        self.environment = self.errors = self.input = None
        self.depth = 0

    def eval(self, expr: Node, input: Any, environment: Any) -> Any:
        counted = not environment.is_parallel_call
        self.depth += counted
        if self.depth > MAX_DEPTH:
            raise Refusal("", TOO_DEEP)
        allowance = self.allowance
        allowance.steps += 1
        if allowance.steps > allowance.next_check_at:
            allowance.check()
        enclosing = self.environment
        self.environment = environment  # functions that call back look up their names here
        result = self._evaluate(expr, input, environment)
        self.environment = enclosing
        self.depth -= counted
        if isinstance(result, (str, list)) and (length := len(result)) > 1_000:
            # The consumer visits the whole result, in time that is not counted as steps.
            text = isinstance(result, str)
            allowance.count_visits(length // (1024 if text else 64))
            if length > (MAX_CHARACTERS if text else MAX_ITEMS) and not isinstance(result, Utils.RangeList):
                raise Refusal("", TOO_BIG)
        return result

    def _evaluate(self, expr: Node, input: Any, environment: Any) -> Any:
        kind = expr.type
        result = _EVALUATE[kind](self, expr, input, environment) if kind in _EVALUATE else None
        for predicate in expr.predicate or ():
            result = self.evaluate_filter(predicate.expr, result, environment)
        if kind != "path" and expr.group is not None:
            result = self.evaluate_group_expression(expr.group, result, environment)
        if result is not None and getattr(result, "sequence", False) and not result.tuple_stream:
            # A sequence with one item is that item, and an empty sequence is undefined.
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                return None
            if len(result) == 1 and not result.keep_singleton:
                return result[0]
        return result

    def evaluate_step(self, expr: Node, input: Any, environment: Any, last_step: bool) -> Any:
        if expr.type == "sort":
            return super().evaluate_step(expr, input, environment, last_step)
        found = []
        items = 0
        for item in input:
            result = self.eval(expr, item, environment)
            for stage in expr.stages or ():
                result = self.evaluate_filter(stage.expr, result, environment)
            if result is not None:
                items = check_items_limit(
                    items + (len(result) if _is_flattened_when_evaluated(result) else 1)
                )
                found.append(result)
        if last_step and len(found) == 1 and isinstance(found[0], list) and not Utils.is_sequence(found[0]):
            return found[0]
        self.allowance.count_bytes(8 * items)
        sequence = Utils.create_sequence()
        for result in found:
            if _is_flattened_when_evaluated(result):
                sequence.extend(result)
            else:
                sequence.append(result)
        return sequence

    def evaluate_tuple_step(self, expr: Node, input: Any, tuple_bindings: Any, environment: Any) -> Any:
        if expr.type == "sort":
            return super().evaluate_tuple_step(expr, input, tuple_bindings, environment)
        sequence = Utils.create_sequence()
        sequence.tuple_stream = True
        for binding in [{"@": item} for item in input] if tuple_bindings is None else tuple_bindings:
            found = self.eval(expr, binding["@"], self.create_frame_from_tuple(environment, binding))
            items = found if isinstance(found, list) else [] if found is None else [found]
            check_items_limit(len(sequence) + len(items))
            self.allowance.count_bytes(200 * len(items))
            bound = getattr(items, "tuple_stream", False)
            sequence.extend(
                {**binding, **(item if bound else _evaluated_bindings(expr, n, item, binding["@"]))}
                for n, item in enumerate(items)
            )
        return sequence if expr.stages is None else self.evaluate_stages(expr.stages, sequence, environment)

    def evaluate_name(self, expr: Node, input: Any, environment: Any) -> Any:
        return Builtins.lookup(input, str(expr.value))

    def evaluate_wildcard(self, expr: Node, input: Any) -> Any:
        if isinstance(input, Utils.JList) and input.outer_wrapper and input:
            input = input[0]
        results = Utils.create_sequence()
        values = input.values() if isinstance(input, dict) else input if isinstance(input, list) else ()
        for value in values:
            if isinstance(value, list):
                self.flatten(value, results)
                results.sequence = False  # as in JSONata, where appending to an array removes its mark
            else:
                results.append(value)
        return results

    def flatten(self, arg: Any, flattened: Any) -> Any:
        if flattened is None:
            flattened = []
        if isinstance(arg, list):
            self.allowance.count_visits(len(arg))
            for item in arg:
                self.flatten(item, flattened)
        else:
            flattened.append(arg)
        return flattened

    def recurse_descendants(self, input: Any, results: Any) -> None:
        if isinstance(input, list):
            self.allowance.count_visits(len(input))
            for member in input:
                self.recurse_descendants(member, results)
            return
        results.append(input)
        if isinstance(input, dict):
            self.allowance.count_visits(len(input))
            for value in input.values():
                self.recurse_descendants(value, results)

    def evaluate_unary(self, expr: Node, input: Any, environment: Any) -> Any:
        if expr.value != "[":
            return super().evaluate_unary(expr, input, environment)
        # The engine copies the array for every item that it adds.
        array = Utils.JList()
        for position, item in enumerate(expr.expressions):
            environment.is_parallel_call = position > 0
            value = self.eval(item, input, environment)
            if isinstance(value, list) and item.value != "[":
                check_items_limit(len(array) + len(value))
                array.extend(value)
            elif value is not None:
                array.append(value)
        self.allowance.count_bytes(8 * len(array))
        array.cons = bool(expr.consarray)
        return array

    def evaluate_transform_expression(self, expr: Node, input: Any, environment: Any) -> Any:
        return Jsonata.JFunction(_Transformer(self, expr, environment), "<(oa):o>")

    def evaluate_equality_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        if lhs is None or rhs is None:
            return False
        return values_deeply_equal(double_value(lhs), double_value(rhs)) is (op == "=")

    def evaluate_group_expression(self, expr: Node, input: Any, environment: Any) -> Any:
        # The engine would append to an empty array in the arguments, which may be the state's input.
        return super().evaluate_group_expression(
            expr, [] if isinstance(input, list) and not input else input, environment
        )

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        try:
            if op != "%" or lhs is None or rhs is None or isinstance(lhs, bool) or isinstance(rhs, bool):
                return super().evaluate_numeric_expression(lhs, rhs, op)
            if not isinstance(lhs, (int, float)) or not isinstance(rhs, (int, float)):
                return super().evaluate_numeric_expression(lhs, rhs, op)
            remainder = math.fmod(lhs, rhs)  # the engine would drop the fraction of 5.5 % 2
            return int(remainder) if remainder.is_integer() else remainder
        except (ZeroDivisionError, OverflowError, ValueError) as error:
            if op == "/" and lhs != 0 and isinstance(error, ZeroDivisionError):
                # An error only if it is used as a number or returned.
                return math.copysign(math.inf, lhs) * math.copysign(1, rhs)
            raise Refusal(
                "D1001", "Number out of range: " + ("NaN" if op == "%" or lhs == 0 else "Infinity")
            ) from None

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        if lhs is None or rhs is None:
            return False
        return any(values_strictly_equal(item, lhs) for item in (rhs if isinstance(rhs, list) else [rhs]))

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        left, right = value_text(lhs) or "", value_text(rhs) or ""
        self.allowance.count_bytes(check_length_limit(len(left) + len(right)))
        return left + right

    def evaluate_range_expression(self, lhs: Any, rhs: Any) -> Any:
        if isinstance(lhs, int) and isinstance(rhs, int) and rhs > lhs:
            self.allowance.count_bytes(40 * check_items_limit(rhs - lhs + 1))
        return super().evaluate_range_expression(lhs, rhs)

    def evaluate_partial_application(self, expr: Node, input: Any, environment: Any) -> Any:
        procedure = expr.procedure
        if procedure.type == "path" and self.eval(procedure, input, environment) is None:
            name = procedure.steps[0].value
            if environment.lookup(str(name)) is not None:
                raise Refusal("T1007", f"Attempted to partially apply a non-function. Did you mean ${name}?")
        return super().evaluate_partial_application(expr, input, environment)

    def partial_apply_native_function(self, native: Any, args: Any) -> Any:
        # The engine parses here, and threads that share the program must not share its parser.
        self.parser = TreeParser()
        return super().partial_apply_native_function(native, args)

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:
        name = getattr(proc, "function_name", None) or getattr(proc, "token", None)
        try:
            if not isinstance(proc, (Jsonata.JFunctionCallable, Parser.Symbol)):
                if is_regex(proc):
                    return regex_matcher_result(proc, args[0] if args else None)
                # The engine would also print to stdout.
                raise Refusal("T1006", "Attempted to invoke a non-function")
            if args and args[0] is NULL and _function_takes_array(proc):
                # The engine would treat a null in place of an array as undefined: $count(null) is 1.
                args = [[NULL], *args[1:]]
            return super().apply_inner(proc, args, input, environment)
        except Refusal:
            raise
        except JException as error:
            if getattr(error, "function", None) is None:
                error.function = name
            raise
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            if isinstance(error, RecursionError):
                raise
            raise Refusal.foreign(name, args, error) from None


def _is_flattened_when_evaluated(result: Any) -> bool:
    """Whether a step's result is replaced with its items: an array without an array constructor."""
    return isinstance(result, list) and not getattr(result, "cons", False)


def _evaluated_bindings(step: Node, position: int, item: Any, context: Any) -> dict[str, Any]:
    """Returns the bindings of a step with `@$name`, `#$name` or a parent reference for one item."""
    bound = {"@": item} if step.focus is None else {step.focus: item, "@": context}
    if step.index is not None:
        bound[step.index] = position
    if step.ancestor is not None:
        bound[step.ancestor.label] = context
    return bound


class _Transformer(Jsonata.Transformer):  # type: ignore[misc]  # the engine has no types
    def call(self, input: Any, args: Any) -> Any:
        if json_value_is_larger_than(args[0], MAX_CHARACTERS):
            raise Refusal("", TOO_BIG)
        return super().call(input, args)


def _function_takes_array(function: Any) -> bool:
    parameters = getattr(getattr(function, "signature", None), "_params", None)
    return parameters is not None and len(parameters) > 0 and bool(parameters[0].type == "a")


def _evaluate_literal(self: Evaluator, expr: Node, _input: Any, _environment: Any) -> Any:
    return self.evaluate_literal(expr)


def _evaluate_regex(_self: Evaluator, expr: Node, _input: Any, _environment: Any) -> Any:
    return expr.value


def _evaluate_wildcard(self: Evaluator, expr: Node, input: Any, _environment: Any) -> Any:
    return self.evaluate_wildcard(expr, input)


def _evaluate_descendants(self: Evaluator, expr: Node, input: Any, _environment: Any) -> Any:
    return self.evaluate_descendants(expr, input)


def _evaluate_parent(_self: Evaluator, expr: Node, _input: Any, environment: Any) -> Any:
    return environment.lookup(expr.slot.label)


def _evaluate_function(self: Evaluator, expr: Node, input: Any, environment: Any) -> Any:
    return self.evaluate_function(expr, input, environment, Utils.NONE)


_EVALUATE: Mapping[str, Callable[[Evaluator, Node, Any, Any], Any]] = {
    "apply": Evaluator.evaluate_apply_expression,
    "binary": Evaluator.evaluate_binary,
    "bind": Evaluator.evaluate_bind_expression,
    "block": Evaluator.evaluate_block,
    "condition": Evaluator.evaluate_condition,
    "descendant": _evaluate_descendants,
    "function": _evaluate_function,
    "lambda": Evaluator.evaluate_lambda,
    "name": Evaluator.evaluate_name,
    "number": _evaluate_literal,
    "parent": _evaluate_parent,
    "partial": Evaluator.evaluate_partial_application,
    "path": Evaluator.evaluate_path,
    "regex": _evaluate_regex,
    "string": _evaluate_literal,
    "transform": Evaluator.evaluate_transform_expression,
    "unary": Evaluator.evaluate_unary,
    "value": _evaluate_literal,
    "variable": Evaluator.evaluate_variable,
    "wildcard": _evaluate_wildcard,
}
