"""The role of a state machine or a function: any ARN with the form of a role's ARN is accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import ProvisioningContext

_ROLE = re.compile(r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+")


def usable_role_arn(context: ProvisioningContext, given: Any) -> str:
    """Returns the given role's ARN, or the deploy's default role if it is not a role ARN.

    Roles are not checked locally, so a template without a usable role still runs.
    """
    if isinstance(given, str) and _ROLE.fullmatch(given):
        return given
    return context.role_arn
