"""JSONata's own suite and the library Jayway, compared with sfn's expressions and paths.

Both files are next to a checkout, as the recordings are (test_recordings.py). They are no law: AWS
leaves out features of both languages, and limits expressions. So each failing case is in
suite_gaps.toml with its reason, `not_at_aws` or `gaps`, and a passing one is not: the tables only
shrink.

A case *passes* if sfn returns the same value, or fails where the suite does: in JSONata with the
same code, or, as messages of syntax errors and of limits have no code, with the text of that code.
A path that names nothing returns [] at AWS where Jayway fails. It is *refused* if sfn fails
otherwise, and *wrong* if sfn returns another value.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.query.jsonata.expression import compile_expression
from sfn_cli.query.jsonata.result import UNDEFINED, JsonataError
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path
from sfn_cli.query.scope import Scope
from tests.conformance.recordings import HERE, RECORDINGS, needs_recordings

if TYPE_CHECKING:
    from collections.abc import Iterator

GAPS: dict[str, dict[str, dict[str, str]]] = tomllib.loads((HERE / "suite_gaps.toml").read_text())
pytestmark = [needs_recordings, pytest.mark.slow]  # thousands of expressions and paths

Outcome = tuple[str, str]
"""("pass", "refused" or "wrong", the actual result)."""


def test_jsonata(capsys: pytest.CaptureFixture[str]) -> None:
    """JSONata's suite: no value is wrong, and at least 99 % of what AWS's dialect allows passes."""
    compile_expression("1")  # loads the engine as users' expressions do
    outcomes = [(case["id"], jsonata_outcome(case)) for case in cases("jsonata-suite.jsonl.gz")]
    assert [id for id, (kind, _) in outcomes if kind == "wrong"] == []
    with capsys.disabled():
        assert rate("jsonata", outcomes) >= 0.99


def test_jsonpath(capsys: pytest.CaptureFixture[str]) -> None:
    """Paths on documents, as in Jayway: a different value needs a stated reason.

    At least 99.5 % of the cases that AWS allows pass.
    """
    outcomes = [
        (f"{pair['source']}/{pair['name']}", jsonpath_outcome(pair))
        for pair in cases("jsonpath-jayway.jsonl.gz")
    ]
    assert {id for id, (kind, _) in outcomes if kind == "wrong"} <= GAPS["jsonpath"]["not_at_aws"].keys()
    with capsys.disabled():
        assert rate("jsonpath", outcomes) >= 0.995


def cases(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(RECORDINGS / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def rate(suite: str, outcomes: list[tuple[str, Outcome]]) -> float:
    """The share of passes in what AWS allows, which is printed, too.

    That is all cases but the misses that are in `not_at_aws`.
    """
    known = {**GAPS[suite]["not_at_aws"], **GAPS[suite]["gaps"]}
    misses = {id: outcome for id, outcome in outcomes if outcome[0] != "pass"}
    assert {id: outcome for id, outcome in misses.items() if id not in known} == {}
    assert sorted(known.keys() - misses.keys()) == [], "these pass now: take them out of suite_gaps.toml"
    count = Counter(kind for _, (kind, _) in outcomes)
    allowed = sum(kind == "pass" or id not in GAPS[suite]["not_at_aws"] for id, (kind, _) in outcomes)
    print(
        f"\n{suite}: {count['pass']} of {allowed} that AWS allows ({count['pass'] / allowed:.2%}), "
        f"{dict(count)} of {len(outcomes)}"
    )
    return count["pass"] / allowed


def jsonata_outcome(case: dict[str, Any]) -> Outcome:
    from sfn_cli.query.jsonata import engine

    try:
        program = engine.compile_program(case["expr"])
        scope = Scope(variables=case["bindings"], now=1_700_000_000_000, seed="suite")
        given = program.run(scope, jsonata_input(case["data"]) if case["hasdata"] else None)
    except JsonataError as error:
        return fails(case, error.code, error.message)
    except ValueError as error:
        return fails(case, "", str(error))
    if "result" in case:
        same = equal(given, case["result"]) or (
            "unordered" in case and equal(sorted(given), sorted(case["result"]))
        )
    else:
        same = "undefinedResult" in case and given is UNDEFINED
    return "pass" if same else "wrong", repr(given)


def jsonata_input(data: Any) -> Any:
    """`$` as JSONata begins with it: an array is a sequence that is one value."""
    from jsonata.utils import Utils

    from sfn_cli.query.jsonata.values import to_engine_value

    value = to_engine_value(data)
    if isinstance(value, list):
        value = Utils.create_sequence(value)
        value.outer_wrapper = True
    return value


def fails(case: dict[str, Any], code: str, message: str) -> Outcome:
    """Whether that is the error which the case expects."""
    if "result" in case or "undefinedResult" in case:
        return "refused", f"{code}: {message}"
    wanted = case.get("code") or case["error"].get("code")
    same = wanted in (None, code) or (not code and re.fullmatch(text_of(wanted), message) is not None)
    return "pass" if same else "refused", f"{code}: {message}"


def text_of(code: str) -> str:
    """A pattern of the message that JSONata has for a code."""
    from jsonata.jexception import JException

    from sfn_cli.query.jsonata import limits

    if code == "U1001":
        return f"{re.escape(limits.TOO_DEEP)}|{re.escape(limits.TOO_LONG)}"
    text = JException.error_codes[code].replace("Object definition", "function definition")
    return "".join(
        "(?s:.+)" if part.startswith("{{") else re.escape(part)
        for part in re.split(r"(\{\{\{?\w+\}?\}\})", text)
    )


def equal(left: Any, right: Any) -> bool:
    """Whether both are equal JSON.

    A sum of fractions may differ in its last digits, because of the order of additions.
    """
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(item, right[name]) for name, item in left.items())
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, float) or isinstance(right, float):
        return (
            isinstance(left, (int, float))
            and isinstance(right, (int, float))
            and math.isclose(left, right, rel_tol=1e-14)
        )
    return bool(left == right)


def jsonpath_outcome(pair: dict[str, Any]) -> Outcome:
    (jayway,) = pair["jayway"]
    try:
        document = json.loads(pair["document"])
        given = compile_path(pair["path"]).evaluate(Scope(document))
    except (ValueError, PathNotFound) as error:
        return "refused" if "ok" in jayway else "pass", str(error)
    nothing = (
        "ok" not in jayway
        and not pair["definite"]
        and given == []
        and not jayway["err"].startswith("COMPILE")
    )
    same = "ok" in jayway and json.dumps(given, sort_keys=True) == json.dumps(jayway["ok"], sort_keys=True)
    return "pass" if same or nothing else "wrong", repr(given)
