"""APIs of Terraform modules: their parts become those of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.stacks.readers.terraform.read import read_terraform_module
from sfn_cli.stacks.resources.table import CREATED
from tests.stacks.project_files import write_project

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
resource "aws_api_gateway_rest_api" "shop" { name = "shop" }
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "orders"
}
resource "aws_api_gateway_method" "get" {
  rest_api_id        = aws_api_gateway_rest_api.shop.id
  resource_id        = aws_api_gateway_resource.orders.id
  http_method        = "GET"
  authorization      = "NONE"
  request_parameters = { "method.request.querystring.page" = true }
}
resource "aws_api_gateway_method_response" "get" { status_code = "200" }
resource "aws_api_gateway_integration" "get" {
  rest_api_id       = aws_api_gateway_rest_api.shop.id
  resource_id       = aws_api_gateway_resource.orders.id
  http_method       = aws_api_gateway_method.get.http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 200 }) }
}
resource "aws_api_gateway_integration_response" "get" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.orders.id
  http_method = aws_api_gateway_method.get.http_method
  status_code = "200"
}
resource "aws_api_gateway_stage" "prod" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = "prod"
}
resource "aws_apigatewayv2_api" "http" {
  name          = "http"
  protocol_type = "HTTP"
  cors_configuration { allow_origins = ["https://shop.example"] }
}
resource "aws_apigatewayv2_integration" "price" {
  api_id              = aws_apigatewayv2_api.http.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "StepFunctions-StartExecution"
  request_parameters  = { Input = "$request.body" }
  response_parameters {
    status_code = 200
    mappings    = { "overwrite:statuscode" = "202" }
  }
}
resource "aws_apigatewayv2_route" "price" {
  api_id    = aws_apigatewayv2_api.http.id
  route_key = "POST /price"
  target    = "integrations/${aws_apigatewayv2_integration.price.id}"
}
resource "aws_apigatewayv2_stage" "default" {
  api_id = aws_apigatewayv2_api.http.id
  name   = "$default"
}
resource "aws_lambda_function_url" "price" {
  function_name      = "price"
  authorization_type = "NONE"
  cors { allow_origins = ["*"] }
}
output "url" { value = "${aws_api_gateway_stage.prod.invoke_url}/orders" }
"""

_IN_METHOD = {
    "RestApiId": {"Ref": "shop_api_gateway_rest_api"},
    "ResourceId": {"Ref": "orders_api_gateway_resource"},
    "HttpMethod": "GET",
}
_IN_HTTP = {"ApiId": {"Ref": "http_apigatewayv2_api"}}


@pytest.mark.parametrize(
    "logical_id, type, properties",
    [
        (
            "orders_api_gateway_resource",
            "AWS::ApiGateway::Resource",
            {
                "ParentId": {"Fn::GetAtt": ["shop_api_gateway_rest_api", "RootResourceId"]},
                "PathPart": "orders",
            },
        ),
        (
            "get_api_gateway_method",
            "AWS::ApiGateway::Method",
            {
                **_IN_METHOD,
                "AuthorizationType": "NONE",
                "RequestParameters": {"method.request.querystring.page": True},
            },
        ),
        (
            "get_api_gateway_integration",
            "Terraform::ApiGateway::Integration",
            {**_IN_METHOD, "Type": "MOCK", "RequestTemplates": {"application/json": '{"statusCode":200}'}},
        ),
        (
            "get_api_gateway_integration_response",
            "Terraform::ApiGateway::IntegrationResponse",
            {**_IN_METHOD, "StatusCode": "200"},
        ),
        ("prod_api_gateway_stage", "Terraform::ApiGateway::Stage", {"StageName": "prod"}),
        (
            "http_apigatewayv2_api",
            "AWS::ApiGatewayV2::Api",
            {"ProtocolType": "HTTP", "CorsConfiguration": {"AllowOrigins": ["https://shop.example"]}},
        ),
        (
            "price_apigatewayv2_integration",
            "AWS::ApiGatewayV2::Integration",
            {
                **_IN_HTTP,
                "IntegrationSubtype": "StepFunctions-StartExecution",
                "ResponseParameters": {
                    "200": {"ResponseParameters": [{"Destination": "overwrite:statuscode", "Source": "202"}]}
                },
            },
        ),
        (
            "default_apigatewayv2_stage",
            "Terraform::ApiGatewayV2::Stage",
            {**_IN_HTTP, "StageName": "$default"},
        ),
        (
            "price_lambda_function_url",
            "AWS::Lambda::Url",
            {"TargetFunctionArn": "price", "AuthType": "NONE", "Cors": {"AllowOrigins": ["*"]}},
        ),
    ],
)
def test_part(tmp_path: Path, logical_id: str, type: str, properties: dict[str, Any]) -> None:
    """Each part has the type and the properties with which it is stored."""
    write_project(tmp_path, {"main.tf": MODULE})
    stack = read_terraform_module(tmp_path, {}, {})
    resource = stack.resources[logical_id]
    assert (resource["Type"], type in CREATED) == (type, True)
    assert properties.items() <= resource["Properties"].items()
    assert not [one for one in stack.resources.values() if one["Type"].startswith("Terraform::aws_")]
    url = {"Fn::GetAtt": ["prod_api_gateway_stage", "InvokeUrl"]}
    assert stack.template["Outputs"]["url"]["Value"] == {"Fn::Join": ["", [url, "/orders"]]}
