"""Amazon Resource Names in the forms that Step Functions, Lambda and Logs use.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

# No `from __future__ import annotations`: see settings/__init__.py.

from collections.abc import Callable
from typing import NamedTuple

from sfn_cli.errors import ApiError

LAST_EXECUTION = "last"
"""Stands for a machine's latest execution in names that people type: Pay/last."""


class Arn(NamedTuple):
    """The parts of arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE; `resource` keeps its colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))

    @property
    def resource_type(self) -> str:
        """The first word of the resource: "stateMachine", "execution", "function" …"""
        return self.resource.partition(":")[0]

    @property
    def resource_id(self) -> str:
        """The text after the resource's type, with its own colons."""
        return self.resource.partition(":")[2]


def parse_arn(text: str) -> Arn | None:
    """Returns the parts of an ARN, or None if `text` is not one."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        return None
    return Arn(*parts[1:])


def service_in_arn(text: str) -> str:
    """Returns the service of an ARN: "sqs", "states" …; "" for any other text."""
    parsed = parse_arn(text)
    return "" if parsed is None else parsed.service


def name_in_arn(text: str) -> str:
    """Returns the name in an ARN, a version or alias included.

    In an execution's ARN, it is its machine and its name with a colon between.
    """
    return text.split(":", 6)[-1]


def name_of_execution(arn: str) -> str:
    """Returns an execution's ARN as people name it: MACHINE/NAME, of a Map Run's child MACHINE/LABEL/NAME."""
    return "/".join(name_in_arn(arn).split(":")[:2])


def parse_arn_strictly(text: str) -> Arn | None:
    """Parses an ARN as `parse_arn` does.

    Raises ApiError InvalidArn for text that does not begin as an ARN.
    """
    if not text.startswith("arn:"):
        raise ApiError("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {text}'")
    return parse_arn(text)


def state_machine_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:states:{region}:{account}:stateMachine:{name}"


def qualify_arn(state_machine_arn: str, qualifier: int | str) -> str:
    """Returns the ARN of a version, by its number, or of an alias, by its name."""
    return f"{state_machine_arn}:{qualifier}"


def split_arn_qualifier(text: str) -> tuple[str, str | None]:
    """Splits a state machine's ARN into its unqualified ARN and its qualifier.

    The qualifier is a version's number, an alias's name, or None.
    """
    parts = text.split(":", 7)
    return ":".join(parts[:7]), parts[7] if len(parts) == 8 else None


def test_case_of_arn(text: str) -> tuple[str, str | None]:
    """Returns a state machine's ARN, and the test case after "#" (Step Functions Local's)."""
    state_machine_arn, mark, name = text.partition("#")
    return state_machine_arn, name if mark else None


def version_number_of_arn(qualifier: str | None) -> int | None:
    """Returns the version number that a qualifier names; None for an alias's name."""
    is_number = (
        qualifier is not None
        and qualifier.isascii()
        and qualifier.isdigit()
        and qualifier[0] != "0"
        and len(qualifier) < 10
    )
    return int(qualifier) if qualifier is not None and is_number else None


def activity_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:states:{region}:{account}:activity:{name}"


def execution_arn(state_machine_arn: str, name: str) -> str:
    """Returns the ARN of the execution `name` of a state machine (an unqualified ARN)."""
    return f"{state_machine_arn.replace(':stateMachine:', ':execution:', 1)}:{name}"


def machine_of_execution_arn(execution_arn: str) -> str:
    """Returns the ARN of the execution's state machine, for an execution that no Map Run started."""
    parts = execution_arn.split(":")
    return ":".join((*parts[:5], "stateMachine", *parts[6:7]))


def express_execution_arn(state_machine_arn: str, name: str, id: str) -> str:
    """Returns the ARN of an EXPRESS execution; it includes an id, since names may recur."""
    return f"{state_machine_arn.replace(':stateMachine:', ':express:', 1)}:{name}:{id}"


def new_execution_arn(
    state_machine_arn: str, name: str, *, is_express: bool, new_id: Callable[[], str]
) -> str:
    """Returns the ARN of a new execution; `new_id` is called for the id of an EXPRESS one."""
    if is_express:
        return express_execution_arn(state_machine_arn, name, new_id())
    return execution_arn(state_machine_arn, name)


def is_express_arn(execution_arn: str) -> bool:
    return ":express:" in execution_arn


def is_map_run_child_arn(arn: str) -> bool:
    """Whether the ARN of an execution, or of its machine, is that of a Map Run's child: it has a label."""
    return "/" in name_in_arn(arn)


def connection_arn(region: str, account: str, name: str) -> str:
    """Returns the ARN of an EventBridge connection, without the "/" and the id at AWS's end."""
    return f"arn:aws:events:{region}:{account}:connection/{name}"


def layer_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:lambda:{region}:{account}:layer:{name}"


def function_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def log_group_arn(region: str, account: str, name: str) -> str:
    return f"arn:aws:logs:{region}:{account}:log-group:{name}:*"


def log_group_name_in_arn(text: str) -> str | None:
    """Returns the name in a log group's ARN, which may end in ":*"; None for any other text."""
    parsed = parse_arn(text)
    if parsed is None or parsed.resource_type != "log-group":
        return None
    return parsed.resource_id.removesuffix(":*") or None


def is_queue_arn(value: object) -> bool:
    """Whether a value is the ARN of an SQS queue."""
    return isinstance(value, str) and value.split(":")[2:3] == ["sqs"]
