"""ARNs and names as requests give them: checked, with AWS's words for what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.arn import Arn

_FORBIDDEN = frozenset('<>{}[]?*"#%\\^|~`$&,;:/').union(
    map(chr, (*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF, 0x10FFFF))
)


def check_name(name: str) -> None:
    """Raises ApiError InvalidName for white space, control and invalid characters, and
    ``<>{}[]?*"#%\\^|~`$&,;:/``.
    """
    if any(character in _FORBIDDEN or character.isspace() for character in name):
        raise ApiError("InvalidName", f"Invalid Name: '{name}'")


def check_role(role_arn: str) -> None:
    """Raises ApiError InvalidArn when the role is not an ARN. Whether it exists is not checked."""
    if arn.parse_strict(role_arn) is None:
        raise _invalid_arn(role_arn)


def check_arn(text: str, *resource_types: str) -> Arn:
    """The parts of an ARN of Step Functions that must name a resource of one of these types ("stateMachine").

    Raises ApiError InvalidArn.
    """
    parsed = arn.parse_strict(text)
    if parsed is None or parsed.service != "states" or not parsed.resource_id:
        raise _invalid_arn(text)
    if parsed.resource_type not in resource_types:
        raise ApiError(
            "InvalidArn", f"Invalid Arn: 'Resource type not valid in this context: {parsed.resource_type}'"
        )
    return parsed


def check_machine(text: str) -> Arn:
    """The parts of a state machine's ARN, which may be qualified, but not lead to a Distributed Map
    state (NAME/LABEL).

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


def no_execution(execution_arn: str) -> ApiError:
    """What is said of an execution that is not there."""
    return ApiError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'")


def _invalid_arn(text: str) -> ApiError:
    return ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN: {text}'")
