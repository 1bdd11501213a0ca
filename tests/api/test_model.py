"""The service model in the package."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api import model
from sfn_cli.api.protocol import constraints
from tests import compile_model

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = [(service, name) for service in model.model_services() for name in model.model_operation_names(service)]


def test_is_fresh() -> None:
    """The package contains what the script writes from the installed botocore."""
    assert compile_model.main(["--check"]) == 0


def test_has_every_operation_of_step_functions() -> None:
    """All 37 are found, by command and by name."""
    assert len(model.model_commands("stepfunctions")) == 37
    assert model.model_by_command("stepfunctions", "start-sync-execution").host_prefix == "sync-"


@pytest.mark.parametrize(
    "service, name", [("stepfunctions", "Nope"), ("s3", "GetObject"), ("lambda", "index")]
)
def test_unknown_operation(service: str, name: str) -> None:
    """An unknown operation is a KeyError, not a missing file."""
    with pytest.raises(KeyError):
        model.load_model(service, name)


@pytest.mark.parametrize("service, name", ALL)
def test_patterns_compile(service: str, name: str) -> None:
    """Python can use each of AWS's patterns, which are written for Java."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shape in _shapes(model.load_model(service, name).input):
            if "pattern" in shape:
                assert isinstance(constraints._compile_constraint_pattern(shape["pattern"]), re.Pattern)


def test_extension_is_marked() -> None:
    """CodeDir and inject are extensions of sfn and are marked as such."""
    code = model.load_model("lambda", "CreateFunction").input["members"]["Code"]
    update = model.load_model("lambda", "UpdateFunctionCode").input
    for name in ("CodeDir", "PackageDirs", "ExactRuntime"):
        assert code["members"][name]["extension"] is True
        assert update["members"][name]["extension"] is True
    more = ["fromExecutionArn", "fromState", "stateInput", "definition"]
    for name, own in {"StartExecution": ["inject", *more], "StartSyncExecution": ["inject"]}.items():
        assert [
            member
            for member, shape in model.load_model("stepfunctions", name).input["members"].items()
            if model.is_not_in_aws_model(shape)
        ] == own


def _shapes(shape: Any) -> Iterator[Any]:
    yield shape
    for member in shape.get("members", {}).values():
        yield from _shapes(member)
    for key in ("member", "key", "value"):
        if key in shape:
            yield from _shapes(shape[key])
