"""The types of answers are what the model says."""

from __future__ import annotations

from tests import answer_types


def test_the_module_is_fresh() -> None:
    """sfn_cli/api/model/answers.py is what the model says. (python -m tests.answer_types)"""
    assert answer_types.MODULE.read_text(encoding="utf-8") == answer_types.text()
