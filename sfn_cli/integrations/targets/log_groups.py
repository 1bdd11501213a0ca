"""Log groups as targets: each event is a line of the group's stream of its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import arn
from sfn_cli.api import answer_api
from sfn_cli.api.model import load_model
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.integrations.targets.target import TargetCall


def put_log_event(call: TargetCall) -> str | None:
    delivery, service = call.delivery, call.service
    group = arn.log_group_name_in_arn(delivery.target) or delivery.target
    stream = delivery.source.replace(":", "_").replace("*", "_")
    try:
        answer_api(
            service,
            load_model("logs", "CreateLogStream"),
            {"logGroupName": group, "logStreamName": stream},
        )
    except ApiError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
    answer_api(
        service,
        load_model("logs", "PutLogEvents"),
        {
            "logGroupName": group,
            "logStreamName": stream,
            "logEvents": [{"timestamp": service.clock(), "message": delivery.payload}],
        },
    )
    return stream
