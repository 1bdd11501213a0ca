"""A stack as data, for `sfn stack` and the console: CloudFormation's members, and sfn's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.stacks import StoredStack


def stack_members(stack: StoredStack, date: Callable[[int], str]) -> dict[str, Json]:
    """Returns the members of a stack; `date` formats times, which are milliseconds since 1970."""
    return {
        "StackName": stack.name,
        "StackId": stack.arn,
        "StackStatus": stack.status,
        **({"StackStatusReason": stack.reason} if stack.reason else {}),
        "Kind": stack.kind,
        **({} if stack.is_sent else {"Folder": stack.folder, "Source": stack.source}),
        "CreationTime": date(stack.created_at),
        "LastUpdatedTime": date(stack.updated_at),
        "IsStopped": stack.is_stopped,
        **({"DataLostTime": date(stack.data_lost_at)} if stack.data_lost_at else {}),
    }
