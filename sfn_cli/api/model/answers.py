"""The answers of Step Functions' operations, as types. `python -m tests.answer_types` writes this file.

Times are milliseconds since 1970. None stands for a member that is absent. Structures within an item are not
described further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ActivityListItem(TypedDict):
    activityArn: str
    name: str
    creationDate: int


class CreateActivityAnswer(TypedDict):
    activityArn: str
    creationDate: int


class CreateStateMachineAliasAnswer(TypedDict):
    stateMachineAliasArn: str
    creationDate: int


class CreateStateMachineAnswer(TypedDict):
    stateMachineArn: str
    creationDate: int
    stateMachineVersionArn: NotRequired[str | None]


class DescribeActivityAnswer(TypedDict):
    activityArn: str
    name: str
    creationDate: int
    encryptionConfiguration: NotRequired[Mapping[str, Any] | None]


class DescribeExecutionAnswer(TypedDict):
    executionArn: str
    stateMachineArn: str
    name: NotRequired[str | None]
    status: str
    startDate: int
    stopDate: NotRequired[int | None]
    input: NotRequired[str | None]
    inputDetails: NotRequired[Mapping[str, Any] | None]
    output: NotRequired[str | None]
    outputDetails: NotRequired[Mapping[str, Any] | None]
    traceHeader: NotRequired[str | None]
    mapRunArn: NotRequired[str | None]
    error: NotRequired[str | None]
    cause: NotRequired[str | None]
    stateMachineVersionArn: NotRequired[str | None]
    stateMachineAliasArn: NotRequired[str | None]
    redriveCount: NotRequired[int | None]
    redriveDate: NotRequired[int | None]
    redriveStatus: NotRequired[str | None]
    redriveStatusReason: NotRequired[str | None]


class DescribeMapRunAnswer(TypedDict):
    mapRunArn: str
    executionArn: str
    status: str
    startDate: int
    stopDate: NotRequired[int | None]
    maxConcurrency: int
    toleratedFailurePercentage: float
    toleratedFailureCount: int
    itemCounts: Mapping[str, Any]
    executionCounts: Mapping[str, Any]
    redriveCount: NotRequired[int | None]
    redriveDate: NotRequired[int | None]


class DescribeStateMachineAliasAnswer(TypedDict):
    stateMachineAliasArn: NotRequired[str | None]
    name: NotRequired[str | None]
    description: NotRequired[str | None]
    routingConfiguration: NotRequired[Sequence[RoutingConfigurationListItem] | None]
    creationDate: NotRequired[int | None]
    updateDate: NotRequired[int | None]


class DescribeStateMachineAnswer(TypedDict):
    stateMachineArn: str
    name: str
    status: NotRequired[str | None]
    definition: str
    roleArn: str
    type: str
    creationDate: int
    loggingConfiguration: NotRequired[Mapping[str, Any] | None]
    tracingConfiguration: NotRequired[Mapping[str, Any] | None]
    label: NotRequired[str | None]
    revisionId: NotRequired[str | None]
    description: NotRequired[str | None]
    encryptionConfiguration: NotRequired[Mapping[str, Any] | None]
    variableReferences: NotRequired[Mapping[str, Any] | None]


class DescribeStateMachineForExecutionAnswer(TypedDict):
    stateMachineArn: str
    name: str
    definition: str
    roleArn: str
    updateDate: int
    loggingConfiguration: NotRequired[Mapping[str, Any] | None]
    tracingConfiguration: NotRequired[Mapping[str, Any] | None]
    mapRunArn: NotRequired[str | None]
    label: NotRequired[str | None]
    revisionId: NotRequired[str | None]
    encryptionConfiguration: NotRequired[Mapping[str, Any] | None]
    variableReferences: NotRequired[Mapping[str, Any] | None]


class EmptyAnswer(TypedDict):
    """The answer of an operation whose output has no members."""


class ExecutionListItem(TypedDict):
    executionArn: str
    stateMachineArn: str
    name: str
    status: str
    startDate: int
    stopDate: NotRequired[int | None]
    mapRunArn: NotRequired[str | None]
    itemCount: NotRequired[int | None]
    stateMachineVersionArn: NotRequired[str | None]
    stateMachineAliasArn: NotRequired[str | None]
    redriveCount: NotRequired[int | None]
    redriveDate: NotRequired[int | None]


class GetActivityTaskAnswer(TypedDict):
    taskToken: NotRequired[str | None]
    input: NotRequired[str | None]


class GetExecutionHistoryAnswer(TypedDict):
    events: Sequence[Mapping[str, Any]]
    nextToken: NotRequired[str | None]


class ListActivitiesAnswer(TypedDict):
    activities: Sequence[ActivityListItem]
    nextToken: NotRequired[str | None]


class ListExecutionsAnswer(TypedDict):
    executions: Sequence[ExecutionListItem]
    nextToken: NotRequired[str | None]


class ListMapRunsAnswer(TypedDict):
    mapRuns: Sequence[MapRunListItem]
    nextToken: NotRequired[str | None]


class ListStateMachineAliasesAnswer(TypedDict):
    stateMachineAliases: Sequence[StateMachineAliasListItem]
    nextToken: NotRequired[str | None]


class ListStateMachineVersionsAnswer(TypedDict):
    stateMachineVersions: Sequence[StateMachineVersionListItem]
    nextToken: NotRequired[str | None]


class ListStateMachinesAnswer(TypedDict):
    stateMachines: Sequence[StateMachineListItem]
    nextToken: NotRequired[str | None]


class ListTagsForResourceAnswer(TypedDict):
    tags: NotRequired[Sequence[Tag] | None]


class MapRunListItem(TypedDict):
    executionArn: str
    mapRunArn: str
    stateMachineArn: str
    startDate: int
    stopDate: NotRequired[int | None]


class PublishStateMachineVersionAnswer(TypedDict):
    creationDate: int
    stateMachineVersionArn: str


class RedriveExecutionAnswer(TypedDict):
    redriveDate: int


class RoutingConfigurationListItem(TypedDict):
    stateMachineVersionArn: str
    weight: int


class StartExecutionAnswer(TypedDict):
    executionArn: str
    startDate: int


class StartSyncExecutionAnswer(TypedDict):
    executionArn: str
    stateMachineArn: NotRequired[str | None]
    name: NotRequired[str | None]
    startDate: int
    stopDate: int
    status: str
    error: NotRequired[str | None]
    cause: NotRequired[str | None]
    input: NotRequired[str | None]
    inputDetails: NotRequired[Mapping[str, Any] | None]
    output: NotRequired[str | None]
    outputDetails: NotRequired[Mapping[str, Any] | None]
    traceHeader: NotRequired[str | None]
    billingDetails: NotRequired[Mapping[str, Any] | None]


class StateMachineAliasListItem(TypedDict):
    stateMachineAliasArn: str
    creationDate: int


class StateMachineListItem(TypedDict):
    stateMachineArn: str
    name: str
    type: str
    creationDate: int


class StateMachineVersionListItem(TypedDict):
    stateMachineVersionArn: str
    creationDate: int


class StopExecutionAnswer(TypedDict):
    stopDate: int


class Tag(TypedDict):
    key: NotRequired[str | None]
    value: NotRequired[str | None]


class TestStateAnswer(TypedDict):
    output: NotRequired[str | None]
    error: NotRequired[str | None]
    cause: NotRequired[str | None]
    inspectionData: NotRequired[Mapping[str, Any] | None]
    nextState: NotRequired[str | None]
    status: NotRequired[str | None]


class UpdateStateMachineAliasAnswer(TypedDict):
    updateDate: int


class UpdateStateMachineAnswer(TypedDict):
    updateDate: int
    revisionId: NotRequired[str | None]
    stateMachineVersionArn: NotRequired[str | None]


class ValidateStateMachineDefinitionAnswer(TypedDict):
    result: str
    diagnostics: Sequence[ValidateStateMachineDefinitionDiagnostic]
    truncated: NotRequired[bool | None]


class ValidateStateMachineDefinitionDiagnostic(TypedDict):
    severity: str
    code: str
    message: str
    location: NotRequired[str | None]
