"""Finds the values that a template takes from other stacks, SSM parameters and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

    return Lookups(export, stored_parameter, secret)


def _ask(service: Service, name: str, method: str, **request: Any) -> Any:
    """Returns the response of a local AWS service; None for an error, or if it is not running."""
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.integrations.aws.clients import Clients

    settings = service.settings
    if settings.common_endpoint is None and embedded_aws.embedded_aws_start(settings.home) is None:
        return None
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return getattr(Clients(settings).get(name), method)(**request)
    except (BotoCoreError, ClientError):
        return None
