"""The table of resource types is complete and consistent."""

from __future__ import annotations

import pytest

from sfn_cli.stacks.resources.resource import Extent
from sfn_cli.stacks.resources.table import CREATED, resource_type
from tests.stacks.resources.conftest import naming


@pytest.mark.parametrize("type", sorted(CREATED))
def test_made(type: str) -> None:
    """Every created type has a row; a change of its name replaces the resource."""
    row = resource_type(type)
    assert row.extent is Extent.CREATED
    assert row.is_local == CREATED[type].startswith("local.")
    if row.name_property is not None:
        assert row.name_property in row.replaced_by
        predicted = row.predict(naming("Thing"), {row.name_property: "mine"})
        assert predicted.physical_id in ("mine", f"{predicted.physical_id.rpartition(':')[0]}:mine")


@pytest.mark.parametrize(
    "type, extent",
    [
        ("AWS::IAM::Role", Extent.NAMED),
        ("AWS::Lambda::Permission", Extent.CREATED),
        ("AWS::Events::Rule", Extent.CREATED),
        ("AWS::ApiGateway::UsagePlan", Extent.LISTED),
        ("AWS::Glue::Job", Extent.LEFT_OUT),
        ("Custom::Seed", Extent.LEFT_OUT),
        ("Terraform::aws_glue_job", Extent.LEFT_OUT),
    ],
)
def test_not_made(type: str, extent: Extent) -> None:
    """Unsupported types have a row too."""
    assert resource_type(type).extent is extent
