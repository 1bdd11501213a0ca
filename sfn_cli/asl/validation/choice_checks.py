"""Checks of a Choice state's Choices: rules in JSONPath, conditions in JSONata.

Messages marked (ours) are sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.choice_rules import COMPARISONS, TYPE_TESTS
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.diagnostic import TOO_DEEP
from sfn_cli.asl.validation.expression_checks import check_template, check_variable_path, check_variables
from sfn_cli.asl.validation.value_checks import (
    check_boolean,
    check_number,
    check_string,
    check_text,
    check_timestamp,
)
from sfn_cli.query.jsonata.expression import CLOSING, OPENING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

MAX_DEPTH = 100
"""The maximum nesting of rules in rules. (ours: AWS limits only the definition's size)"""

_COMBINERS = ("And", "Or", "Not")
_SELECTORS = (*_COMBINERS, "Variable", "Condition")
_ALL_COMPARISONS: Sequence[str] = """
    StringEquals IsBoolean StringLessThan IsNumeric BooleanEquals StringLessThanEqualsPath NumericLessThan
    NumericGreaterThan NumericLessThanPath StringMatches TimestampLessThanEqualsPath NumericEquals
    TimestampGreaterThan StringGreaterThanEqualsPath TimestampGreaterThanEqualsPath TimestampLessThanEquals
    NumericLessThanEqualsPath TimestampEquals BooleanEqualsPath IsTimestamp StringLessThanEquals
    NumericLessThanEquals StringLessThanPath TimestampGreaterThanPath StringGreaterThan StringGreaterThanPath
    IsString StringEqualsPath TimestampEqualsPath TimestampLessThan StringGreaterThanEquals
    NumericGreaterThanPath NumericGreaterThanEquals NumericEqualsPath TimestampLessThanPath IsNull IsPresent
    TimestampGreaterThanEquals NumericGreaterThanEqualsPath
    """.split()  # noqa: SIM905 - as a list, forty lines
"""All comparison operators, in the order of AWS's message."""

_OUTER_FIELDS = ("Next", "Assign", "Comment")
"""The fields of outermost rules; nested rules may only have Comment."""


def check_choices(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if value == []:
        findings.error(location, "Value cannot be empty")
    for at, rule in findings.entries(value, location):
        findings.require(rule, ("Next",), at)
        if "Next" in rule:
            check_text(findings, rule["Next"], f"{at}/Next", JSONPATH, "Next")
        if language == JSONATA:
            _check_choice_condition(findings, rule, at)
        else:
            _check_choice_rule(findings, rule, at, 0)
        if "Assign" in rule:
            check_variables(findings, rule["Assign"], f"{at}/Assign", language, "Assign")


def _check_choice_condition(findings: Findings, rule: Mapping[str, Json], location: str) -> None:
    findings.require(rule, ("Condition",), location)
    for name, value in rule.items():
        if name == "Condition" and isinstance(value, str):
            if not value.startswith(OPENING):
                findings.error(
                    f"{location}/Condition",
                    f"JSONata string must start with {OPENING} and end with {CLOSING}",
                )
            else:
                check_template(findings, value, f"{location}/Condition", JSONATA, "Condition")
        elif name == "Condition":
            check_boolean(findings, value, f"{location}/Condition", JSONATA, "Condition")
        elif name == "Output":
            check_template(findings, value, f"{location}/Output", JSONATA, "Output")
        elif name in _COMBINERS or name == "Variable" or _is_choice_comparison(name):
            findings.other_language(name, location, JSONATA, JSONPATH)
        elif name not in _OUTER_FIELDS:
            findings.unsupported_field(name, location)


def _check_choice_rule(findings: Findings, rule: Mapping[str, Json], location: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        findings.error(location, f"Choice Rules nest deeper than {MAX_DEPTH} levels", TOO_DEEP)  # (ours)
        return
    _check_choice_operators(findings, rule, location, ("Comment",) if depth else _OUTER_FIELDS)
    selectors = [name for name in _SELECTORS if name in rule and name != "Condition"]
    if len(selectors) != 1:
        findings.error(
            location, f"The object must have only one of the following fields, [{', '.join(_SELECTORS)}]"
        )
        return
    selector = selectors[0]
    at = f"{location}/{selector}"
    if selector == "Variable":
        _check_choice_comparison(findings, rule, location)
    elif selector == "Not":
        if findings.is_a("Object", rule["Not"], at):
            _check_choice_rule(findings, rule["Not"], at, depth + 1)
    else:
        if rule[selector] == []:
            findings.error(at, "Value cannot be empty")
        for inner_at, inner in findings.entries(rule[selector], at):
            _check_choice_rule(findings, inner, inner_at, depth + 1)


def _check_choice_operators(
    findings: Findings, rule: Mapping[str, Json], location: str, others: tuple[str, ...]
) -> None:
    for name in rule:
        if name in ("Condition", "Output"):
            findings.other_language(name, location, JSONPATH, JSONATA)
        elif name not in _SELECTORS and name not in others and not _is_choice_comparison(name):
            findings.unsupported_field(name, location)


def _is_choice_comparison(name: str) -> bool:
    return name in COMPARISONS or name in TYPE_TESTS or (name.endswith("Path") and name[:-4] in COMPARISONS)


def _check_choice_comparison(findings: Findings, rule: Mapping[str, Json], location: str) -> None:
    check_variable_path(findings, rule["Variable"], f"{location}/Variable", JSONPATH, "Variable")
    operators = [name for name in rule if _is_choice_comparison(name)]
    findings.only_one(rule, _ALL_COMPARISONS, location, required=True)
    for operator in operators:
        _check_compared_choice_value(findings, rule[operator], operator, f"{location}/{operator}")


def _check_compared_choice_value(findings: Findings, value: Json, operator: str, at: str) -> None:
    if operator not in COMPARISONS and operator not in TYPE_TESTS:
        check_variable_path(findings, value, at, JSONPATH, operator)
    elif operator in TYPE_TESTS or operator.startswith("Boolean"):
        check_boolean(findings, value, at, JSONPATH, operator)
    elif operator.startswith("Numeric"):
        check_number(findings, value, at, JSONPATH, operator)
    elif operator.startswith("Timestamp"):
        check_timestamp(findings, value, at, JSONPATH, operator)
    else:
        check_string(findings, value, at, JSONPATH, operator)
