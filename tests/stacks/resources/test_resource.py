"""Names as CloudFormation generates them."""

from __future__ import annotations

import pytest

from sfn_cli.stacks.resources.resource import Naming

SUFFIX = "1U44TLUZ7OR5"


@pytest.mark.parametrize(
    "stack, logical_id, length, name",
    [
        ("shop", "Orders", 64, f"shop-Orders-{SUFFIX}"),
        # A stack's name is shortened before a logical id.
        (
            "MyStackDev-MyNestedApplicationStack",
            "MyLambdaFunctionName",
            64,
            f"MyStackDev-MyNestedApplication-MyLambdaFunctionName-{SUFFIX}",
        ),
        ("shop", "L" * 80, 64, f"shop-{'L' * 46}-{SUFFIX}"),
        ("s" * 60, "L" * 60, 64, f"{'s' * 25}-{'L' * 25}-{SUFFIX}"),
        ("shop", "aws_lambda_function.price", 64, f"shop-aws-lambda-function-price-{SUFFIX}"),
    ],
)
def test_generated(stack: str, logical_id: str, length: int, name: str) -> None:
    """A name has the stack, the logical id and the suffix, within the maximum length."""
    naming = Naming(stack, logical_id, SUFFIX, "us-east-1", "123456789012")
    assert naming.generated(length) == name
    assert len(name) <= length


def test_generated_without_stack() -> None:
    """The names of newer types do not contain the stack."""
    naming = Naming("shop", "L" * 80, SUFFIX, "us-east-1", "123456789012")
    assert naming.generated(80, with_stack=False) == f"{'L' * 67}-{SUFFIX}"
