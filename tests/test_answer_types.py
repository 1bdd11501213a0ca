"""The types of responses follow from the model, and the operations declare them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from sfn_cli.api import model
from sfn_cli.api.operations import OPERATIONS, find_operation
from tests import answer_types
from tests.api.fakes import make_service

if TYPE_CHECKING:
    from pathlib import Path

WAITS = {
    "StartSyncExecution": "AwaitedEnd",
    "GetActivityTask": "GetActivityTaskAnswer | AwaitedTask",
}
"""The return type of operations that may wait for their response; see long_polls.py."""


def test_the_module_is_fresh() -> None:
    """sfn_cli/api/model/answers.py is generated from the model. (python -m tests.answer_types)"""
    assert answer_types.MODULE.read_text(encoding="utf-8") == answer_types.text()


@pytest.mark.parametrize("name", [name for service, name in OPERATIONS if service == "stepfunctions"])
def test_an_operation_returns_the_type_of_its_answer(name: str, tmp_path: Path) -> None:
    operation = model.load_model("stepfunctions", name)
    of_model = f"{name}Answer" if operation.output["members"] else "EmptyAnswer"
    declared = inspect.signature(find_operation(make_service(tmp_path), operation)).return_annotation
    assert declared == WAITS.get(name, of_model)
