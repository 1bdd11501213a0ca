"""Replays, which send the events of an archive to its bus again: StartReplay and related operations.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
A replay stores all of its deliveries before StartReplay responds, and is COMPLETED then. Its events
have the member replay-name, and no archive stores them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.api.events.archives import existing_archive
from sfn_cli.api.events.lists import events_page
from sfn_cli.api.events.names import events_arn
from sfn_cli.api.events.routing import deliveries_of_rule, rule_matches
from sfn_cli.errors import ApiError
from sfn_cli.jsonvalue import loads
from sfn_cli.store.records.events.rules import REPLAY, EventItem

if TYPE_CHECKING:
    from sfn_cli.api.service import Service
    from sfn_cli.store.records.events.deliveries import NewDelivery
    from sfn_cli.store.records.events.rules import EventRule

_EVENTS_AT_ONCE = 500


def start_replay(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    name, now = request["ReplayName"], service.clock()
    start, end = request["EventStartTime"], request["EventEndTime"]
    destination = request["Destination"]
    archive = existing_archive(service, request["EventSourceArn"].rpartition(":archive/")[2])
    if start >= end:
        raise ApiError(
            "ValidationException",
            "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.",
        )
    if destination["Arn"] != archive.details["EventSourceArn"]:
        raise ApiError(
            "ValidationException",
            "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.",
        )
    arn = _replay_arn(service, name)
    details = {
        member: request[member]
        for member in ("Description", "EventSourceArn", "Destination", "EventStartTime", "EventEndTime")
        if request.get(member) is not None
    }
    replay = EventItem(REPLAY, arn, arn, name, {**details, "State": "RUNNING"}, {}, now, now)
    if not service.event_items.create(replay):
        raise ApiError("ResourceAlreadyExistsException", f"Replay {name} already exists.")
    wanted = destination.get("FilterArns") or None
    rules = [
        rule
        for rule in service.event_rules.matching_candidates(destination["Arn"])
        if wanted is None or rule.arn in wanted
    ]
    last = _replay_events(service, replay, archive.arn, (start, end), rules)
    ended = {"State": "COMPLETED", "ReplayEndTime": service.clock(), "EventLastReplayedTime": last}
    service.event_items.change(
        REPLAY, arn, lambda old: old._replace(details={**old.details, **ended}, modified_at=service.clock())
    )
    return {"ReplayArn": arn, "State": "STARTING", "ReplayStartTime": now}


def _replay_events(
    service: Service, replay: EventItem, archive: str, span: tuple[int, int], rules: list[EventRule]
) -> int | None:
    """Stores the deliveries of a time span. Returns the time of the last event, if any."""
    after, last = (0, 0), None
    while page := service.archives.between(archive, *span, after, _EVENTS_AT_ONCE):
        at = service.clock()
        deliveries: list[NewDelivery] = []
        for _, archived in page:
            event = {**loads(archived.event), "replay-name": replay.name}
            # A delivery is stored once for each event: that of a replay is another one.
            id = f"{archived.event_id}/{replay.name}/{replay.created_at}"
            for rule in rules:
                if rule_matches(rule, event):
                    deliveries += deliveries_of_rule(rule, event, at, event_id=id)
        service.deliveries.add(deliveries, at)
        id_, event_ = page[-1]
        after, last = (event_.at, id_), event_.at
    return last


def describe_replay(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    replay = _existing_replay(service, request["ReplayName"])
    return {
        **_replay_summary(replay),
        "ReplayArn": replay.arn,
        "Description": replay.details.get("Description"),
        "Destination": replay.details["Destination"],
    }


def list_replays(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    stem = _replay_arn(service, request.get("NamePrefix") or "")
    source, state = request.get("EventSourceArn"), request.get("State")

    def read(after: str, limit: int) -> list[EventItem]:
        return [
            one
            for one in service.event_items.page(REPLAY, stem, after, 10_000)
            if source in (None, one.details["EventSourceArn"]) and state in (None, one.details["State"])
        ][:limit]

    replays, token = events_page(service, request, "ListReplays", read, lambda replay: replay.key)
    return {"Replays": [_replay_summary(replay) for replay in replays], "NextToken": token}


def cancel_replay(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Refuses: a replay is over when StartReplay responds."""
    replay = _existing_replay(service, request["ReplayName"])
    raise ApiError(
        "IllegalStatusException", f"Replay {replay.name} is not in a valid state for this operation."
    )


def _existing_replay(service: Service, name: str) -> EventItem:
    replay = service.event_items.find(REPLAY, _replay_arn(service, name))
    if replay is None:
        raise ApiError("ResourceNotFoundException", f"Replay {name} does not exist.")
    return replay


def _replay_summary(replay: EventItem) -> dict[str, Any]:
    members = (
        "EventSourceArn",
        "State",
        "EventStartTime",
        "EventEndTime",
        "EventLastReplayedTime",
        "ReplayEndTime",
    )
    return {
        "ReplayName": replay.name,
        **{member: replay.details[member] for member in members if replay.details.get(member) is not None},
        "ReplayStartTime": replay.created_at,
    }


def _replay_arn(service: Service, name: str) -> str:
    return events_arn(service, f"replay/{name}")
