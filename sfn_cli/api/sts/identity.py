"""GetCallerIdentity, which Terraform and many scripts call first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfn_cli.api.service import Service


def get_caller_identity(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the account's root user: callers are not distinguished."""
    account = service.settings.account_id
    return {"UserId": account, "Account": account, "Arn": f"arn:aws:iam::{account}:root"}
