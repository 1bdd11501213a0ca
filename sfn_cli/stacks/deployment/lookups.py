"""Finds the values that a template takes from other stacks, SSM parameters and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.apigateway.urls import with_local_urls
from sfn_cli.local_endpoint import local_endpoint_url
from sfn_cli.local_endpoint.record import remembered_endpoint
from sfn_cli.stacks.evaluation.context import Lookups

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def stack_lookups(service: Service, imports: dict[str, None] | None = None) -> Lookups:
    """Returns the lookups in this store and in the local AWS services.

    The names of the exports that are looked up are added to `imports`. The services are called only if
    they are running: their data is in memory.
    """

    def export(name: str) -> Any:
        if imports is not None:
            imports[name] = None
        return service.stacks.exports().get(name)

    def stored_parameter(name: str, version: str | None) -> str | None:
        selector = name if version is None else f"{name}:{version}"
        answer = _ask(service, "ssm", "get_parameter", Name=selector, WithDecryption=True)
        return None if answer is None else str(answer["Parameter"]["Value"])

    def secret(name: str, stage: str | None, version: str | None) -> str | None:
        which = {"VersionStage": stage, "VersionId": version}
        answer = _ask(
            service,
            "secretsmanager",
            "get_secret_value",
            SecretId=name,
            **{member: value for member, value in which.items() if value},
        )
        return None if answer is None else answer.get("SecretString")

    def is_own(id: str, is_function: bool) -> bool:
        if is_function:
            return service.function_urls.by_id(id) is not None
        return bool(service.api_parts.version(id)[1])

    def local_text(text: str) -> str:
        return with_local_urls(text, is_own, lambda: _endpoint_url(service))

    return Lookups(export, stored_parameter, secret, local_text)


def _endpoint_url(service: Service) -> str:
    """Returns the URL of the home's endpoint, which keeps its port; starts it if it never ran."""
    known = remembered_endpoint(service.settings.home)
    return known.address.url if known is not None else local_endpoint_url(service.settings)


def _ask(service: Service, name: str, method: str, **request: Any) -> Any:
    """Returns the response of a local AWS service; None for an error, or if it is not running."""
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.integrations.aws.clients import shared_clients

    settings = service.settings
    if settings.common_endpoint is None and embedded_aws.embedded_aws_start(settings.home) is None:
        return None
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(shared_clients(settings).get(name), method)(**request)
    except (BotoCoreError, ClientError):
        return None
