"""The members of a pipe that are stored together, with its parameters: checks and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.arn import service_in_arn
from sfn_cli.errors import ApiError
from sfn_cli.query.event_pattern import EventPatternError, event_pattern
from sfn_cli.store.records.events.source_mappings import POLLED_SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.records.events.source_mappings import SourceMapping

_TARGETS = (
    "events", "execute-api", "firehose", "kinesis", "lambda", "logs", "sns", "sqs", "states",
)  # fmt: skip
_ENRICHMENTS = ("lambda", "states")
_PARAMETERS = ("SourceParameters", "EnrichmentParameters", "TargetParameters")
_MEMBERS = (
    "Description", "Enrichment", "KmsKeyIdentifier", "LogConfiguration", "RoleArn", "Tags", *_PARAMETERS,
)  # fmt: skip
_FIXED = ("StartingPosition", "StartingPositionTimestamp")
"""The parameters of a stream that CreatePipe takes, and UpdatePipe does not."""


def pipe_members(request: Mapping[str, Any]) -> dict[str, Json]:
    """Returns the members of a request that are stored together: an empty text removes its member."""
    members = {name: request[name] for name in _MEMBERS if request.get(name) not in (None, "")}
    for name in _PARAMETERS:
        if name in members:
            members[name] = {key: value for key, value in members[name].items() if value not in (None, "")}
    return members


def changed_pipe_members(pipe: SourceMapping, request: Mapping[str, Any]) -> dict[str, Json]:
    """Returns a pipe's members after UpdatePipe.

    Members that are not given stay. Each member of SourceParameters, EnrichmentParameters and
    TargetParameters is replaced as a whole. Those of the target are for its service: another target
    has only those that are given.
    """
    old: Mapping[str, Any] = pipe.configuration
    new = {**old, **{name: request[name] for name in _MEMBERS if request.get(name) is not None}}
    for name in _PARAMETERS:
        parameters = {**(old.get(name) or {}), **(request.get(name) or {})}
        if parameters:
            new[name] = parameters
    for name, given in (request.get("SourceParameters") or {}).items():
        before = (old.get("SourceParameters") or {}).get(name) or {}
        if isinstance(given, dict):
            fixed = {key: before[key] for key in _FIXED if key in before}
            new["SourceParameters"][name] = {**given, **fixed}
    target = request.get("Target") or pipe.target
    if service_in_arn(target) != service_in_arn(pipe.target):
        new["TargetParameters"] = request.get("TargetParameters") or {}
    return {**pipe_members(new), "Arn": old["Arn"]}


def check_pipe(pipe: SourceMapping) -> None:
    """Raises ApiError if a pipe cannot work."""
    configuration: Mapping[str, Any] = pipe.configuration
    enrichment = configuration.get("Enrichment")
    if service_in_arn(pipe.source_arn) not in POLLED_SOURCES:
        raise _invalid_pipe(
            f"sfn polls SQS queues, DynamoDB streams and Kinesis streams, not {pipe.source_arn}."
        )
    if service_in_arn(pipe.target) not in _TARGETS:
        raise _invalid_pipe(f"sfn does not deliver events of pipes to {pipe.target}.")
    if enrichment and service_in_arn(enrichment) not in _ENRICHMENTS:
        raise _invalid_pipe(
            f"sfn does not call the enrichment {enrichment}. Use a function or an EXPRESS state machine."
        )
    criteria = (configuration.get("SourceParameters") or {}).get("FilterCriteria") or {}
    for one in criteria.get("Filters") or ():
        try:
            event_pattern(one.get("Pattern") or "")
        except EventPatternError as error:
            why = str(error).splitlines()[0]
            raise _invalid_pipe(f"Invalid filter pattern definition. {why}") from error


def _invalid_pipe(message: str) -> ApiError:
    return ApiError("ValidationException", message)
