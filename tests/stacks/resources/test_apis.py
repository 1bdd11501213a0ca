"""APIs and their parts: the Ref and attributes of each, and what is stored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.api.apigateway.catalog import find_served_api, find_url_api
from sfn_cli.stacks.resources.table import resource_type
from tests.stacks.resources.conftest import INLINE

if TYPE_CHECKING:
    from tests.stacks.resources.conftest import Maker

ID = r"[a-z0-9]{10}"
INVOKE = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/price/invocations"


@pytest.mark.parametrize(
    "type, properties, reference, attributes",
    [
        ("AWS::ApiGateway::RestApi", {"Name": "shop"}, ID, {"RestApiId": ID, "RootResourceId": ID}),
        ("AWS::ApiGateway::Stage", {"RestApiId": "a", "StageName": "prod"}, "prod", {}),
        ("AWS::ApiGateway::Resource", {"RestApiId": "a", "PathPart": "x"}, ID, {"ResourceId": ID}),
        ("AWS::ApiGateway::ApiKey", {}, ID, {"APIKeyId": ID}),
        (
            "AWS::ApiGatewayV2::Api",
            {"ProtocolType": "HTTP"},
            ID,
            {"ApiEndpoint": rf"https://{ID}\.execute-api\.us-east-1\.amazonaws\.com"},
        ),
        ("AWS::ApiGatewayV2::Stage", {"ApiId": "a", "StageName": "$default"}, r"\$default", {}),
        ("AWS::ApiGatewayV2::Route", {"ApiId": "a", "RouteKey": "GET /"}, ID, {"RouteId": ID}),
    ],
)
def test_part(
    make: Maker, type: str, properties: dict[str, Any], reference: str, attributes: dict[str, str]
) -> None:
    """A part has its documented Ref and attributes, as predicted; deleting it deletes its row."""
    row = resource_type(type)
    created = row.create(make(), properties)
    assert re.fullmatch(reference, str(created.reference))
    for attribute, pattern in attributes.items():
        assert re.fullmatch(pattern, str(created.attributes[attribute]))
    assert row.predict(make().naming, properties) == created
    assert len(make.service.api_parts.of_kind(type)) == 1
    row.delete(make(), created, properties)
    assert make.service.api_parts.of_kind(type) == []


def test_two_apis_may_have_a_stage_of_one_name(make: Maker) -> None:
    """A stage's physical id names its API, because stages of other stacks have the same name."""
    row = resource_type("AWS::ApiGateway::Stage")
    ids = {row.create(make(), {"RestApiId": api, "StageName": "prod"}).physical_id for api in ("one", "two")}
    assert ids == {"one|prod", "two|prod"}


def test_rest_api_of_resources_and_methods(make: Maker) -> None:
    """Resources and methods make routes; a method whose parent is missing makes none."""
    api = resource_type("AWS::ApiGateway::RestApi").create(make("Api"), {"Name": "shop"})
    parent = resource_type("AWS::ApiGateway::Resource").create(
        make("Orders"),
        {"RestApiId": api.reference, "ParentId": api.attributes["RootResourceId"], "PathPart": "orders"},
    )
    child = resource_type("AWS::ApiGateway::Resource").create(
        make("Order"), {"RestApiId": api.reference, "ParentId": parent.reference, "PathPart": "{id}"}
    )
    for name, resource in (("Get", child.reference), ("Lost", "nowhere")):
        resource_type("AWS::ApiGateway::Method").create(
            make(name),
            {
                "RestApiId": api.reference,
                "ResourceId": resource,
                "HttpMethod": "GET",
                "Integration": {"Type": "AWS_PROXY", "Uri": INVOKE},
            },
        )
    served = find_served_api(make.service, str(api.reference))
    assert served is not None
    assert [route.key for route in served.routes] == ["GET /orders/{id}"]


def test_document_in_a_string(make: Maker) -> None:
    """The document may be text, as Terraform writes it; text that is no document is refused."""
    row = resource_type("AWS::ApiGatewayV2::Api")
    body = 'paths: {"/": {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: "price"}}}}'
    api = row.create(make(), {"ProtocolType": "HTTP", "Body": body})
    served = find_served_api(make.service, api.physical_id)
    assert served is not None and [route.key for route in served.routes] == ["GET /"]
    with pytest.raises(Exception, match=r"The API's definition is not an object\."):
        row.create(make(), {"Body": "nothing"})


def test_websocket_apis_are_not_served(make: Maker) -> None:
    """A WebSocket API is stored, and a line says that it is not served."""
    api = resource_type("AWS::ApiGatewayV2::Api").create(make(), {"ProtocolType": "WEBSOCKET"})
    assert find_served_api(make.service, api.physical_id) is None
    assert make.reports == ["Thing: sfn does not serve WebSocket APIs."]


def test_function_url(make: Maker) -> None:
    """A function's URL is created, updated and deleted; a second create updates it."""
    resource_type("AWS::Lambda::Function").create(make("Price"), dict(INLINE))
    row = resource_type("AWS::Lambda::Url")
    properties = {"TargetFunctionArn": "price", "AuthType": "NONE"}
    created = row.create(make(), properties)
    url = str(created.attributes["FunctionUrl"])
    assert re.fullmatch(r"https://[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws/", url)
    assert created.reference == "arn:aws:lambda:us-east-1:123456789012:function:price"
    assert row.create(make(), properties).existed
    assert row.update is not None
    new = {**properties, "Cors": {"AllowOrigins": ["https://a.example"]}}
    updated = row.update(make(), created, properties, new)
    assert updated.attributes["FunctionUrl"] == url
    url_id = url.removeprefix("https://").partition(".")[0]
    served = find_url_api(make.service, url_id)
    assert served is not None and served.origins == {"https://a.example"}
    row.delete(make(), updated, new)
    assert make.service.function_urls.by_id(url_id) is None
    row.delete(make(), updated, new)
