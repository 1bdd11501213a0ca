"""Checks of a Choice state's Choices: rules in JSONPath, conditions in JSONata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.choice_rules import COMPARISONS, TYPE_TESTS
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.value_checks import (
    check_boolean,
    check_number,
    check_path,
    check_string,
    check_template,
    check_timestamp,
    check_variables,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.asl.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

MAX_DEPTH = 100
"""How deep rules may nest in rules. (ours: AWS bounds the text's size only)"""


def check_choices(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if value == []:
        findings.error(location, "Value cannot be empty")
    for at, rule in findings.entries(value, location):
        findings.require(rule, ("Next",), at)
        if "Next" in rule:
            check_string(findings, rule["Next"], f"{at}/Next", JSONPATH, "Next")
        if language == JSONATA:
            _check_condition(findings, rule, at)
        else:
            _check_rule(findings, rule, at, 0)
        if "Assign" in rule:
            check_variables(findings, rule["Assign"], f"{at}/Assign", language, "Assign")


def _check_condition(findings: Findings, rule: Mapping[str, Json], location: str) -> None:
    findings.require(rule, ("Condition",), location)
    if not isinstance(rule.get("Condition", True), bool):
        check_template(findings, rule["Condition"], f"{location}/Condition", JSONATA, "Condition")
    if "Output" in rule:
        check_template(findings, rule["Output"], f"{location}/Output", JSONATA, "Output")


def _check_rule(findings: Findings, rule: Mapping[str, Json], location: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        findings.error(location, f"Choice Rules nest deeper than {MAX_DEPTH} levels")
        return
    operators = [name for name in rule if name in ("And", "Or", "Not") or _is_comparison(name)]
    if len(operators) != 1:
        findings.error(location, "A Choice Rule must have exactly one comparison operator, or one of And, Or, Not")
        return
    operator = operators[0]
    at = f"{location}/{operator}"
    if operator in ("And", "Or"):
        if rule[operator] == []:
            findings.error(at, "Value cannot be empty")
        for inner_at, inner in findings.entries(rule[operator], at):
            _check_rule(findings, inner, inner_at, depth + 1)
    elif operator == "Not":
        if isinstance(rule["Not"], dict):
            _check_rule(findings, rule["Not"], at, depth + 1)
        else:
            findings.error(at, "Expected value of type Object")
    else:
        _check_comparison(findings, rule, operator, location)


def _is_comparison(name: str) -> bool:
    return name in COMPARISONS or name in TYPE_TESTS or (name.endswith("Path") and name[:-4] in COMPARISONS)


def _check_comparison(findings: Findings, rule: Mapping[str, Json], operator: str, location: str) -> None:
    findings.require(rule, ("Variable",), location)
    if "Variable" in rule:
        check_path(findings, rule["Variable"], f"{location}/Variable", JSONPATH, "Variable")
    value, at = rule[operator], f"{location}/{operator}"
    if operator not in COMPARISONS and operator not in TYPE_TESTS:
        check_path(findings, value, at, JSONPATH, operator)
    elif operator in TYPE_TESTS or operator.startswith("Boolean"):
        check_boolean(findings, value, at, JSONPATH, operator)
    elif operator.startswith("Numeric"):
        check_number(findings, value, at, JSONPATH, operator)
    elif operator.startswith("Timestamp"):
        check_timestamp(findings, value, at, JSONPATH, operator)
    else:
        check_string(findings, value, at, JSONPATH, operator)
