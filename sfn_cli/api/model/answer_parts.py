"""Members that the answers of several operations share, as types.

`**` puts them into an answer, whose own type (`answers.py`) says that the members belong there.
Only type checkers import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class StartedBy(TypedDict):
    """The version and the alias by which an execution was started."""

    stateMachineAliasArn: NotRequired[str]
    stateMachineVersionArn: NotRequired[str]


class RedriveStatus(TypedDict):
    """Whether an execution can be redriven, and why not."""

    redriveStatus: str
    redriveStatusReason: NotRequired[str]


class ExecutionMembers(TypedDict):
    """An execution, in a list as in a description."""

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
    """An execution's input, and how it ended: left out where only metadata is asked for."""

    input: NotRequired[str]
    output: NotRequired[str | None]
    error: NotRequired[str | None]
    cause: NotRequired[str | None]
    outputDetails: NotRequired[Mapping[str, Any]]


class DescribedPart(TypedDict):
    """The date in a description, and what only a version or a Distributed Map state has."""

    creationDate: int
    description: NotRequired[str | None]
    label: NotRequired[str]


class RevisionMembers(TypedDict):
    """What a state machine's revision says, in each description of a state machine."""

    definition: str
    roleArn: str
    loggingConfiguration: Mapping[str, Any]
    tracingConfiguration: Mapping[str, Any]
    encryptionConfiguration: Mapping[str, Any]
    revisionId: str | None
    variableReferences: Mapping[str, Sequence[str]] | None
