"""The JSONata engine behind an adapter: with jsonata_*.py beside it, all that knows jsonata-python.

The engine is a port of JSONata to Python that keeps its shape and has faults of its own; what it
would get wrong is put right here or refused, never passed on. Its None is undefined, and NULL null.

Importing this module imports the engine (33 ms): jsonata.py does so when first needed.
"""

from __future__ import annotations

import copy
import math
import re
from typing import TYPE_CHECKING, Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.utils import Utils

from sfn_cli.query.jsonata import UNDEFINED, JsonataError
from sfn_cli.query.jsonata_builtins import MAX_CHARACTERS, SIGNATURES, Builtins
from sfn_cli.query.jsonata_extensions import EXTENSIONS, Extension
from sfn_cli.query.jsonata_matching import matcher_result
from sfn_cli.query.jsonata_messages import Refusal, message_of
from sfn_cli.query.jsonata_syntax import Node, TreeParser, parse, top_level_reference
from sfn_cli.query.jsonata_values import NULL, TOO_BIG, Bound, from_engine, strictly_equal, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.query.scope import Scope

# Observed at AWS: nesting near 100 is refused, as are [1..873783] and a string of 2**23 characters.
MAX_DEPTH = 100
MAX_STEPS = 2_000_000
MAX_ITEMS = 873_782

TOO_DEEP = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
TOO_LONG = "Expression evaluation timeout: Check for infinite loop"


class Program:
    """One compiled expression. It keeps no state of its evaluations: threads may share it."""

    def __init__(self, tree: Node, text: str) -> None:
        self._prototype = _Evaluator(tree)
        self._tree = tree
        # More than is read may be bound, never less: a name within a text or comment does no harm.
        self._states = None if len(_STATES.findall(text)) < len(re.findall(r"\$states\b", text)) else set(_STATES.findall(text))

    def run(self, scope: Scope) -> Any:
        """The value as plain JSON, or UNDEFINED. Raises JsonataError."""
        evaluator = copy.copy(self._prototype)
        previous = getattr(Jsonata.CURRENT, "jsonata", None)
        Jsonata.CURRENT.jsonata = evaluator  # the engine's functions call back through this
        try:
            result = evaluator.eval(self._tree, None, _ScopeFrame(scope, self._states))
            return UNDEFINED if result is None else from_engine(result, scope)
        except JException as error:
            raise JsonataError(*message_of(error)) from None
        except RecursionError:
            raise JsonataError("", TOO_DEEP) from None
        finally:
            Jsonata.CURRENT.jsonata = previous

    def top_level_reference(self) -> str | None:
        """The first name that the expression reads where there is no value to read it from."""
        return top_level_reference(self._tree)


def compile(text: str) -> Program:
    """Raises ValueError with the engine's message if `text` does not parse."""
    return Program(parse(text), text)


_STATES = re.compile(r"\$states\s*\.\s*(\w+)")


class _Evaluator(Jsonata):  # type: ignore[misc]  # the engine has no types
    """The engine's evaluator, bounded, with its faults put right."""

    def __init__(self, tree: Node) -> None:
        # Not the engine's own __init__, which parses and registers itself with the thread.
        self.ast = tree
        self.parser = TreeParser()
        self.environment = _BASE_FRAME
        self.errors = self.input = None
        self.depth = self.steps = 0

    def eval(self, expr: Node, input: Any, environment: Any) -> Any:
        counted = not environment.is_parallel_call
        self.depth += counted
        self.steps += 1
        if self.depth > MAX_DEPTH:
            raise Refusal("", TOO_DEEP)
        if self.steps > MAX_STEPS:
            raise Refusal("", TOO_LONG)
        enclosing = self.environment
        self.environment = environment  # functions that call back look their names up from here
        result = self._evaluated(expr, input, environment)
        self.environment = enclosing
        self.depth -= counted
        if isinstance(result, str):
            if len(result) > MAX_CHARACTERS:
                raise Refusal("", TOO_BIG)
        elif isinstance(result, list) and len(result) > MAX_ITEMS and not isinstance(result, Utils.RangeList):
            raise Refusal("", TOO_BIG)
        return result

    def _evaluated(self, expr: Node, input: Any, environment: Any) -> Any:
        kind = expr.type
        result = _EVALUATE[kind](self, expr, input, environment) if kind in _EVALUATE else None
        for predicate in expr.predicate or ():
            result = self.evaluate_filter(predicate.expr, result, environment)
        if kind != "path" and expr.group is not None:
            result = self.evaluate_group_expression(expr.group, result, environment)
        if result is not None and getattr(result, "sequence", False) and not result.tuple_stream:
            # A sequence of one is that one, and an empty one is undefined.
            if expr.keep_array:
                result.keep_singleton = True
            if not result:
                return None
            if len(result) == 1 and not result.keep_singleton:
                return result[0]
        return result

    def evaluate_group_expression(self, expr: Node, input: Any, environment: Any) -> Any:
        # The engine appends to an empty array that it is given: to the state's input, it may be.
        return super().evaluate_group_expression(expr, [] if isinstance(input, list) and not input else input, environment)

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        try:
            if op != "%" or lhs is None or rhs is None or isinstance(lhs, bool) or isinstance(rhs, bool):
                return super().evaluate_numeric_expression(lhs, rhs, op)
            if not isinstance(lhs, (int, float)) or not isinstance(rhs, (int, float)):
                return super().evaluate_numeric_expression(lhs, rhs, op)
            remainder = math.fmod(lhs, rhs)  # the engine would drop the fraction of 5.5 % 2
            return int(remainder) if remainder.is_integer() else remainder
        except (ZeroDivisionError, OverflowError, ValueError):
            raise Refusal("D1001", "Number out of range: " + ("NaN" if op == "%" or lhs == 0 else "Infinity")) from None

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        if lhs is None or rhs is None:
            return False
        return any(strictly_equal(item, lhs) for item in (rhs if isinstance(rhs, list) else [rhs]))

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        return (text_of(lhs) or "") + (text_of(rhs) or "")

    def evaluate_range_expression(self, lhs: Any, rhs: Any) -> Any:
        if isinstance(lhs, int) and isinstance(rhs, int) and rhs - lhs >= MAX_ITEMS:
            raise Refusal("", TOO_BIG)
        return super().evaluate_range_expression(lhs, rhs)

    def partial_apply_native_function(self, native: Any, args: Any) -> Any:
        self.parser = TreeParser()  # the engine parses here; threads that share the program must not share its parser
        return super().partial_apply_native_function(native, args)

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:
        name = getattr(proc, "function_name", None) or getattr(proc, "token", None)
        try:
            if isinstance(proc, re.Pattern):
                return matcher_result(proc, args[0] if args else None)
            if not isinstance(proc, (Jsonata.JFunctionCallable, Parser.Symbol)):
                raise Refusal("T1006", "Attempted to invoke a non-function")  # the engine would print to stdout, too
            if args and args[0] is NULL and _takes_array(proc):
                args = [[NULL], *args[1:]]  # the engine takes a null for an array to be undefined: $count(null) is 1
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


