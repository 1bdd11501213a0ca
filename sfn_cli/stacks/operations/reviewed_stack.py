"""A stack in review: a change set of the type CREATE makes it, without resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.operations.requests.sent_request import PROCESSED
from sfn_cli.stacks.operations.stacks import REVIEW
from sfn_cli.stacks.readers.nested_stacks import STACK
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.store.records.stacks import StackEvent, StoredStack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.jsonvalue import Json

_INITIATED = "User Initiated"


def create_reviewed_stack(service: Service, name: str, arn: str, details: Mapping[str, Json]) -> None:
    """Stores the stack of a first change set, with the event that deploy tools look for."""
    now = service.clock()
    stack = StoredStack(
        name=name,
        arn=arn,
        kind=(ProjectKind.SAM if PROCESSED in details else ProjectKind.CLOUDFORMATION).value,
        folder=arn,
        source="",
        status=REVIEW,
        reason=_INITIATED,
        parameters={},
        outputs=[],
        left_out={},
        created_at=now,
        updated_at=now,
        details={member: value for member, value in details.items() if member != PROCESSED},
    )
    service.stacks.save(stack, StackEvent(arn, name, arn, STACK, REVIEW, _INITIATED, at=now))
