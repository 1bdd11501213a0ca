"""APIs in the local AWS services, which programs such as Terraform have created there.

They are read for each request, put together as those of the store are, and lost with the services.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.catalog import served_api
from sfn_cli.api.apigateway.http_apis import HTTP_API
from sfn_cli.api.apigateway.rest_apis import REST_API
from sfn_cli.errors import SfnError
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.store.records.apis.parts import ApiPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfn_cli.api.apigateway.served import ServedApi
    from sfn_cli.integrations.aws.clients import Clients
    from sfn_cli.settings import Settings

_ID = re.compile(r"[a-z0-9]{5,20}")
_MOST = 500


def find_emulated_api(settings: Settings, clients: Clients, api_id: str) -> ServedApi | None:
    """Returns an API of the local AWS services; None if there is none, or if they do not run. Blocks."""
    if settings.calls_aws or settings.common_endpoint is not None or not _ID.fullmatch(api_id):
        return None
    if embedded_aws.running_embedded_aws(settings.home) is None:
        return None
    from botocore.exceptions import BotoCoreError, ClientError

    for service, parts_of in (("apigateway", _emulated_rest_parts), ("apigatewayv2", _emulated_http_parts)):
        try:
            return served_api(list(parts_of(clients.get(service), api_id)))
        except (BotoCoreError, ClientError, SfnError):
            continue
    return None


def _emulated_part(api_id: str, kind: str, id: Any, properties: Mapping[str, Any]) -> ApiPart:
    return ApiPart(api_id, kind, str(id), properties)


def _emulated_properties(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name[:1].upper() + name[1:]: value for name, value in values.items()}


def _emulated_rest_parts(client: Any, api_id: str) -> Iterator[ApiPart]:
    api = client.get_rest_api(restApiId=api_id)
    resources = client.get_resources(restApiId=api_id, embed=["methods"], limit=_MOST)["items"]
    root = next((one["id"] for one in resources if one["path"] == "/"), "")
    yield _emulated_part(api_id, REST_API, api_id, {**_emulated_properties(api), "RootResourceId": root})
    for resource in resources:
        if "parentId" in resource:
            yield _emulated_part(
                api_id, "AWS::ApiGateway::Resource", resource["id"], _emulated_properties(resource)
            )
        for method, given in resource.get("resourceMethods", {}).items():
            integration = given.get("methodIntegration")
            properties = _emulated_properties(given) | {"ResourceId": resource["id"], "HttpMethod": method}
            if integration is not None:
                responses = list(integration.get("integrationResponses", {}).values())
                properties["Integration"] = {**integration, "integrationResponses": responses}
            yield _emulated_part(api_id, "AWS::ApiGateway::Method", f"{resource['id']} {method}", properties)
    for stage in client.get_stages(restApiId=api_id)["item"]:
        yield _emulated_part(
            api_id, "AWS::ApiGateway::Stage", stage["stageName"], _emulated_properties(stage)
        )
    for authorizer in _listed_emulated_parts(partial(client.get_authorizers, restApiId=api_id), "items"):
        yield _emulated_part(
            api_id, "AWS::ApiGateway::Authorizer", authorizer["id"], _emulated_properties(authorizer)
        )


def _emulated_http_parts(client: Any, api_id: str) -> Iterator[ApiPart]:
    yield _emulated_part(api_id, HTTP_API, api_id, client.get_api(ApiId=api_id))
    for noun, id, read in (
        ("Route", "RouteId", client.get_routes),
        ("Integration", "IntegrationId", client.get_integrations),
        ("Stage", "StageName", client.get_stages),
        ("Authorizer", "AuthorizerId", client.get_authorizers),
    ):
        for row in _listed_emulated_parts(partial(read, ApiId=api_id), "Items"):
            yield _emulated_part(api_id, f"AWS::ApiGatewayV2::{noun}", row[id], row)


def _listed_emulated_parts(read: Callable[[], dict[str, Any]], member: str) -> list[dict[str, Any]]:
    """Returns a list of parts; an empty one if the services do not have the operation."""
    from botocore.exceptions import ClientError

    try:
        rows: list[dict[str, Any]] = read()[member]
    except ClientError:
        return []
    return rows
