"""The adapter for the JSONata engine; only the modules of this folder know jsonata-python.

The engine is a port of JSONata to Python with its own bugs. Wrong results are corrected here or rejected,
never returned. In the engine, None is undefined and NULL is null.

Importing this module imports the engine (33 ms): expression.py does so on first use.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from jsonata import datetimeutils
from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.jsonata import Jsonata

from sfn_cli.errors import SfnError
from sfn_cli.query.jsonata.builtins import SIGNATURES, Builtins
from sfn_cli.query.jsonata.evaluator import Evaluator
from sfn_cli.query.jsonata.extensions import EXTENSIONS, Extension
from sfn_cli.query.jsonata.limits import TOO_DEEP, Allowance, current_allowance
from sfn_cli.query.jsonata.messages import message_of
from sfn_cli.query.jsonata.references import references
from sfn_cli.query.jsonata.regular_expressions import BudgetedRe
from sfn_cli.query.jsonata.result import UNDEFINED, JsonataError
from sfn_cli.query.jsonata.syntax import Node, parse_syntax_tree, top_level_name_in_syntax
from sfn_cli.query.jsonata.values import Bound, from_engine_value

if TYPE_CHECKING:
    from sfn_cli.query.scope import Scope


class EngineProgram:
    """A compiled expression. It stores no evaluation state, so threads may share it."""

    def __init__(self, tree: Node, text: str) -> None:
        self._prototype = Evaluator(tree)
        self._tree = tree
        self._text = text
        # Binding more names than the expression reads is harmless (a name in a string or comment),
        # but binding fewer is not.
        self._states = (
            None
            if len(_STATES.findall(text)) < len(re.findall(r"\$states\b", text))
            else set(_STATES.findall(text))
        )

    def run(self, scope: Scope, input: Any = None) -> Any:
        """Returns the value as plain JSON, or UNDEFINED. Raises JsonataError.

        `input` is the engine's value of `$`: AWS has none, but JSONata's own suite does.
        """
        evaluator = copy.copy(self._prototype)
        evaluator.allowance = Allowance(scope.budget)
        previous = getattr(Jsonata.CURRENT, "jsonata", None)
        Jsonata.CURRENT.jsonata = evaluator  # the engine's functions call back through this
        try:
            frame = _EngineScopeFrame(scope, self._states)
            if input is not None:
                frame.bind("$", input)
            result = evaluator.eval(self._tree, input, frame)
            return UNDEFINED if result is None else from_engine_value(result, scope)
        except JException as error:
            raise JsonataError(*message_of(error)) from None
        except RecursionError:
            raise JsonataError("", TOO_DEEP) from None
        except SfnError:
            raise
        except Exception as error:
            # Any bug of the engine must fail the state and not block its execution.
            raise JsonataError("", f"The expression cannot be evaluated: {error!r}") from None
        finally:
            Jsonata.CURRENT.jsonata = previous

    def top_level_reference(self) -> str | None:
        """Returns the first name that the expression reads without a value that could have it."""
        return top_level_name_in_syntax(self._tree)

    def references(self) -> tuple[frozenset[str], frozenset[str]]:
        """Returns the variables, and the fields of $states, that the expression reads."""
        return references(self._text)


def compile_program(text: str) -> EngineProgram:
    """Compiles `text`. Raises ValueError with the engine's message if it does not parse."""
    return EngineProgram(parse_syntax_tree(text), text)


_STATES = re.compile(r"\$states\s*\.\s*(\w+)")


class _EngineScopeFrame(Jsonata.Frame):  # type: ignore[misc]  # the engine has no types
    """The outermost names of one evaluation, whose values are computed at their first lookup."""

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
            value = self._bind("variables", name, scope.variables[name])
        elif name in EXTENSIONS:
            value = _ExtensionFunction(name, EXTENSIONS[name], scope)
        else:
            return self.parent.lookup(name)
        self.bindings[name] = value
        return value

    def _states_object(self) -> dict[str, Any]:
        names = self._states
        bound = {
            name: self._bind("states", name, value)
            for name, value in self._scope.states.items()
            if names is None or name in names
        }
        if names is None or "context" in names:
            bound["context"] = self._bind("states", "context", self._scope.context())
        return bound

    def _bind(self, kind: str, name: str, value: Any) -> Any:
        kept = self._scope.engine_values.get((kind, name))
        if not isinstance(kept, Bound) or kept.original is not value:
            kept = self._scope.engine_values[kind, name] = Bound.of(value)
        return kept.value


class _EngineFunction(Jsonata.JNativeFunction):  # type: ignore[misc]  # the engine has no types
    """A function of the engine whose results are counted against the allowance."""

    def __init__(self, function: Any) -> None:
        self.__dict__.update(function.__dict__)

    def call(self, input: Any, args: Any) -> Any:
        return _account_engine_result(self.function_name, super().call(input, args))


class _ExtensionFunction(Jsonata.JFunction):  # type: ignore[misc]  # the engine has no types
    """A function that needs the scope for the time or random numbers."""

    def __init__(self, name: str, extension: Extension, scope: Scope) -> None:
        super().__init__(None, extension.signature)
        self.function_name = name
        self.signature.set_function_name(name)
        self._run = extension.run
        self._parameters = extension.parameters
        self._scope = scope

    def call(self, input: Any, args: Any) -> Any:
        given = list(args)[: self._parameters]
        return _account_engine_result(
            self.function_name, self._run(self._scope, *given, *[None] * (self._parameters - len(given)))
        )

    def get_number_of_args(self) -> int:
        return self._parameters


class _DecimalPart(datetimeutils.DateTimeUtils.MatcherPartDecimal):  # type: ignore[misc]  # the engine has no types
    """Digits in a timestamp.

    The engine would read any fraction of a second as milliseconds.
    """

    def parse(self, value: str) -> Any:
        return super().parse(value[:3] if self.component == "f" else value)


def _account_engine_result(function_name: str, result: Any) -> Any:
    """Counts the result of a function against the allowance, and returns it."""
    current = current_allowance()
    current.count_visits(0)
    if function_name in _RESULT_EXISTS:
        return result
    if isinstance(result, str):
        current.count_bytes(len(result))
    elif isinstance(result, (list, dict)):
        current.count_bytes(
            len(result) * (4 if function_name == "append" else 100 if isinstance(result, dict) else 40)
        )
    return result


_RESULT_EXISTS = frozenset(("lookup", "reduce", "single", "string"))
"""Functions whose result already exists, or is counted where it is created."""


def _engine_base_frame() -> Any:
    """Returns the engine's functions, with replacements for those that return wrong values.

    `$eval` is removed, because AWS does not support it.
    """
    frame = Jsonata.Frame(None)
    for name, function in Jsonata.static_frame.bindings.items():
        if name in SIGNATURES:
            function = Jsonata.function(name, SIGNATURES[name], Builtins, "not_" if name == "not" else name)
        frame.bind(name, _EngineFunction(function))
    frame.bind("eval", None)
    # Replaces how the engine tests whether a value is true, and how it reads a timestamp.
    Functions.to_boolean = staticmethod(Builtins.boolean)
    datetimeutils.re = BudgetedRe
    datetimeutils.DateTimeUtils.MatcherPartDecimal = _DecimalPart
    return frame


_BASE_FRAME = _engine_base_frame()
