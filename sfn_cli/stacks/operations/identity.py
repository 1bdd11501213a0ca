"""Which stack a request names: by its name, or by its ARN, which also names a deleted stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.store.records.stacks import StoredResource, StoredStack

WITH_ID = "Stack with id {} does not exist"
IN_BRACKETS = "Stack [{}] does not exist"
IN_QUOTES = "Stack '{}' does not exist"
"""How CloudFormation's operations say that a stack does not exist: tools compare the words."""


class KnownStack(NamedTuple):
    """A stack that exists, or existed, with its resources."""

    stack: StoredStack
    resources: Sequence[StoredResource]
    deleted_at: int | None = None


def find_stack(service: Service, name_or_arn: str) -> StoredStack | None:
    """Returns the stack that exists under a name or an ARN."""
    if name_or_arn.startswith("arn:"):
        return service.stacks.find_by_arn(name_or_arn)
    return service.stacks.find(name_or_arn)


def existing_stack(service: Service, name_or_arn: str, words: str = IN_BRACKETS) -> StoredStack:
    """Returns the stack that exists under a name or an ARN. Raises ApiError ValidationError."""
    stack = find_stack(service, name_or_arn)
    if stack is None:
        raise no_such_stack(name_or_arn, words)
    return stack


def known_stack(service: Service, name_or_arn: str, words: str = WITH_ID) -> KnownStack:
    """Returns a stack that exists, or a deleted one by its ARN. Raises ApiError ValidationError."""
    stack = find_stack(service, name_or_arn)
    if stack is not None:
        return KnownStack(stack, service.stacks.resources(stack.name))
    deleted = service.deleted_stacks.find(name_or_arn) if name_or_arn.startswith("arn:") else None
    if deleted is None:
        raise no_such_stack(name_or_arn, words)
    return KnownStack(deleted.stack, deleted.resources, deleted.deleted_at)


def no_such_stack(name_or_arn: str, words: str) -> ApiError:
    return stack_validation_error(words.format(name_or_arn))


def stack_validation_error(message: str) -> ApiError:
    return ApiError("ValidationError", message)
