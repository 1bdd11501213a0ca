"""Other AWS services and HTTP endpoints behind APIs, with real local AWS services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.apis.shop import deploy_apis
from tests.http_api import api
from tests.processes import boto3_client, stop_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.apis.shop import ApiShop

pytestmark = pytest.mark.slow  # the local AWS services

_QUEUE_PATH = {"Fn::Sub": "arn:aws:apigateway:us-east-1:sqs:path/${AWS::AccountId}/${Queue.QueueName}"}
_SENT = '{"id": "$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"}'
_PUT = '{"TableName": "orders", "Item": {"id": {"S": "$input.params(\'id\')"}, "v": {"S": "$input.body"}}}'
_GET = '{"TableName": "orders", "Key": {"id": {"S": "$input.params(\'id\')"}}}'
_KEYS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def _aws(uri: Any, template: str | None = None, response: str | None = None, **more: Any) -> dict[str, Any]:
    """Returns an operation of an OpenAPI document with an AWS integration."""
    default = {"statusCode": 200, "responseTemplates": {"application/json": response} if response else {}}
    integration = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": uri,
        "requestTemplates": {"application/json": template} if template else {},
        "responses": {"default": default},
        **more,
    }
    return {"x-amazon-apigateway-integration": integration}


def _document(echo: str) -> dict[str, Any]:
    form = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
    message = {
        "integration.request.querystring.QueueUrl": {"Fn::Sub": "'${Queue}'"},
        "integration.request.querystring.MessageBody": "method.request.querystring.m",
    }
    table = "arn:aws:apigateway:us-east-1:dynamodb:action"
    proxy = {
        "type": "http_proxy",
        "httpMethod": "ANY",
        "uri": f"{echo}/{{p}}",
        "requestParameters": {
            "integration.request.path.p": "method.request.path.p",
            "integration.request.header.X-Stage": "context.stage",
        },
    }
    return {
        "swagger": "2.0",
        "paths": {
            "/path": {
                "post": _aws(
                    _QUEUE_PATH,
                    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
                    _SENT,
                    requestParameters=form,
                )
            },
            "/action": {
                "get": _aws("arn:aws:apigateway:us-east-1:sqs:action/SendMessage", requestParameters=message)
            },
            "/items/{id}": {
                "put": _aws(f"{table}/PutItem", _PUT),
                "get": _aws(f"{table}/GetItem", _GET, '{"v": $input.json("$.Item.v.S")}'),
            },
            "/tables": {"get": _aws(f"{table}/Nothing")},
            "/to/{p+}": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": proxy}},
        },
    }


def _http_document(echo: str) -> dict[str, Any]:
    send = {
        "type": "aws_proxy",
        "integrationSubtype": "SQS-SendMessage",
        "payloadFormatVersion": "1.0",
        "requestParameters": {"QueueUrl": {"Ref": "Queue"}, "MessageBody": "$request.body"},
    }
    proxy = {
        "type": "http_proxy",
        "httpMethod": "GET",
        "uri": f"{echo}/{{proxy}}",
        "requestParameters": {"overwrite:querystring.q": "z", "append:header.X-Id": "$request.path.proxy"},
    }
    return {
        "openapi": "3.0.1",
        "paths": {
            "/send": {"post": {"x-amazon-apigateway-integration": send}},
            "/to/{proxy+}": {"get": {"x-amazon-apigateway-integration": proxy}},
        },
    }


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiShop]:
    home = tmp_path_factory.mktemp("home") / "home"
    template = tmp_path_factory.mktemp("services") / "template.json"
    with api() as echo:
        resources = {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {"TableName": "orders", "BillingMode": "PAY_PER_REQUEST", **_KEYS},
            },
            "Rest": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": _document(echo.url)}},
            "Stage": {
                "Type": "AWS::ApiGateway::Stage",
                "Properties": {"RestApiId": {"Ref": "Rest"}, "StageName": "v1"},
            },
            "Http": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"ProtocolType": "HTTP", "Body": _http_document(echo.url)},
            },
            "HttpStage": {
                "Type": "AWS::ApiGatewayV2::Stage",
                "Properties": {"ApiId": {"Ref": "Http"}, "StageName": "$default"},
            },
        }
        outputs = {
            "Rest": {"Value": {"Fn::Sub": "https://${Rest}.execute-api.${AWS::Region}.amazonaws.com/v1"}},
            "Http": {"Value": {"Fn::GetAtt": ["Http", "ApiEndpoint"]}},
        }
        template.write_text(json.dumps({"Resources": resources, "Outputs": outputs}))
        yield deploy_apis(home, template, "services")
    stop_home(home)


def test_queue(services: ApiShop) -> None:
    """A form to the queue's path, parameters of an action, and an HTTP API's subtype all send messages."""
    assert services.post("Rest", "/path", {"a b": "c&d"}).json["id"]
    assert "SendMessageResponse" in services.call("Rest", "/action?m=hello%20you").json
    sent = services.post("Http", "/send", {"n": 3})
    assert (sent.status, sent.headers["Access-Control-Allow-Origin"]) == (200, None)
    assert sent.json["MessageId"]


def test_table(services: ApiShop) -> None:
    """Templates make the requests of a service that speaks JSON, and read its responses."""
    assert services.call("Rest", "/items/7", "PUT", "milk", content_type="application/json").status == 200
    assert services.call("Rest", "/items/7").json == {"v": "milk"}
    assert services.call("Rest", "/items/8").json == {"v": ""}


def test_unknown_action(services: ApiShop) -> None:
    """An operation that the service does not have is its error, and not the API's."""
    assert services.call("Rest", "/tables").status == 200


def test_api_that_a_program_created(services: ApiShop) -> None:
    """An API that was created with API Gateway's operations is served as those of a stack are."""
    client = boto3_client(services.endpoint, "apigateway")
    api_id = client.create_rest_api(name="made")["id"]
    place = {
        "restApiId": api_id,
        "resourceId": client.get_resources(restApiId=api_id)["items"][0]["id"],
        "httpMethod": "GET",
    }
    client.put_method(**place, authorizationType="NONE")
    client.put_method_response(**place, statusCode="200")
    template = {"application/json": '{"statusCode": 200}'}
    client.put_integration(**place, type="MOCK", requestTemplates=template)
    response = {"application/json": '{"stage": "$context.stage"}'}
    client.put_integration_response(**place, statusCode="200", responseTemplates=response)
    deployment = client.create_deployment(restApiId=api_id)["id"]
    client.create_stage(restApiId=api_id, stageName="prod", deploymentId=deployment)
    assert services.call(services.endpoint, f"/_apis/{api_id}/prod").json == {"stage": "prod"}
    assert services.call(services.endpoint, f"/_apis/{api_id}/dev").status == 403


def test_http_endpoints(services: ApiShop) -> None:
    """A proxy passes requests on, with the changes of its parameters."""
    got = services.call("Rest", "/to/a/b%20c?x=1", "PUT", "body", x_me="1").json
    assert (got["method"], got["path"], got["body"]) == ("PUT", "/a/b%20c?x=1", "body")
    assert (got["headers"]["X-Stage"], got["headers"]["x-me"]) == ("v1", "1")
    got = services.call("Http", "/to/a/b?q=1&r=2").json
    assert (got["path"], got["headers"]["X-Id"]) == ("/a/b?r=2&q=z", "a/b")
