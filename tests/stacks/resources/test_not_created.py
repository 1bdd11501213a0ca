"""Resources that are not created: their names, Refs and attributes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.resources.resource import Extent
from sfn_cli.stacks.resources.table import resource_type
from tests.stacks.resources.conftest import SUFFIX, naming

if TYPE_CHECKING:
    from tests.stacks.resources.conftest import Maker

NAME = f"shop-Thing-{SUFFIX}"
ACCOUNT = "us-east-1:123456789012"
ID = r"[a-z0-9]{10}"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"


@pytest.mark.parametrize(
    "type, properties, reference, attributes",
    [
        ("AWS::IAM::Role", {}, NAME, {"Arn": f"arn:aws:iam::123456789012:role/{NAME}"}),
        (
            "AWS::IAM::Role",
            {"RoleName": "cook", "Path": "/shop/"},
            "cook",
            {"Arn": "arn:aws:iam::123456789012:role/shop/cook"},
        ),
        ("AWS::IAM::Policy", {"PolicyName": "read"}, NAME, {}),
        ("AWS::IAM::ManagedPolicy", {}, f"arn:aws:iam::123456789012:policy/{NAME}", {}),
        ("AWS::S3::BucketPolicy", {"Bucket": "letters"}, "letters", {}),
    ],
)
def test_named(type: str, properties: dict[str, Any], reference: str, attributes: dict[str, str]) -> None:
    """Roles and policies have a name and an ARN."""
    row = resource_type(type)
    created = row.predict(naming("Thing"), properties)
    assert row.extent is Extent.NAMED
    assert created.reference == reference
    assert attributes.items() <= created.attributes.items()


@pytest.mark.parametrize(
    "type, properties, reference, attributes",
    [
        ("AWS::ApiGateway::ClientCertificate", {}, ID, {"ClientCertificateId": ID}),
        ("AWS::Logs::LogStream", {"LogStreamName": "s"}, "s", {}),
    ],
)
def test_listed(
    make: Maker, type: str, properties: dict[str, Any], reference: str, attributes: dict[str, str]
) -> None:
    """Event sources have their documented Ref and attributes, but send no events."""
    row = resource_type(type)
    created = row.create(make(), properties)
    assert row.extent is Extent.LISTED
    assert re.fullmatch(reference, str(created.reference))
    for attribute, pattern in attributes.items():
        assert re.fullmatch(pattern, str(created.attributes[attribute]))
    assert row.predict(make().naming, properties) == created
    row.delete(make(), created, properties)


@pytest.mark.parametrize(
    "type, properties, reference, attributes",
    [
        ("AWS::EC2::VPC", {}, r"vpc-[0-9a-f]{17}", {"VpcId": "vpc-[0-9a-f]{17}"}),
        (
            "AWS::EC2::SecurityGroup",
            {},
            r"sg-[0-9a-f]{17}",
            {"GroupId": "sg-[0-9a-f]{17}", "VpcId": "vpc-.*"},
        ),
        (
            "AWS::ECS::TaskDefinition",
            {},
            f"arn:aws:ecs:{ACCOUNT}:task-definition/{NAME}:1",
            {"TaskDefinitionArn": f"arn:aws:ecs:{ACCOUNT}:task-definition/{NAME}:1"},
        ),
        ("AWS::Glue::Job", {"Name": "clean"}, "clean", {}),
        (
            "AWS::RDS::DBCluster",
            {},
            NAME,
            {
                "DBClusterArn": f"arn:aws:rds:{ACCOUNT}:dbcluster/{NAME}",
                "Endpoint.Address": rf"{NAME}\.[a-z0-9]+\.us-east-1\.rds\.amazonaws\.com",
                "Endpoint.Port": "5432",
            },
        ),
        ("Custom::Seed", {"ServiceToken": "arn"}, NAME, {"Answer": f"{NAME}-Answer"}),
        ("Terraform::aws_glue_job", {}, NAME, {"Arn": f"arn:aws:terraform:{ACCOUNT}:aws_glue_job/{NAME}"}),
    ],
)
def test_left_out(type: str, properties: dict[str, Any], reference: str, attributes: dict[str, str]) -> None:
    """Every attribute of an unsupported type resolves to a value of a plausible form."""
    row = resource_type(type)
    created = row.predict(naming("Thing"), properties)
    assert row.extent is Extent.LEFT_OUT
    assert re.fullmatch(reference, str(created.reference))
    for attribute, pattern in attributes.items():
        assert re.fullmatch(pattern, str(created.attributes[attribute]))
    assert dict(created.attributes).keys() == attributes.keys()


def test_two_left_out_of_one_kind() -> None:
    """Two subnets have different ids, the same in each deploy."""
    row = resource_type("AWS::EC2::Subnet")
    ids = [row.predict(naming(name), {}).reference for name in ("East", "West", "East")]
    assert ids[0] == ids[2] != ids[1]
