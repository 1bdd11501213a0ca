"""A resource may be called by the name that the app gives it."""

from __future__ import annotations

import pytest

from sfn_cli.stacks.readers.cdk.construct_paths import construct_path, logical_ids_of_construct
from tests.stacks.readers.cdk.assemblies import machine

RESOURCES = {
    "OrderFlowE3B0C442": machine("Orders/OrderFlow/Resource"),
    "PayFlow12345678": machine("Orders/Pay/Flow/Resource"),
    "RefundFlow12345678": machine("Orders/Refund/Flow/Resource"),
    "Raw": machine("Orders/Raw"),
    "Plain": {"Type": "AWS::StepFunctions::StateMachine"},
}


@pytest.mark.parametrize(
    "name, found",
    [
        ("OrderFlow", ["OrderFlowE3B0C442"]),
        ("Orders/OrderFlow", ["OrderFlowE3B0C442"]),
        ("Orders/OrderFlow/Resource", ["OrderFlowE3B0C442"]),
        ("Pay/Flow", ["PayFlow12345678"]),
        ("Flow", ["PayFlow12345678", "RefundFlow12345678"]),
        ("Raw", ["Raw"]),
        ("Resource", []),
        ("Plain", []),
    ],
)
def test_names(name: str, found: list[str]) -> None:
    """Any end of the construct's path leads to it."""
    assert logical_ids_of_construct(RESOURCES, name) == found


def test_paths() -> None:
    """The path leaves out the id that a construct gives its own resource."""
    assert [construct_path(resource) for resource in RESOURCES.values()] == [
        "Orders/OrderFlow", "Orders/Pay/Flow", "Orders/Refund/Flow", "Orders/Raw", None,
    ]  # fmt: skip
