"""HTTP APIs and their parts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGatewayV2.html
A WebSocket API is stored, but not served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.apigateway.http_apis import HTTP_API, WEBSOCKET
from sfn_cli.api.apigateway.served import DEFAULT_STAGE
from sfn_cli.stacks.resources.local.apis.bodies import with_body
from sfn_cli.stacks.resources.local.apis.parts import api_part_type
from sfn_cli.stacks.resources.not_created.patterns import Pattern, fill_pattern
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType
from sfn_cli.store.records.apis.parts import ApiPart

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_API = "ApiId"
_PREFIX = "AWS::ApiGatewayV2::"
_API_PATTERN = Pattern(
    "{id}", {"ApiId": "{id}", "ApiEndpoint": "https://{id}.execute-api.{region}.amazonaws.com"}
)


def _predict_http_api(naming: Naming, properties: Properties) -> CreatedResource:
    return fill_pattern(_API_PATTERN, naming, properties)


def _create_http_api(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_http_api(context.naming, properties)
    if properties.get("ProtocolType") == WEBSOCKET:
        context.report(f"{context.naming.logical_id}: sfn does not serve WebSocket APIs.")
    body = with_body(context, properties, "BodyS3Location")
    context.service.api_parts.save(ApiPart(created.physical_id, HTTP_API, created.physical_id, body))
    return created


def _update_http_api(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_http_api(context, new)


def _delete_http_api(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    context.service.api_parts.delete_api(created.physical_id)


HTTP = ResourceType(
    predict=_predict_http_api,
    create=_create_http_api,
    update=_update_http_api,
    delete=_delete_http_api,
    replaced_by=frozenset({"ProtocolType"}),
    is_local=True,
)


def _with_stage_path(properties: Properties) -> Properties:
    """Returns a stage's properties with its path, which is empty for the default stage."""
    name = properties.get("StageName")
    return {**properties, "Path": "" if name == DEFAULT_STAGE else name}


INTEGRATION = api_part_type(f"{_PREFIX}Integration", Pattern("{id}", {"IntegrationId": "{id}"}), _API)
ROUTE = api_part_type(f"{_PREFIX}Route", Pattern("{id}", {"RouteId": "{id}"}), _API)
STAGE = api_part_type(f"{_PREFIX}Stage", Pattern("{StageName}"), _API, id_property="StageName", scoped=True)
STAGE_WITH_URL = api_part_type(
    "Terraform::ApiGatewayV2::Stage",
    Pattern(
        "{StageName}",
        {"InvokeUrl": "https://{ApiId}.execute-api.{region}.amazonaws.com/{Path}"},
    ),
    _API,
    id_property="StageName",
    scoped=True,
    fields=_with_stage_path,
)
AUTHORIZER = api_part_type(f"{_PREFIX}Authorizer", Pattern("{id}", {"AuthorizerId": "{id}"}), _API)
DEPLOYMENT = api_part_type(f"{_PREFIX}Deployment", Pattern("{id}", {"DeploymentId": "{id}"}), _API)
