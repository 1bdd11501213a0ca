"""Tags of functions and of event source mappings: ListTags, TagResource, UntagResource.

https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
Tags are not part of a function's configuration: changing them restarts nothing, and the revision
stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.functions.event_source_mappings import change_mapping_tags
from sfn_cli.api.protocol.tags import add_tags, without_tags
from sfn_cli.errors import ApiError
from sfn_cli.store.records.functions import function_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service


def list_tags(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    if _is_tagged_mapping(request):
        return {"Tags": change_mapping_tags(service, request["Resource"], dict)}
    function = service.functions.find(_tagged_function_name(request))
    if function is None:
        raise _tagged_function_not_found(request)
    return {"Tags": function.configuration.get("Tags") or {}}


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Adds tags; an existing key gets the new value."""

    def add(tags: dict[str, Any]) -> Mapping[str, Any]:
        return add_tags(tags, request["Tags"], too_many=_too_many_function_tags)

    if _is_tagged_mapping(request):
        change_mapping_tags(service, request["Resource"], add)
    elif not service.functions.change_tags(_tagged_function_name(request), add):
        raise _tagged_function_not_found(request)
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Removes tags; keys that the function does not have are not an error."""

    def remove(tags: dict[str, Any]) -> Mapping[str, Any]:
        return without_tags(tags, request["TagKeys"])

    if _is_tagged_mapping(request):
        change_mapping_tags(service, request["Resource"], remove)
    elif not service.functions.change_tags(_tagged_function_name(request), remove):
        raise _tagged_function_not_found(request)
    return {}


def _too_many_function_tags(count: int) -> ApiError:
    return ApiError("InvalidParameterValueException", "Number of tags exceeds resource tag limit.")


def _is_tagged_mapping(request: dict[str, Any]) -> bool:
    return ":event-source-mapping:" in request["Resource"]


def _tagged_function_name(request: dict[str, Any]) -> str:
    return function_reference(request["Resource"]).name


def _tagged_function_not_found(request: dict[str, Any]) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Function not found: {request['Resource']}", status=404)
