"""REST APIs and their parts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.api.apigateway.rest_apis import API_KEY, REST_API
from sfn_cli.stacks.resources.local.apis.bodies import with_body
from sfn_cli.stacks.resources.local.apis.parts import api_part_type
from sfn_cli.stacks.resources.not_created.patterns import Pattern, fill_pattern
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType
from sfn_cli.store.records.apis.parts import ApiPart

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_API = "RestApiId"
_PREFIX = "AWS::ApiGateway::"
_API_PATTERN = Pattern("{id}", {"RestApiId": "{id}", "RootResourceId": "{token:.10}"})


def _predict_rest_api(naming: Naming, properties: Properties) -> CreatedResource:
    return fill_pattern(_API_PATTERN, naming, properties)


def _create_rest_api(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_rest_api(context.naming, properties)
    root = {"RootResourceId": created.attributes["RootResourceId"]}
    body = with_body(context, properties, "BodyS3Location")
    context.service.api_parts.save(
        ApiPart(created.physical_id, REST_API, created.physical_id, {**body, **root})
    )
    return created


def _update_rest_api(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_rest_api(context, new)


def _delete_rest_api(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    context.service.api_parts.delete_api(created.physical_id)


REST = ResourceType(
    predict=_predict_rest_api,
    create=_create_rest_api,
    update=_update_rest_api,
    delete=_delete_rest_api,
    is_local=True,
)

RESOURCE = api_part_type(
    f"{_PREFIX}Resource",
    Pattern("{id}", {"ResourceId": "{id}"}),
    _API,
    also_replaced_by=("ParentId", "PathPart"),
)
METHOD = api_part_type(
    f"{_PREFIX}Method", Pattern("{name}"), _API, also_replaced_by=("ResourceId", "HttpMethod")
)
DEPLOYMENT = api_part_type(f"{_PREFIX}Deployment", Pattern("{id}", {"DeploymentId": "{id}"}), _API)
STAGE = api_part_type(f"{_PREFIX}Stage", Pattern("{StageName}"), _API, id_property="StageName", scoped=True)
STAGE_WITH_URL = api_part_type(
    "Terraform::ApiGateway::Stage",
    Pattern(
        "{StageName}",
        {"InvokeUrl": "https://{RestApiId}.execute-api.{region}.amazonaws.com/{StageName}"},
    ),
    _API,
    id_property="StageName",
    scoped=True,
)
INTEGRATION = api_part_type(
    "Terraform::ApiGateway::Integration",
    Pattern("{name}"),
    _API,
    also_replaced_by=("ResourceId", "HttpMethod"),
)
INTEGRATION_RESPONSE = api_part_type(
    "Terraform::ApiGateway::IntegrationResponse",
    Pattern("{name}"),
    _API,
    also_replaced_by=("ResourceId", "HttpMethod", "StatusCode"),
)
AUTHORIZER = api_part_type(f"{_PREFIX}Authorizer", Pattern("{id}", {"AuthorizerId": "{id}"}), _API)
MODEL = api_part_type(
    f"{_PREFIX}Model", Pattern("{name}", {}, "Name"), _API, scoped=True, also_replaced_by=("Name",)
)._replace(name_property=None)
REQUEST_VALIDATOR = api_part_type(
    f"{_PREFIX}RequestValidator", Pattern("{id}", {"RequestValidatorId": "{id}"}), _API
)
GATEWAY_RESPONSE = api_part_type(f"{_PREFIX}GatewayResponse", Pattern("{id}", {"Id": "{id}"}), _API)


def _with_value(naming: Naming, properties: Properties) -> Properties:
    """Returns the properties of an API key with its value, which AWS generates if none is given."""
    return {**properties, "Value": properties.get("Value") or naming.identifier(40, of="value")}


_KEY = api_part_type(API_KEY, Pattern("{id}", {"APIKeyId": "{id}"}), None)


def _create_api_key(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    return _KEY.create(context, _with_value(context.naming, properties))


def _update_api_key(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    return _create_api_key(context, new)


KEY = _KEY._replace(create=_create_api_key, update=_update_api_key)
