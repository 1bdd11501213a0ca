"""Resources can be named as in the app."""

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
    """Any suffix of the construct's path names the resource."""
    assert logical_ids_of_construct(RESOURCES, name) == found


def test_paths() -> None:
    """The path leaves out the id of a construct's main resource."""
    assert [construct_path(resource) for resource in RESOURCES.values()] == [
        "Orders/OrderFlow", "Orders/Pay/Flow", "Orders/Refund/Flow", "Orders/Raw", None,
    ]  # fmt: skip
