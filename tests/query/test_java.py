"""Java's text of values, and its random numbers."""

from __future__ import annotations

from typing import Any

import pytest

from sfn_cli.query.java_random import JavaRandom
from sfn_cli.query.java_text import java_text


@pytest.mark.parametrize(
    "value, text",
    [
        ("s", "s"),
        (None, "null"),
        (True, "true"),
        (12, "12"),
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (12345678.9, "1.23456789E7"),
        (1e10, "1.0E10"),
        (-1.5e-7, "-1.5E-7"),
        (1.25e300, "1.25E300"),
        ({"a": [1, "x", None], "b": {}}, "{a=[1, x, null], b={}}"),
    ],
)
def test_java_text(value: Any, text: str) -> None:
    """The text is the result of Java's toString()."""
    assert java_text(value) == text


def test_java_random() -> None:
    """The numbers are those of new java.util.Random(42)."""
    assert JavaRandom(42).next_double() == 0.7275636800328681
    random = JavaRandom(42)
    assert [random.below(10) for _ in range(5)] == [0, 3, 8, 4, 0]
    assert all(0 <= JavaRandom(seed).below(1 << 40) < 1 << 40 for seed in range(20))
