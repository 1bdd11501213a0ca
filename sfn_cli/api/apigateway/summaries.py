"""The APIs and function URLs of a stack, for people: where they are, and what each route calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api.apigateway.catalog import served_api, served_function_url
from sfn_cli.api.apigateway.http_apis import HTTP_API
from sfn_cli.api.apigateway.rest_apis import REST_API
from sfn_cli.api.apigateway.served import DEFAULT_STAGE
from sfn_cli.api.apigateway.urls import api_path, function_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.api.apigateway.served import Integration, ServedApi
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredResource

FUNCTION_URL = "AWS::Lambda::Url"
API_TYPES = (REST_API, HTTP_API, FUNCTION_URL)

_FUNCTION = re.compile(
    r"(?:.*:lambda:path/[^/]+/functions/)?(?:arn:[^/]*:function:)?([^/:]+(?::[^/:]+)?)(?:/.*)?"
)
_SERVICE_URI = re.compile(r"arn:[^:]*:apigateway:[^:]*:([^:]+):(?:action|path)/(.*)")


class ApiSummary(NamedTuple):
    """An API or a function URL of a stack."""

    logical_id: str
    kind: str
    """REST, HTTP or FUNCTION_URL."""
    paths: Sequence[str]
    """The path of each stage on the local endpoint."""
    routes: Sequence[tuple[str, str, str]]
    """The method, the path and the target of each route."""


def stack_api_summaries(service: Service, resources: Iterable[StoredResource]) -> list[ApiSummary]:
    """Returns the APIs and function URLs among the resources of a stack."""
    found = []
    for resource in resources:
        if resource.type not in API_TYPES:
            continue
        if resource.type == FUNCTION_URL:
            name, _, qualifier = resource.physical_id.partition(":function:")[2].partition(":")
            url = service.function_urls.find(name, qualifier)
            if url is not None:
                found.append(_api_summary(resource.logical_id, served_function_url(url)))
            continue
        parts = service.api_parts.of_api(resource.physical_id)
        api = served_api(parts)
        if api is not None:
            declared = [part.id for part in parts if part.kind.endswith("::Stage")]
            # SAM's deployments make a stage of their own, "Stage", that no one calls.
            stages = {name: api.stages[name] for name in declared} or api.stages
            found.append(_api_summary(resource.logical_id, api._replace(stages=stages)))
    return found


def _api_summary(logical_id: str, api: ServedApi) -> ApiSummary:
    paths = (
        [function_path(api.id)]
        if api.protocol == "FUNCTION_URL"
        else [api_path(api.id, "" if stage == DEFAULT_STAGE else stage) for stage in api.stages]
    )
    routes = [
        (route.method, route.path, integration_target(route.integration))
        for route in sorted(api.routes, key=lambda route: (route.path, route.method))
    ]
    return ApiSummary(logical_id, api.protocol, paths, routes)


def integration_target(integration: Integration | None) -> str:
    """Returns what an integration calls: the name of a function, "states:StartExecution", a URL."""
    if integration is None:
        return "no integration"
    if integration.subtype is not None:
        service, _, action = integration.subtype.partition("-")
        return f"{service}:{action}"
    if integration.type == "MOCK":
        return "a mock"
    place = _SERVICE_URI.fullmatch(integration.uri)
    if place is not None and place[1] != "lambda":
        return f"{place[1]}:{place[2]}"
    if integration.type in ("AWS_PROXY", "AWS") and (name := _FUNCTION.fullmatch(integration.uri)):
        return name[1]
    return integration.uri


def api_summary_members(summary: ApiSummary, endpoint: str) -> dict[str, Any]:
    """Returns a summary as data, with URLs on this endpoint."""
    return {
        "LogicalResourceId": summary.logical_id,
        "Kind": summary.kind,
        "Urls": [endpoint + path for path in summary.paths],
        "Routes": [
            {"Method": method, "Path": path, "Target": target} for method, path, target in summary.routes
        ],
    }
