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
    "BasePathMapping": _GENERATED,
    "ClientCertificate": _with_id("ClientCertificateId"),
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
    "UsagePlan": _with_id("Id"),
    "UsagePlanKey": Pattern("{KeyId}:{UsagePlanId}", {"Id": "{ref}"}),
    "VpcLink": _with_id("VpcLinkId"),
}

_API_GATEWAY_V2 = {
    "ApiGatewayManagedOverrides": _GENERATED,
    "ApiMapping": _with_id("ApiMappingId"),
    "DomainName": Pattern(
        "{DomainName}",
        {
            "DomainNameArn": "arn:aws:apigateway:{region}::/domainnames/{DomainName}",
            "RegionalDomainName": "d-{id}." + _API_HOST,
            "RegionalHostedZoneId": "Z{id}",
        },
    ),
    "IntegrationResponse": _with_id("IntegrationResponseId"),
    "Model": _with_id("ModelId"),
    "RouteResponse": _with_id("RouteResponseId"),
    "VpcLink": _with_id("VpcLinkId"),
}

_PATTERNS = {
    **{f"AWS::ApiGateway::{noun}": pattern for noun, pattern in _API_GATEWAY.items()},
    **{f"AWS::ApiGatewayV2::{noun}": pattern for noun, pattern in _API_GATEWAY_V2.items()},
    "AWS::Logs::LogStream": Pattern("{name}", {}, "LogStreamName", {}, 512),
    "AWS::Logs::MetricFilter": Pattern("{name}", {}, "FilterName", {}, 512),
    "AWS::Logs::QueryDefinition": Pattern("{uuid}", {"QueryDefinitionId": "{uuid}"}),
    "AWS::Logs::SubscriptionFilter": Pattern("{name}", {}, "FilterName", {}, 512),
}

LISTED = {type: pattern_type(pattern, Extent.LISTED) for type, pattern in _PATTERNS.items()}
"""Type → row."""
