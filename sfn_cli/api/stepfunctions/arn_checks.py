"""Checks of ARNs and names in requests, with AWS's error messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.arn import Arn

_FORBIDDEN = frozenset('<>{}[]?*"#%\\^|~`$&,;:/').union(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, 0x10FFFF))
)


def check_arn_name(name: str) -> None:
    r"""Raises ApiError InvalidName for white space, control and invalid characters.

    Invalid are ``<>{}[]?*"#%\^|~`$&,;:/``.
    """
    if any(character in _FORBIDDEN or character.isspace() for character in name):
        raise ApiError("InvalidName", f"Invalid Name: '{name}'")


def check_role_arn(role_arn: str) -> None:
    """Raises ApiError InvalidArn if the role is not an ARN. It need not exist."""
    if arn.parse_arn_strictly(role_arn) is None:
        raise _invalid_arn_check(role_arn)


def check_arn(text: str, *resource_types: str) -> Arn:
    """Parses a Step Functions ARN with one of these resource types (such as "stateMachine").

    Raises ApiError InvalidArn.
    """
    parsed = arn.parse_arn_strictly(text)
    if parsed is None or parsed.service != "states" or not parsed.resource_id:
        raise _invalid_arn_check(text)
    if parsed.resource_type not in resource_types:
        raise ApiError(
            "InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {parsed.resource_type}'"
        )
    return parsed


def check_machine_arn(text: str) -> Arn:
    """Parses a state machine's ARN, which may be qualified but not of a Distributed Map state.

    Raises ApiError InvalidArn or ValidationException.
    """
    parsed = check_arn(text, "stateMachine")
    if "/" in parsed.resource_id:
        raise ApiError(
            "ValidationException",
            f"The ARN of a Distributed Map state is not supported by this operation: '{text}'",  # (ours)
            reason="API_DOES_NOT_SUPPORT_LABELED_ARNS",
        )
    return parsed


def no_such_execution(execution_arn: str) -> ApiError:
    """Returns the error for an execution that does not exist."""
    return ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'")


def _invalid_arn_check(text: str) -> ApiError:
    return ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
