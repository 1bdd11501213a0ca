"""Who asks: what STS tells of it, which Terraform and many scripts want to know before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def get_caller_identity(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Whoever asks is the account's owner."""
    account = service.settings.account_id
    return {"UserId": account, "Account": account, "Arn": f"arn:aws:iam::{account}:root"}
