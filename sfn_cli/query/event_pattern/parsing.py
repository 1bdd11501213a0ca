"""The grammar of patterns: from a JSON text to the tree that is matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.query.event_pattern import values
from sfn_cli.query.event_pattern.matching import ObjectPattern, ValuePattern
from sfn_cli.query.event_pattern.tokens import PatternTokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.query.event_pattern.tokens import EventPatternError, Token
    from sfn_cli.query.event_pattern.values import ValueTest

_OR = "$or"

_RESERVED_IN_OR = frozenset(
    [
        *("exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard"),
        *("numeric", "cidr", "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"),
        *("date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"),
        *("ip-address-in-range", "ip-address-not-in-range"),
    ]
)
"""Names that AWS allows nowhere within $or."""

_ONE_KEY = "Only one key allowed in match expression"
_TOO_MANY = "Too many elements in numeric expression"


def parse_event_pattern(text: str) -> ObjectPattern:
    """Returns the pattern's tree. Raises EventPatternError."""
    tokens = PatternTokens(text)
    if tokens.next().kind != "{":
        raise tokens.error("Filter is not an object")
    return _parse_pattern_object(tokens, (), is_in_or=False)


def _parse_pattern_object(tokens: PatternTokens, path: tuple[str, ...], *, is_in_or: bool) -> ObjectPattern:
    """Parses an object whose bracket has been read."""
    names: dict[str, ObjectPattern | ValuePattern] = {}
    any_of: list[list[ObjectPattern]] = []
    while (token := tokens.next()).kind != "}":
        name = token.value
        if name == _OR:
            any_of.append(_parse_pattern_or(tokens, path))
            continue
        if is_in_or and name in _RESERVED_IN_OR:
            raise tokens.error(f"{name} is Ruler reserved fieldName which cannot be used inside {_OR}.")
        kind = tokens.next().kind
        if kind == "{":
            names[name] = _parse_pattern_object(tokens, (*path, name), is_in_or=is_in_or)
        elif kind == "[":
            names[name] = _parse_pattern_list(tokens, (*path, name))
        else:
            raise tokens.error(f'"{name}" must be an object or an array')
    if not names and not any_of:
        raise tokens.error("Empty objects are not allowed")
    return ObjectPattern(names, any_of)


def _parse_pattern_or(tokens: PatternTokens, path: tuple[str, ...]) -> list[ObjectPattern]:
    if tokens.next().kind != "[":
        raise tokens.error(f"It must be an Array followed with {_OR}.")
    choices = []
    while (token := tokens.next()).kind != "]":
        if token.kind != "{":
            raise tokens.error(f"Only JSON object is allowed in array of {_OR} relationship.")
        choices.append(_parse_pattern_object(tokens, path, is_in_or=True))
    if len(choices) < 2:
        raise tokens.error(f"There must have at least 2 Objects in {_OR} relationship.")
    return choices


def _parse_pattern_list(tokens: PatternTokens, path: tuple[str, ...]) -> ValuePattern:
    """Parses a list whose bracket has been read."""
    tests: list[ValueTest] = []
    exists: set[bool] = set()
    while (token := tokens.next()).kind != "]":
        if token.kind == "{":
            found = _parse_match_expression(tokens)
            if isinstance(found, bool):
                exists.add(found)
            else:
                tests.append(found)
        elif token.kind == "[":
            raise tokens.error("Match value must be String, number, true, false, or null")
        else:
            tests.append(values.equals(token.value))
    if not tests and not exists:
        raise tokens.error("Empty arrays are not allowed")
    return ValuePattern(path, tests, exists=True in exists, is_absent=False in exists)


def _parse_match_expression(tokens: PatternTokens) -> ValueTest | bool:
    """Parses an operator and its operand. Returns a bool for `exists`."""
    name = tokens.next()
    if name.kind != "name":
        raise tokens.error("Match expression name not found")
    parse = _OPERATORS.get(name.value)
    if parse is None:
        raise tokens.error(f"Unrecognized match type {name.value}")
    return parse(tokens)


