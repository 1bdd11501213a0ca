"""Scope: random values that a replay repeats."""

from __future__ import annotations

import re

from sfn_cli.query.scope import Scope


def test_draws_differ_and_repeat() -> None:
    """Two draws of a scope differ; a new scope with the same seed repeats them."""
    scope = Scope(seed="s")
    draws = [scope.uuid(), scope.uuid()]
    again = Scope(seed="s")
    assert draws[0] != draws[1]
    assert [again.uuid(), again.uuid()] == draws
    assert Scope(seed="t").uuid() != draws[0]


def test_uuid_is_of_version_4() -> None:
    """The version and variant bits are those of RFC 9562."""
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", Scope(seed="s").uuid()
    )


def test_fraction_lies_below_one() -> None:
    """0 <= n < 1"""
    scope = Scope(seed="s")
    assert all(0 <= scope.fraction() < 1 for _ in range(100))
