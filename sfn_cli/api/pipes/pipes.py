"""Pipes: CreatePipe and related operations.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_Operations.html
A worker polls the source of each running pipe (drivers/local/event_sources/polling/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli import quotas
from sfn_cli.api.events.lists import events_page
from sfn_cli.api.pipes.pipe_members import changed_pipe_members, check_pipe, pipe_members
from sfn_cli.api.protocol.tags import add_tags, without_tags
from sfn_cli.errors import ApiError
from sfn_cli.store.records.events.source_mappings import PIPE, SourceMapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.api.protocol.tags import Tags
    from sfn_cli.api.service import Service

_STATE_REASON = "USER_INITIATED"


def create_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    new = _pipe_of_request(service, request)
    if service.source_mappings.create(new) is None:
        raise ApiError("ConflictException", f"Pipe {new.name} already exists.", status=409)
    return _pipe_state(new, "CREATING")


def replace_pipe(service: Service, request: dict[str, Any]) -> None:
    """Gives a pipe all members of a CreatePipe request and no others. Creates it if it does not exist."""
    new = _pipe_of_request(service, request)

    def change(old: SourceMapping) -> SourceMapping:
        return new._replace(id=old.id, created_at=old.created_at, last_result=old.last_result)

    if service.source_mappings.change(PIPE, new.name, change) is None:
        service.source_mappings.create(new)


def update_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""

    def change(old: SourceMapping) -> SourceMapping:
        new = old._replace(
            target=request.get("Target") or old.target,
            is_enabled=request["DesiredState"] == "RUNNING"
            if request.get("DesiredState")
            else old.is_enabled,
            configuration=changed_pipe_members(old, request),
        )
        check_pipe(new)
        return new

    return _pipe_state(_change_pipe(service, request, change), "UPDATING")


def start_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _pipe_state(_change_pipe(service, request, lambda old: old._replace(is_enabled=True)), "STARTING")


def stop_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return _pipe_state(_change_pipe(service, request, lambda old: old._replace(is_enabled=False)), "STOPPING")


def delete_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    deleted = service.source_mappings.delete(PIPE, request["Name"])
    if deleted is None:
        raise _no_such_pipe(request["Name"])
    return _pipe_state(deleted, "DELETING")


def describe_pipe(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    pipe = _existing_pipe(service, request["Name"])
    return {
        **pipe.configuration,
        **_pipe_state(pipe),
        "StateReason": _STATE_REASON,
        "Source": pipe.source_arn,
        "Target": pipe.target,
    }


def list_pipes(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    def read(after: str, limit: int) -> list[SourceMapping]:
        pipes: list[SourceMapping] = []
        while len(pipes) < limit and (page := service.source_mappings.page(PIPE, after, limit)):
            after = page[-1].name
            pipes += [pipe for pipe in page if _is_listed_pipe(pipe, request)]
        return pipes[:limit]

    pipes, token = events_page(service, request, "ListPipes", read, lambda pipe: pipe.name)
    return {
        "Pipes": [
            {
                **_pipe_state(pipe),
                "StateReason": _STATE_REASON,
                "Source": pipe.source_arn,
                "Target": pipe.target,
                "Enrichment": pipe.configuration.get("Enrichment"),
            }
            for pipe in pipes
        ],
        "NextToken": token,
    }


def tag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    added = request["tags"]
    _change_pipe_tags(service, request, lambda tags: add_tags(tags, added, too_many=_too_many_pipe_tags))
    return {}


def untag_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    keys = request["tagKeys"]
    _change_pipe_tags(service, request, lambda tags: without_tags(tags, keys))
    return {}


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    return {"tags": _existing_pipe(service, _tagged_pipe_name(request)).configuration.get("Tags") or {}}


def _pipe_of_request(service: Service, request: Mapping[str, Any]) -> SourceMapping:
    """Returns the pipe of CreatePipe. Raises ApiError if it cannot work."""
    now, settings = service.clock(), service.settings
    pipe = SourceMapping(
        kind=PIPE,
        name=request["Name"],
        source_arn=request["Source"],
        target=request["Target"],
        is_enabled=request.get("DesiredState") != "STOPPED",
        configuration={
            **pipe_members(request),
            "Arn": f"arn:aws:pipes:{settings.region}:{settings.account_id}:pipe/{request['Name']}",
        },
        created_at=now,
        updated_at=now,
    )
    check_pipe(pipe)
    return pipe


def _change_pipe(
    service: Service, request: Mapping[str, Any], change: Callable[[SourceMapping], SourceMapping]
) -> SourceMapping:
    now = service.clock()
    changed = service.source_mappings.change(
        PIPE, request["Name"], lambda old: change(old)._replace(updated_at=now)
    )
    if changed is None:
        raise _no_such_pipe(request["Name"])
    return changed


def _change_pipe_tags(service: Service, request: Mapping[str, Any], change: Callable[[Tags], Tags]) -> None:
    def changed(old: SourceMapping) -> SourceMapping:
        tags: Any = old.configuration.get("Tags") or {}
        return old._replace(configuration={**old.configuration, "Tags": change(dict(tags))})

    name = _tagged_pipe_name(request)
    if service.source_mappings.change(PIPE, name, changed) is None:
        raise _no_such_pipe(name)


def _existing_pipe(service: Service, name: str) -> SourceMapping:
    pipe = service.source_mappings.find(PIPE, name)
    if pipe is None:
        raise _no_such_pipe(name)
    return pipe


def _is_listed_pipe(pipe: SourceMapping, request: Mapping[str, Any]) -> bool:
    state = _pipe_state(pipe)
    return (
        pipe.name.startswith(request.get("NamePrefix") or "")
        and pipe.source_arn.startswith(request.get("SourcePrefix") or "")
        and pipe.target.startswith(request.get("TargetPrefix") or "")
        and request.get("DesiredState") in (None, state["DesiredState"])
        and request.get("CurrentState") in (None, state["CurrentState"])
    )


def _pipe_state(pipe: SourceMapping, current: str | None = None) -> dict[str, Any]:
    """Returns the members of a pipe that every operation answers. It is in its desired state at once."""
    desired = "RUNNING" if pipe.is_enabled else "STOPPED"
    return {
        "Arn": pipe.configuration["Arn"],
        "Name": pipe.name,
        "DesiredState": desired,
        "CurrentState": current or desired,
        "CreationTime": pipe.created_at,
        "LastModifiedTime": pipe.updated_at,
    }


def _tagged_pipe_name(request: Mapping[str, Any]) -> str:
    return str(request["resourceArn"]).rpartition(":pipe/")[2]


def _no_such_pipe(name: str) -> ApiError:
    return ApiError("NotFoundException", f"Pipe {name} does not exist.", status=404)


def _too_many_pipe_tags(number: int) -> ApiError:
    return ApiError("ValidationException", f"A pipe can have at most {quotas.TAGS} tags, not {number}.")
