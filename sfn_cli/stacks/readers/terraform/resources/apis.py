"""APIs of API Gateway and URLs of functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.resources.arguments import block
from sfn_cli.stacks.readers.terraform.resources.kind import ResourceKind
from sfn_cli.stacks.readers.terraform.resources.names import filled_block, renamed

if TYPE_CHECKING:
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments
    from sfn_cli.stacks.readers.terraform.resources.kind import ResourceContext


def _part(
    names: tuple[str, ...], others: dict[str, str], arguments: ResourceArguments, context: ResourceContext
) -> dict[str, Any]:
    """Returns the properties of a part whose arguments are its properties in another spelling."""
    return renamed(arguments, *names, **others)


def _http_api(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(arguments, "name", "description", "protocol_type", "body", "target", "route_key"),
        "CorsConfiguration": _cors(block(arguments, "cors_configuration")),
    }


def _cors(rules: ResourceArguments) -> dict[str, Any] | None:
    return filled_block(
        renamed(
            rules,
            "allow_credentials",
            "allow_headers",
            "allow_methods",
            "allow_origins",
            "expose_headers",
            "max_age",
        )
    )


def _http_integration(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    changes = {
        str(each.get("status_code")): {
            "ResponseParameters": [
                {"Destination": target, "Source": source}
                for target, source in (each.get("mappings") or {}).items()
            ]
        }
        for each in arguments.blocks("response_parameters")
    }
    return {
        **renamed(
            arguments,
            "api_id",
            "integration_type",
            "integration_uri",
            "integration_method",
            "integration_subtype",
            "payload_format_version",
            "request_parameters",
            timeout_milliseconds="TimeoutInMillis",
        ),
        "ResponseParameters": changes or None,
    }


def _http_authorizer(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    jwt = block(arguments, "jwt_configuration")
    return {
        **renamed(
            arguments,
            "api_id",
            "name",
            "authorizer_type",
            "authorizer_uri",
            "authorizer_payload_format_version",
            "enable_simple_responses",
            identity_sources="IdentitySource",
        ),
        "JwtConfiguration": filled_block(renamed(jwt, "issuer", "audience")),
    }


def _function_url(arguments: ResourceArguments, context: ResourceContext) -> dict[str, Any]:
    return {
        **renamed(
            arguments,
            "qualifier",
            "invoke_mode",
            function_name="TargetFunctionArn",
            authorization_type="AuthType",
        ),
        "Cors": _cors(block(arguments, "cors")),
    }


def _rest_part(type: str, *names: str, **others: str) -> ResourceKind:
    return ResourceKind(
        f"AWS::ApiGateway::{type}",
        partial(_part, ("rest_api_id", *names), others),
        {"id": "{Ref}"},
        name=None,
    )


_METHOD_PARTS = {"resource_id": "ResourceId", "http_method": "HttpMethod"}

API_KINDS: dict[str, ResourceKind] = {
    "aws_api_gateway_rest_api": ResourceKind(
        "AWS::ApiGateway::RestApi",
        partial(
            _part,
            ("name", "description", "body", "binary_media_types"),
            {"api_key_source": "ApiKeySourceType"},
        ),
        {
            "id": "{Ref}",
            "root_resource_id": "{RootResourceId}",
            "execution_arn": "arn:aws:execute-api:{region}:{account}:{Ref}",
            "arn": "arn:aws:apigateway:{region}::/restapis/{Ref}",
        },
    ),
    "aws_api_gateway_resource": _rest_part("Resource", "parent_id", "path_part"),
    "aws_api_gateway_method": _rest_part(
        "Method",
        "api_key_required",
        "authorization_scopes",
        "authorizer_id",
        "request_models",
        "request_parameters",
        "request_validator_id",
        authorization="AuthorizationType",
        **_METHOD_PARTS,
    ),
    "aws_api_gateway_integration": ResourceKind(
        "Terraform::ApiGateway::Integration",
        partial(
            _part,
            (
                "rest_api_id",
                "type",
                "integration_http_method",
                "uri",
                "request_templates",
                "request_parameters",
                "passthrough_behavior",
                "content_handling",
            ),
            {**_METHOD_PARTS, "timeout_milliseconds": "TimeoutInMillis"},
        ),
        {"id": "{Ref}"},
        name=None,
    ),
    "aws_api_gateway_integration_response": ResourceKind(
        "Terraform::ApiGateway::IntegrationResponse",
        partial(
            _part,
            (
                "rest_api_id",
                "status_code",
                "selection_pattern",
                "response_parameters",
                "response_templates",
                "content_handling",
            ),
            _METHOD_PARTS,
        ),
        {"id": "{Ref}"},
        name=None,
    ),
    "aws_api_gateway_authorizer": _rest_part(
        "Authorizer",
        "name",
        "type",
        "authorizer_uri",
        "identity_source",
        "identity_validation_expression",
        provider_arns="ProviderARNs",
    ),
    "aws_api_gateway_model": _rest_part("Model", "name", "content_type", "schema")._replace(name="name"),
    "aws_api_gateway_request_validator": _rest_part(
        "RequestValidator", "name", "validate_request_body", "validate_request_parameters"
    ),
    "aws_api_gateway_gateway_response": _rest_part(
        "GatewayResponse", "response_type", "status_code", "response_parameters", "response_templates"
    ),
    "aws_api_gateway_deployment": ResourceKind(
        "AWS::ApiGateway::Deployment",
        partial(_part, ("rest_api_id", "description", "stage_name"), {}),
        {"id": "{Ref}"},
        name=None,
    ),
    "aws_api_gateway_stage": ResourceKind(
        "Terraform::ApiGateway::Stage",
        partial(_part, ("rest_api_id", "stage_name", "variables"), {}),
        {"id": "{Ref}", "stage_name": "{Ref}", "invoke_url": "{InvokeUrl}"},
        name=None,
    ),
    "aws_api_gateway_api_key": ResourceKind(
        "AWS::ApiGateway::ApiKey", partial(_part, ("name", "enabled", "value"), {}), {"id": "{Ref}"}
    ),
    "aws_apigatewayv2_api": ResourceKind(
        "AWS::ApiGatewayV2::Api",
        _http_api,
        {
            "id": "{Ref}",
            "api_endpoint": "{ApiEndpoint}",
            "execution_arn": "arn:aws:execute-api:{region}:{account}:{Ref}",
        },
    ),
    "aws_apigatewayv2_authorizer": ResourceKind(
        "AWS::ApiGatewayV2::Authorizer", _http_authorizer, {"id": "{Ref}"}
    ),
    "aws_apigatewayv2_integration": ResourceKind(
        "AWS::ApiGatewayV2::Integration", _http_integration, {"id": "{Ref}"}, name=None
    ),
    "aws_apigatewayv2_route": ResourceKind(
        "AWS::ApiGatewayV2::Route",
        partial(
            _part,
            (
                "api_id",
                "route_key",
                "target",
                "authorization_type",
                "authorizer_id",
                "authorization_scopes",
                "api_key_required",
            ),
            {},
        ),
        {"id": "{Ref}"},
        name=None,
    ),
    "aws_apigatewayv2_stage": ResourceKind(
        "Terraform::ApiGatewayV2::Stage",
        partial(_part, ("api_id", "stage_variables"), {"name": "StageName"}),
        {"id": "{Ref}", "name": "{Ref}", "invoke_url": "{InvokeUrl}"},
    ),
    "aws_lambda_function_url": ResourceKind(
        "AWS::Lambda::Url",
        _function_url,
        {"id": "{Ref}", "function_url": "{FunctionUrl}", "function_arn": "{FunctionArn}"},
        name=None,
    ),
}
