"""Versions of functions: PublishVersion, ListVersionsByFunction.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
A version has the code and configuration of its time; publishing without a change returns the last
version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.code import facts_of, snapshot
from sfn_cli.api.functions.references import check_revision, existing_latest, invalid
from sfn_cli.store.records.functions import Code, Function
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_MARKS = frozenset({"Description", "LastModified", "RevisionId", "Tags"})
"""What may differ though nothing has changed."""


def publish_version(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    published = publish(service, request)
    return dict(to_response(published))


def list_versions_by_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """$LATEST and the versions, the oldest first."""
    function = existing_latest(service, request)

    def page(after: str, limit: int) -> list[Function]:
        return service.functions.page(
            (function.name, int(after or -1)), limit, of=function.name, all_versions=True
        )

    return paging.answer(
        "Versions", request, page, lambda version: str(version.number), to_qualified_response
    )


def publish(service: Service, request: Mapping[str, Any]) -> Function:
    """The version with what the function is now. Raises ApiError."""
    while True:
        function = existing_latest(service, request)
        configuration = function.configuration
        check_revision(request, configuration["RevisionId"])
        given, current = request.get("CodeSha256"), configuration["CodeSha256"]
        if given not in (None, current):
            raise invalid(
                f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        zip = None if function.code_dir is None else snapshot(function.code_dir)
        facts = {**configuration, **(facts_of(Code(zip=zip)) if zip is not None else {})}
        digest = _digest(facts)
        if request.get("Description") is not None:
            facts["Description"] = request["Description"]
        facts["RevisionId"] = random_uuid()
        published = service.function_versions.publish(function, facts, digest, zip, service.clock())
        if published is not None:
            return published


def to_response(function: Function, qualifier: str | None = None) -> Mapping[str, Json]:
    """Returns a FunctionConfiguration. Its ARN ends in the qualifier that was requested."""
    configuration = {member: value for member, value in function.configuration.items() if member != "Tags"}
    return {**configuration, "FunctionArn": f"{function.arn}:{qualifier}"} if qualifier else configuration


def to_qualified_response(function: Function) -> Mapping[str, Json]:
    """Returns a FunctionConfiguration as a list of versions has it: $LATEST is a qualifier too."""
    return to_response(function, function.version)


def _digest(facts: Mapping[str, Json]) -> str:
    import hashlib

    text = jsonvalue.dumps(dict(sorted((name, value) for name, value in facts.items() if name not in _MARKS)))
    return hashlib.sha256(text.encode()).hexdigest()
