"""The parser for Intrinsic Functions.

Example: `States.Format('Hello, {}', States.ArrayGetItem($.names, 0))`.

    call      States.NAME ( argument, … )      at most 10 calls deep
    argument  'text' | number | true | false | null | path | call

https://states-language.net/#appendix-b. In 'text', a backslash escapes only ' { } and itself. The
functions are in intrinsics.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, loads
from sfn_cli.query.intrinsics import FUNCTIONS, IntrinsicError, TextLiteral
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.query.scope import Scope

MAX_NESTING = 10

Argument = Callable[[Scope], Json]

_CALL = re.compile(r"(States\.\w+)\s*\(\s*")
_TEXT = re.compile(r"'((?:[^'\\]|\\['{}\\])*)'")
_LITERAL = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)")
_PATH = re.compile(
    r"""\$(?:[^\s,()\['"]|\[(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\((?:[^()'"]|'[^']*'|"[^"]*")*\)|[^\]'"(])*\])*"""
)
_SPACE = re.compile(r"\s*")


class Intrinsic:
    """A compiled call.

    Its errors have AWS's form: the whole text of the call, then the reason.
    """

    __slots__ = ("_call", "text")

    def __init__(self, text: str, call: Argument) -> None:
        self.text = text
        self._call = call

    def evaluate(self, scope: Scope) -> Json:
        """Returns the function's result.

        Raises States.Runtime. Observed on AWS in 2026: not States.IntrinsicFailure, which the guide has.
        """
        try:
            return self._call(scope)
        except PathNotFound as missing:
            raise self._error(missing.in_intrinsic(scope.input)) from None
        except IntrinsicError as error:
            raise self._error(str(error)) from None

    def _error(self, why: str) -> StatesError:
        return StatesError("States.Runtime", f"The function '{self.text}' had the following error: {why}")

    def __repr__(self) -> str:
        return f"Intrinsic({self.text!r})"


@lru_cache(maxsize=1024)
def compile_intrinsic(text: str) -> Intrinsic:
    """Parses the call in `text`. Raises ValueError, with the column, if it is invalid."""
    return Intrinsic(text, _Parser(text).whole())


class _Parser:
    """A cursor on the text of one call."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def whole(self) -> Argument:
        self._skip(_SPACE)
        call = self._call(1)
        self._skip(_SPACE)
        if self.at < len(self.text):
            self._refuse("unexpected text after the call")
        return call

    def _call(self, depth: int) -> Argument:
        opening = self._skip(_CALL)
        if opening is None:
            self._refuse("expected a function call, such as States.Format(…)")
        if depth > MAX_NESTING:
            self._refuse(f"functions can be nested at most {MAX_NESTING} levels deep")
        name = opening[1]
        function = FUNCTIONS.get(name)
        if function is None:
            self._refuse(f"there is no function {name}")
        arguments: list[Argument] = []
        while not self._skip(_CLOSE):
            if arguments and not self._skip(_COMMA):
                self._refuse("expected ',' or ')'")
            arguments.append(self._argument(depth))
            self._skip(_SPACE)
        if not function.least <= len(arguments) <= function.most:
            self._refuse(f"{name} takes {function.count_text} but {len(arguments)} were given")
        run = function.run
        return lambda scope: run(scope, [argument(scope) for argument in arguments])

    def _argument(self, depth: int) -> Argument:
        if text := self._skip(_TEXT):
            literal = TextLiteral(text[1])
            return lambda _: literal
        if found := self._skip(_LITERAL):
            value = loads(found[0])
            return lambda _: value
        if self.text.startswith("$", self.at):
            return self._path()
        return self._call(depth + 1)

    def _path(self) -> Argument:
        start = self.at
        found = self._skip(_PATH)
        assert found is not None
        try:
            return compile_path(found[0]).evaluate
        except ValueError as error:
            self.at = start
            self._refuse(str(error))

    def _skip(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _refuse(self, why: str) -> NoReturn:
        raise ValueError(f"Invalid intrinsic function '{self.text}' at column {self.at + 1}: {why}")


_CLOSE = re.compile(r"\)")
_COMMA = re.compile(r",\s*")
