"""AWS's query protocol: nested requests as botocore writes them, and XML as botocore reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import botocore.session
import pytest
from botocore.parsers import QueryParser
from botocore.serialize import QuerySerializer

from sfn_cli.api.model import load_model
from sfn_cli.errors import ApiError
from sfn_cli.server.protocols.aws_query import aws_query_error_response, aws_query_response
from sfn_cli.server.protocols.query_form import read_query_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

CREATE = load_model("cloudformation", "CreateChangeSet")
STRUCTURE: Mapping[str, Any] = {
    "type": "structure",
    "members": {
        "Map": {"type": "map", "key": {"type": "string"}, "value": {"type": "integer"}},
        "At": {"type": "timestamp"},
        "Ratio": {"type": "double"},
        "Data": {"type": "blob"},
        "Count": {"type": "integer"},
        "Flag": {"type": "boolean"},
    },
}


def botocore_operation(name: str) -> OperationModel:
    return botocore.session.get_session().get_service_model("cloudformation").operation_model(name)


@pytest.mark.parametrize(
    "members",
    [
        {"StackName": "shop", "ChangeSetName": "one", "TemplateBody": "{}\r\n é 🙂"},
        {"StackName": "shop", "Tags": [], "Parameters": [], "Capabilities": []},
        {"StackName": "shop", "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]},
        {"Tags": [{"Key": f"key{number}", "Value": str(number)} for number in range(12)]},
        {"Parameters": [{"ParameterKey": "Size", "UsePreviousValue": True}]},
        {
            "RollbackConfiguration": {
                "MonitoringTimeInMinutes": 3,
                "RollbackTriggers": [{"Arn": "arn:alarm", "Type": "AWS::CloudWatch::Alarm"}],
            },
            "ResourcesToImport": [
                {
                    "ResourceType": "T",
                    "LogicalResourceId": "L",
                    "ResourceIdentifier": {"Name": "n", "Id": "i"},
                }
            ],
        },
    ],
)
def test_reads_what_botocore_writes(members: dict[str, Any]) -> None:
    """Lists, structures and maps of a form arrive as they were sent."""
    sent = QuerySerializer().serialize_to_request(members, botocore_operation("CreateChangeSet"))["body"]
    form = dict(parse_qsl(urlencode(sent), keep_blank_values=True))
    assert read_query_form(CREATE.input, form) == members


@pytest.mark.parametrize(
    "form, members",
    [
        ({"Map.entry.1.key": "a", "Map.entry.1.value": "1"}, {"Map": {"a": 1}}),
        ({"Map.1.key": "a", "Map.1.value": "1"}, {"Map": {"a": 1}}),
        ({"At": "2026-01-02T03:04:05.678Z"}, {"At": 1767323045678}),
        ({"At": "2026-01-02T03:04:05"}, {"At": 1767323045000}),
        ({"Ratio": "0.5", "Data": "aGk=", "Flag": "TRUE"}, {"Ratio": 0.5, "Data": b"hi", "Flag": True}),
        ({"Unknown": "x", "Flag..": "true", "." * 50: "x", "Map.entry.x.key": "a"}, {"Map": {}}),
        ({"Map": ""}, {"Map": {}}),
    ],
)
def test_reads_each_kind_of_member(form: dict[str, str], members: dict[str, Any]) -> None:
    """Unknown and malformed names are ignored."""
    assert read_query_form(STRUCTURE, form) == members


@pytest.mark.parametrize(
    "form, message",
    [
        ({"Flag": "yes"}, "'yes' can not be converted to a Boolean"),
        ({"Count": "1_000"}, "'1_000' can not be converted to an Integer"),
        ({"Ratio": "much"}, "'much' can not be converted to a Double"),
        ({"At": "yesterday"}, "'yesterday' can not be converted to a Timestamp"),
        ({"Data": "!"}, "'!' can not be converted to a Blob"),
    ],
)
def test_refuses_a_value_of_another_type(form: dict[str, str], message: str) -> None:
    with pytest.raises(ApiError) as error:
        read_query_form(STRUCTURE, form)
    assert (error.value.code, error.value.message) == ("SerializationException", message)


def test_botocore_reads_what_is_written() -> None:
    """Text survives, with carriage returns; an empty list is a list; a time has milliseconds."""
    stack = {
        "StackName": "shop",
        "Description": "a <b> & 'c'\r\n\ttab 🙂",
        "CreationTime": 1767323045678,
        "StackStatus": "CREATE_COMPLETE",
        "DisableRollback": False,
        "Tags": [],
        "Outputs": [{"OutputKey": "Url", "OutputValue": ""}],
    }
    operation = botocore_operation("DescribeStacks")
    response = aws_query_response(load_model("cloudformation", "DescribeStacks"), {"Stacks": [stack]})
    read = QueryParser().parse(
        {"body": response.body, "headers": response.headers, "status_code": 200}, operation.output_shape
    )
    (found,) = read["Stacks"]
    assert found["CreationTime"].timestamp() == 1767323045.678
    assert {**found, "CreationTime": stack["CreationTime"]} == stack


def test_characters_that_xml_does_not_have_are_replaced() -> None:
    body = aws_query_error_response(ApiError("ValidationError", "a\x00b\x0b\ud800c")).body.decode()
    assert "<Message>a\ufffdb\ufffd\ufffdc</Message>" in body


@pytest.mark.parametrize(
    "name, body",
    [
        ("DeleteStack", '/2010-05-15/"><ResponseMetadata>'),
        ("ExecuteChangeSet", "><ExecuteChangeSetResult></ExecuteChangeSetResult><ResponseMetadata>"),
    ],
)
def test_an_operation_without_output(name: str, body: str) -> None:
    """The model says whether there is an element for the result."""
    assert body in aws_query_response(load_model("cloudformation", name), {}).body.decode()


def test_a_form_of_many_names_is_read_at_once() -> None:
    """The time for a form grows with its length, not with the numbers in it."""
    form = {f"Tags.member.{number * 1000 + 1}.Key": str(number) for number in range(2000)}
    assert len(urlencode(form)) > 50_000
    assert [tag["Key"] for tag in read_query_form(CREATE.input, form)["Tags"]] == list(form.values())
