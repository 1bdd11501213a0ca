"""Versions of functions: PublishVersion, ListVersionsByFunction.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
A version has the code and configuration at the time of publishing; publishing without a change
returns the last version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import jsonvalue
from sfn_cli.api.functions import paging
from sfn_cli.api.functions.code import code_facts, snapshot_code
from sfn_cli.api.functions.references import (
    check_reference_revision,
    existing_latest_reference,
    invalid_function_reference,
)
from sfn_cli.store.records.functions import Code, Function
from sfn_cli.uuids import random_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_MARKS = frozenset({"Description", "LastModified", "RevisionId", "Tags"})
"""Members whose change does not require a new version."""

_NOT_SHOWN = frozenset({"Tags", "PackageDirs", "ExactRuntime"})
"""Members that are stored with a configuration but are not in Lambda's FunctionConfiguration."""


def publish_version(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    published = publish_function_version(service, request)
    return dict(version_response(published))


def list_versions_by_function(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Lists $LATEST and the versions, oldest first."""
    function = existing_latest_reference(service, request)

    def page(after: str, limit: int) -> list[Function]:
        return service.functions.page(
            (function.name, int(after or -1)), limit, of=function.name, all_versions=True
        )

    return paging.functions_page(
        "Versions", request, page, lambda version: str(version.number), qualified_version_response
    )


def publish_function_version(service: Service, request: Mapping[str, Any]) -> Function:
    """Publishes the current function, and returns the version. Raises ApiError."""
    while True:
        function = existing_latest_reference(service, request)
        configuration = function.configuration
        check_reference_revision(request, configuration["RevisionId"])
        given, current = request.get("CodeSha256"), configuration["CodeSha256"]
        if given not in (None, current):
            raise invalid_function_reference(
                f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        zip = None if function.code_dir is None else snapshot_code(function.code_dir)
        facts = {**configuration, **(code_facts(Code(zip=zip)) if zip is not None else {})}
        digest = _version_digest(facts)
        if request.get("Description") is not None:
            facts["Description"] = request["Description"]
        facts["RevisionId"] = random_uuid()
        published = service.function_versions.publish(function, facts, digest, zip, service.clock())
        if published is not None:
            return published


def version_response(function: Function, qualifier: str | None = None) -> Mapping[str, Json]:
    """Returns a FunctionConfiguration, whose ARN ends in the requested qualifier."""
    configuration = {
        member: value for member, value in function.configuration.items() if member not in _NOT_SHOWN
    }
    return {**configuration, "FunctionArn": f"{function.arn}:{qualifier}"} if qualifier else configuration


def qualified_version_response(function: Function) -> Mapping[str, Json]:
    """Returns a FunctionConfiguration as in a list of versions: $LATEST is a qualifier too."""
    return version_response(function, function.version)


def _version_digest(facts: Mapping[str, Json]) -> str:
    import hashlib

    text = jsonvalue.dumps(dict(sorted((name, value) for name, value in facts.items() if name not in _MARKS)))
    return hashlib.sha256(text.encode()).hexdigest()