def _end_of_match(tokens: PatternTokens, reason: str = _ONE_KEY) -> None:
    if tokens.next().kind != "}":
        raise tokens.error(reason)


def _pattern_text(tokens: PatternTokens, token: Token, operator: str) -> str:
    if token.kind != "string":
        raise tokens.error(f"{operator} match pattern must be a string")
    return tokens.read_string(token)


def _parse_exactly(tokens: PatternTokens) -> ValueTest:
    text = _pattern_text(tokens, tokens.next(), "exact")
    _end_of_match(tokens)
    return values.equals(text)


def _parse_affix(operator: str, test: Callable[[str], ValueTest]) -> Callable[[PatternTokens], ValueTest]:
    def parse(tokens: PatternTokens) -> ValueTest:
        token = tokens.next()
        if token.kind != "{":
            text = _pattern_text(tokens, token, operator)
            _end_of_match(tokens)
            return test(text)
        name = tokens.next()
        if name.kind != "name":
            raise tokens.error(f"{operator.capitalize()} expression name not found")
        if name.value != "equals-ignore-case":
            raise tokens.error(f"Unsupported {operator} pattern: {name.value}")
        of_any_case = _parse_equals_ignore_case(tokens, test)
        _end_of_match(tokens)
        return of_any_case

    return parse


def _parse_equals_ignore_case(
    tokens: PatternTokens, test: Callable[[str], ValueTest] = values.equals
) -> ValueTest:
    text = _pattern_text(tokens, tokens.next(), "equals-ignore-case")
    _end_of_match(tokens)
    return values.of_any_case(test, text)


def _parse_wildcard(tokens: PatternTokens) -> ValueTest:
    text = _pattern_text(tokens, tokens.next(), "wildcard")
    test = _wildcard_test(tokens, text)
    _end_of_match(tokens)
    return test


def _wildcard_test(tokens: PatternTokens, text: str) -> ValueTest:
    r"""Reads "*" as any text, "\*" and "\\" as these characters. AWS counts from the opening quote."""
    parts = [""]
    at = 0
    while at < len(text):
        character, following = text[at], text[at + 1 : at + 2]
        if character == "*":
            if following == "*":
                raise tokens.error(f"Consecutive wildcard characters at pos {at + 1}")
            parts.append("")
        elif character == "\\":
            if following not in ("*", "\\"):
                raise tokens.error(f"Invalid escape character at pos {at + 1}")
            parts[-1] += following
            at += 1
        else:
            parts[-1] += character
        at += 1
    return values.wildcard(parts)


def _parse_cidr(tokens: PatternTokens) -> ValueTest:
    text = _pattern_text(tokens, tokens.next(), "prefix")  # in AWS's words
    if text.count("/") != 1:
        raise tokens.error("Malformed CIDR, one '/' required")
    try:
        test = values.is_in_network(text)
    except ValueError as error:
        raise tokens.error(f"Malformed CIDR, {error}") from error
    _end_of_match(tokens)
    return test


def _parse_exists(tokens: PatternTokens) -> bool:
    token = tokens.next()
    if token.value is not True and token.value is not False:
        raise tokens.error("exists match pattern must be either true or false.")
    _end_of_match(tokens)
    return bool(token.value)


def _parse_numeric(tokens: PatternTokens) -> ValueTest:
    if tokens.next().kind != "[":
        raise tokens.error("Value of numeric must be an array.")
    operator = tokens.next()
    sign = tokens.read_string(operator)
    if operator.kind != "string":
        raise tokens.error(f"Invalid member in numeric match: {sign}")
    first = tokens.next()
    if sign not in values.COMPARISONS:
        raise tokens.error(f"Unrecognized numeric range operator: {sign}")
    comparisons = [(sign, _pattern_number(tokens, first, "equals" if sign == "=" else sign))]
    second = tokens.next()
    if second.kind != "]":
        if sign not in (">", ">="):
            raise tokens.error(_TOO_MANY)
        comparisons.append(_parse_numeric_top(tokens, second))
    _end_of_match(tokens, _TOO_MANY)
    return values.compares(comparisons)


