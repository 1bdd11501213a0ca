"""Types of members that the answers of several operations share.

`**` puts them into an answer, whose own type (`answers.py`) contains the same members.
Only type checkers import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class StartedBy(TypedDict):
    """The version and the alias with which an execution was started."""

    stateMachineAliasArn: NotRequired[str]
    stateMachineVersionArn: NotRequired[str]


class RedriveStatus(TypedDict):
    """Whether an execution can be redriven, and if not, why."""

    redriveStatus: str
    redriveStatusReason: NotRequired[str]


class ExecutionMembers(TypedDict):
    """An execution, in a list or in a description."""

    executionArn: str
    stateMachineArn: str
    stateMachineAliasArn: NotRequired[str]
    stateMachineVersionArn: NotRequired[str]
    name: str
    status: str
    startDate: int
    stopDate: int | None
    mapRunArn: str | None
    redriveCount: int
    redriveDate: int | None


class ExecutionData(TypedDict):
    """An execution's input and result; left out if only metadata is requested."""

    input: NotRequired[str]
    inputDetails: NotRequired[Mapping[str, Any]]
    output: NotRequired[str | None]
    error: NotRequired[str | None]
    cause: NotRequired[str | None]
    outputDetails: NotRequired[Mapping[str, Any]]


class DescribedPart(TypedDict):
    """The date in a description, and members of versions and Distributed Map states."""

    creationDate: int
    description: NotRequired[str | None]
    label: NotRequired[str]


class RevisionMembers(TypedDict):
    """The members of a state machine's revision, in each description of a state machine."""

    definition: str
    roleArn: str
    loggingConfiguration: Mapping[str, Any]
    tracingConfiguration: Mapping[str, Any]
    encryptionConfiguration: Mapping[str, Any]
    revisionId: str | None
    variableReferences: Mapping[str, Sequence[str]] | None