def _takes_array(function: Any) -> bool:
    parameters = getattr(getattr(function, "signature", None), "_params", None)
    return parameters is not None and len(parameters) > 0 and bool(parameters[0].type == "a")


def _literal(self: _Evaluator, expr: Node, _input: Any, _environment: Any) -> Any:
    return self.evaluate_literal(expr)


def _regex(_self: _Evaluator, expr: Node, _input: Any, _environment: Any) -> Any:
    return expr.value


def _wildcard(self: _Evaluator, expr: Node, input: Any, _environment: Any) -> Any:
    return self.evaluate_wildcard(expr, input)


def _descendants(self: _Evaluator, expr: Node, input: Any, _environment: Any) -> Any:
    return self.evaluate_descendants(expr, input)


def _parent(_self: _Evaluator, expr: Node, _input: Any, environment: Any) -> Any:
    return environment.lookup(expr.slot.label)


def _function(self: _Evaluator, expr: Node, input: Any, environment: Any) -> Any:
    return self.evaluate_function(expr, input, environment, Utils.NONE)


_EVALUATE: Mapping[str, Callable[[_Evaluator, Node, Any, Any], Any]] = {
    "apply": Jsonata.evaluate_apply_expression,
    "binary": Jsonata.evaluate_binary,
    "bind": Jsonata.evaluate_bind_expression,
    "block": Jsonata.evaluate_block,
    "condition": Jsonata.evaluate_condition,
    "descendant": _descendants,
    "function": _function,
    "lambda": Jsonata.evaluate_lambda,
    "name": Jsonata.evaluate_name,
    "number": _literal,
    "parent": _parent,
    "partial": Jsonata.evaluate_partial_application,
    "path": Jsonata.evaluate_path,
    "regex": _regex,
    "string": _literal,
    "transform": Jsonata.evaluate_transform_expression,
    "unary": Jsonata.evaluate_unary,
    "value": _literal,
    "variable": Jsonata.evaluate_variable,
    "wildcard": _wildcard,
}


class _ScopeFrame(Jsonata.Frame):  # type: ignore[misc]  # the engine has no types
    """The outermost names of one evaluation, each made when it is first looked up."""

    def __init__(self, scope: Scope, states: set[str] | None) -> None:
        super().__init__(_BASE_FRAME)
        self._scope = scope
        self._states = states

    def lookup(self, name: str) -> Any:
        if name in self.bindings:
            return self.bindings[name]
        scope = self._scope
        if name == "states":
            value = self._states_object()
        elif name in scope.variables:
            value = self._bound("variables", name, scope.variables[name])
        elif name in EXTENSIONS:
            value = _ExtensionFunction(name, EXTENSIONS[name], scope)
        else:
            return self.parent.lookup(name)
        self.bindings[name] = value
        return value

    def _states_object(self) -> dict[str, Any]:
        names = self._states
        bound = {name: self._bound("states", name, value) for name, value in self._scope.states.items() if names is None or name in names}
        if names is None or "context" in names:
            bound["context"] = self._bound("states", "context", self._scope.context())
        return bound

    def _bound(self, kind: str, name: str, value: Any) -> Any:
        kept = self._scope.engine_values.get((kind, name))
        if not isinstance(kept, Bound) or kept.original is not value:
            kept = self._scope.engine_values[kind, name] = Bound.of(value)
        return kept.value


class _ExtensionFunction(Jsonata.JFunction):  # type: ignore[misc]  # the engine has no types
    """A function that needs the scope: its time, its randomness."""

    def __init__(self, name: str, extension: Extension, scope: Scope) -> None:
        super().__init__(None, extension.signature)
        self.function_name = name
        self.signature.set_function_name(name)
        self._run = extension.run
        self._parameters = extension.parameters
        self._scope = scope

    def call(self, input: Any, args: Any) -> Any:
        given = list(args)[: self._parameters]
        return self._run(self._scope, *given, *[None] * (self._parameters - len(given)))

    def get_number_of_args(self) -> int:
        return self._parameters


def _base_frame() -> Any:
    """The engine's functions, those replaced that would give wrong values; `$eval` is no function at AWS."""
    frame = Jsonata.Frame(Jsonata.static_frame)
    for name, signature in SIGNATURES.items():
        frame.bind(name, Jsonata.function(name, signature, Builtins, name))
    frame.bind("eval", None)
    return frame


_BASE_FRAME = _base_frame()
