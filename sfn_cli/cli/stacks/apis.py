"""The APIs of a stack, as `sfn stack show` and `sfn deploy` print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import SfnError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.stacks.deployment.changes import Change


def stack_apis(service: Service, resources: Sequence[Any]) -> list[dict[str, Any]]:
    """Returns the APIs and function URLs of a stack, as data.

    If there are any, the local endpoint is started: their URLs are on it.
    """
    from sfn_cli.api.apigateway.summaries import API_TYPES, api_summary_members, stack_api_summaries

    if not any(resource.type in API_TYPES for resource in resources):
        return []
    summaries = stack_api_summaries(service, resources)
    if not summaries:
        return []
    from sfn_cli.local_endpoint import local_endpoint_url

    endpoint = local_endpoint_url(service.settings)
    return [api_summary_members(summary, endpoint) for summary in summaries]


def start_endpoint_of_apis(service: Service, changes: Iterable[Change]) -> None:
    """Starts the local endpoint if a deploy created or changed an API: its URLs are on it."""
    from sfn_cli.api.apigateway.summaries import API_TYPES

    if any(change.type in API_TYPES and change.action.value in ("create", "update") for change in changes):
        from sfn_cli.cli.stacks.project import report_line
        from sfn_cli.local_endpoint import local_endpoint_url

        try:
            local_endpoint_url(service.settings)
        except SfnError as error:  # the stack is deployed all the same
            report_line(str(error))
