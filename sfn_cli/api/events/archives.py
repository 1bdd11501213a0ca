"""Archives, which store the events of a bus: CreateArchive and related operations.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import bus_arn, events_arn, existing_bus
from sfn_cli.api.events.rules import check_event_pattern
from sfn_cli.asl.timestamp import parse_timestamp
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import dumps
from sfn_cli.query.event_pattern import EventPatternError, event_pattern
from sfn_cli.store.records.events.rules import ARCHIVE, ArchivedEvent, EventItem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_DAY_MS = 24 * 60 * 60 * 1000
_MEMBERS = ("Description", "EventPattern", "RetentionDays", "KmsKeyIdentifier")


def create_archive(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, now = request["ArchiveName"], service.clock()
    source = request["EventSourceArn"]
    existing_bus(service, source)
    _check_archive(request)
    arn = _archive_arn(service, name)
    details = {"EventSourceArn": bus_arn(service, source), **_archive_members(request)}
    if not service.event_items.create(EventItem(ARCHIVE, arn, arn, name, details, {}, now, now)):
        raise ApiError("ResourceAlreadyExistsException", f"Archive {name} already exists.")
    return {"ArchiveArn": arn, "State": "ENABLED", "CreationTime": now}


def update_archive(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Changes only the given members."""
    _check_archive(request)

    def change(old: EventItem) -> EventItem:
        return old._replace(details={**old.details, **_archive_members(request)}, modified_at=service.clock())

    name = request["ArchiveName"]
    changed = service.event_items.change(ARCHIVE, _archive_arn(service, name), change)
    if changed is None:
        raise _no_such_archive(name)
    return {"ArchiveArn": changed.arn, "State": "ENABLED", "CreationTime": changed.created_at}


def describe_archive(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    archive = existing_archive(service, request["ArchiveName"])
    return {
        "ArchiveArn": archive.arn,
        **_archive_summary(service, archive),
        **_archive_members(archive.details),
    }


def list_archives(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    prefix, source = request.get("NamePrefix"), request.get("EventSourceArn")

    def read(after: str, limit: int) -> list[EventItem]:
        stem = _archive_arn(service, prefix or "")
        archives = service.event_items.page(ARCHIVE, stem, after, 10_000)
        return [one for one in archives if source is None or one.details["EventSourceArn"] == source][:limit]

    archives, token = events_page(service, request, "ListArchives", read, lambda archive: archive.key)
    return {"Archives": [_archive_summary(service, archive) for archive in archives], "NextToken": token}


def delete_archive(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name = request["ArchiveName"]
    if not service.event_items.delete(ARCHIVE, _archive_arn(service, name)):
        raise _no_such_archive(name)
    return {}


def archive_events(service: Service, events: Sequence[tuple[str, Mapping[str, Json]]]) -> None:
    """Adds events, each with the ARN of its bus, to the archives that take them."""
    archives = service.event_items.page(ARCHIVE, "", "", 10_000)
    for archive in archives:
        if days := archive.details.get("RetentionDays"):
            service.archives.prune(archive.arn, service.clock() - days * _DAY_MS)
    service.archives.add(
        [
            ArchivedEvent(archive.arn, event["id"], _event_time(event), dumps(event))
            for archive in archives
            for of_bus, event in events
            if archive.details["EventSourceArn"] == of_bus and _archive_takes(archive, event)
        ]
    )


def existing_archive(service: Service, name: str) -> EventItem:
    """Returns an archive. Raises ApiError ResourceNotFoundException."""
    archive = service.event_items.find(ARCHIVE, _archive_arn(service, name))
    if archive is None:
        raise _no_such_archive(name)
    return archive


def _archive_takes(archive: EventItem, event: Mapping[str, Json]) -> bool:
    pattern = archive.details.get("EventPattern")
    try:
        return not pattern or event_pattern(pattern).matches(event)
    except EventPatternError:
        return False


def _event_time(event: Mapping[str, Json]) -> int:
    return (parse_timestamp(str(event["time"])) or 0) // 1_000_000


def _check_archive(request: Mapping[str, Any]) -> None:
    if request.get("EventPattern"):
        check_event_pattern(request["EventPattern"])


def _archive_members(details: Mapping[str, Any]) -> dict[str, Any]:
    return {member: details[member] for member in _MEMBERS if details.get(member) is not None}


def _archive_summary(service: Service, archive: EventItem) -> dict[str, Any]:
    count, size = service.archives.size(archive.arn)
    return {
        "ArchiveName": archive.name,
        "EventSourceArn": archive.details["EventSourceArn"],
        "State": "ENABLED",
        "RetentionDays": archive.details.get("RetentionDays", 0),
        "SizeBytes": size,
        "EventCount": count,
        "CreationTime": archive.created_at,
    }


def _archive_arn(service: Service, name: str) -> str:
    return events_arn(service, f"archive/{name}")


def _no_such_archive(name: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"Archive {name} does not exist.")