def _parse_numeric_top(tokens: PatternTokens, operator: Token) -> tuple[str, float]:
    """Parses the second comparison of a range, whose operator has been read."""
    sign = tokens.read_string(operator)
    if operator.kind != "string":
        raise tokens.error(f"Bad value in numeric range: {sign}")
    if sign not in ("<", "<="):
        raise tokens.error(f"Bad numeric range operator: {sign}")
    top = _pattern_number(tokens, tokens.next(), sign)
    if tokens.next().kind != "]":
        raise tokens.error("Too many terms in numeric range expression")
    return sign, top


def _pattern_number(tokens: PatternTokens, token: Token, sign: str) -> float:
    if token.kind != "number":
        raise tokens.error(f"Value of {sign} must be numeric")
    number: float = token.value
    return number


def _parse_anything_but(tokens: PatternTokens) -> ValueTest:
    token, operator = tokens.next(), None
    if token.kind == "{":
        name = tokens.next()
        if name.kind != "name":
            raise tokens.error("Anything-But expression name not found")
        operator = name.value
        if operator not in _ANYTHING_BUT:
            raise tokens.error(f"Unsupported anything-but pattern: {operator}")
        token = tokens.next()
    if token.kind not in ("[", "string", "number"):
        raise tokens.error("Value of anything-but must be an array or single string/number value.")
    operands = []
    if token.kind == "[":
        while (item := tokens.next()).kind != "]":
            operands.append(_anything_but_operand(tokens, item, operator))
    else:
        operands.append(_anything_but_operand(tokens, token, operator))
    if operator is None and len({isinstance(operand, str) for operand in operands}) != 1:
        raise tokens.error(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
    if operator is None:
        test = values.is_none_of([values.equals(operand) for operand in operands])
    else:
        parse = _ANYTHING_BUT[operator]
        test = values.is_none_of([parse(tokens, str(operand)) for operand in operands])
        _end_of_match(tokens, _TOO_MANY)
    _end_of_match(tokens, _TOO_MANY)
    return test


def _anything_but_operand(tokens: PatternTokens, token: Token, operator: str | None) -> str | float:
    if operator is None:
        if token.kind not in ("string", "number"):
            raise tokens.error("Inside anything but list, start|null|boolean is not supported.")
        value: str | float = token.value
        return value
    if token.kind != "string":
        raise _anything_but_operand_error(tokens, operator)
    text = tokens.read_string(token)
    if not text and operator in ("prefix", "suffix"):
        raise tokens.error("Null prefix/suffix not allowed")
    return text


def _anything_but_operand_error(tokens: PatternTokens, operator: str) -> EventPatternError:
    if operator == "equals-ignore-case":
        return tokens.error(
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
        )
    if operator == "wildcard":
        return tokens.error("wildcard match pattern must be a string")
    return tokens.error("prefix/suffix match pattern must be a string")


_ANYTHING_BUT: dict[str, Callable[[PatternTokens, str], ValueTest]] = {
    "equals-ignore-case": lambda _, text: values.of_any_case(values.equals, text),
    "prefix": lambda _, text: values.starts_with(text),
    "suffix": lambda _, text: values.ends_with(text),
    "wildcard": _wildcard_test,
}
"""What anything-but can negate."""

_OPERATORS: dict[str, Callable[[PatternTokens], ValueTest | bool]] = {
    "anything-but": _parse_anything_but,
    "cidr": _parse_cidr,
    "equals-ignore-case": _parse_equals_ignore_case,
    "exactly": _parse_exactly,
    "exists": _parse_exists,
    "numeric": _parse_numeric,
    "prefix": _parse_affix("prefix", values.starts_with),
    "suffix": _parse_affix("suffix", values.ends_with),
    "wildcard": _parse_wildcard,
}
