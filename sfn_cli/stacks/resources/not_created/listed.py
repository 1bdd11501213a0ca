"""Sources of events for functions and state machines that are only stored and listed: rules, APIs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

from sfn_cli.stacks.resources.not_created.patterns import Pattern, pattern_type
from sfn_cli.stacks.resources.resource import Extent


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{{region}}:{{account}}:{resource}"


def _with_id(attribute: str) -> Pattern:
    return Pattern("{id}", {attribute: "{id}"})


_GENERATED = Pattern("{name}")
_API_HOST = "execute-api.{region}.amazonaws.com"

_API_GATEWAY = {
    "ApiKey": _with_id("APIKeyId"),
    "Authorizer": _with_id("AuthorizerId"),
    "BasePathMapping": _GENERATED,
    "ClientCertificate": _with_id("ClientCertificateId"),
    "Deployment": _with_id("DeploymentId"),
    "DocumentationPart": _with_id("DocumentationPartId"),
    "DocumentationVersion": _GENERATED,
    "DomainName": Pattern(
        "{DomainName}",
        {
            "DistributionDomainName": "{id}.cloudfront.net",
            "DistributionHostedZoneId": "Z2FDTNDATAQYW2",
            "DomainNameArn": "arn:aws:apigateway:{region}::/domainnames/{DomainName}",
            "RegionalDomainName": "d-{id}." + _API_HOST,
            "RegionalHostedZoneId": "Z{id}",
        },
    ),
    "GatewayResponse": _with_id("Id"),
    "Method": _GENERATED,
    "Model": Pattern("{name}", {}, "Name"),
    "RequestValidator": _with_id("RequestValidatorId"),
    "Resource": _with_id("ResourceId"),
    "RestApi": Pattern("{id}", {"RestApiId": "{id}", "RootResourceId": "{token:.10}"}),
    "Stage": Pattern("{StageName}"),
    "UsagePlan": _with_id("Id"),
    "UsagePlanKey": Pattern("{KeyId}:{UsagePlanId}", {"Id": "{ref}"}),
    "VpcLink": _with_id("VpcLinkId"),
}

_API_GATEWAY_V2 = {
    "Api": Pattern("{id}", {"ApiId": "{id}", "ApiEndpoint": "https://{id}." + _API_HOST}),
    "ApiGatewayManagedOverrides": _GENERATED,
    "ApiMapping": _with_id("ApiMappingId"),
    "Authorizer": _with_id("AuthorizerId"),
    "Deployment": _with_id("DeploymentId"),
    "DomainName": Pattern(
        "{DomainName}",
        {
            "DomainNameArn": "arn:aws:apigateway:{region}::/domainnames/{DomainName}",
            "RegionalDomainName": "d-{id}." + _API_HOST,
            "RegionalHostedZoneId": "Z{id}",
        },
    ),
    "Integration": _with_id("IntegrationId"),
    "IntegrationResponse": _with_id("IntegrationResponseId"),
    "Model": _with_id("ModelId"),
    "Route": _with_id("RouteId"),
    "RouteResponse": _with_id("RouteResponseId"),
    "Stage": Pattern("{StageName}"),
    "VpcLink": _with_id("VpcLinkId"),
}

_PATTERNS = {
    **{f"AWS::ApiGateway::{noun}": pattern for noun, pattern in _API_GATEWAY.items()},
    **{f"AWS::ApiGatewayV2::{noun}": pattern for noun, pattern in _API_GATEWAY_V2.items()},
    "AWS::Lambda::Url": Pattern(
        "{TargetFunctionArn}",
        {"FunctionArn": "{ref}", "FunctionUrl": "https://{token}.lambda-url.{region}.on.aws/"},
    ),
    "AWS::Logs::LogStream": Pattern("{name}", {}, "LogStreamName", {}, 512),
    "AWS::Logs::MetricFilter": Pattern("{name}", {}, "FilterName", {}, 512),
    "AWS::Logs::QueryDefinition": Pattern("{uuid}", {"QueryDefinitionId": "{uuid}"}),
    "AWS::Logs::SubscriptionFilter": Pattern("{name}", {}, "FilterName", {}, 512),
    "AWS::Pipes::Pipe": Pattern(
        "{name}",
        {
            "Arn": _arn("pipes", "pipe/{name}"),
            "CurrentState": "RUNNING",
            "CreationTime": "",
            "LastModifiedTime": "",
            "StateReason": "",
        },
        "Name",
    ),
}

LISTED = {type: pattern_type(pattern, Extent.LISTED) for type, pattern in _PATTERNS.items()}
"""Type → row."""
