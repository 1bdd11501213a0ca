"""Activities: CreateActivity, DescribeActivity, ListActivities, DeleteActivity, GetActivityTask.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
CreateActivity is idempotent; tags in a request for an existing activity are ignored.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sfn_cli import arn, jsonvalue, quotas
from sfn_cli.api.protocol import paging
from sfn_cli.api.protocol.long_polls import AwaitedTask
from sfn_cli.api.stepfunctions import arn_checks, configurations, tags
from sfn_cli.errors import ApiError
from sfn_cli.store.records.activities import Activity

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import (
        CreateActivityInputTypeDef,
        DeleteActivityInputTypeDef,
        DescribeActivityInputTypeDef,
        GetActivityTaskInputTypeDef,
        ListActivitiesInputTypeDef,
    )

    from sfn_cli.api.model.answers import (
        ActivityListItem,
        CreateActivityAnswer,
        DescribeActivityAnswer,
        EmptyAnswer,
        GetActivityTaskAnswer,
        ListActivitiesAnswer,
    )
    from sfn_cli.api.service import Service


def create_activity(service: Service, request: CreateActivityInputTypeDef) -> CreateActivityAnswer:
    name = request["name"]
    arn_checks.check_arn_name(name)
    activity = Activity(
        arn=arn.activity_arn(service.settings.region, service.settings.account_id, name),
        name=name,
        created_at=service.clock(),
        encryption_configuration=configurations.encryption_configuration(request),
        tags=tags.tags_of_new_resource(request.get("tags", []), name),
    )
    stored = service.activities.create(activity)
    if stored.encryption_configuration != activity.encryption_configuration:
        raise ApiError("ActivityAlreadyExists", f"Activity Already Exists: '{stored.arn}'")
    return {"activityArn": stored.arn, "creationDate": stored.created_at}


def describe_activity(service: Service, request: DescribeActivityInputTypeDef) -> DescribeActivityAnswer:
    activity = _existing_activity(service, request["activityArn"])
    return {
        **_activity_summary(activity),
        "encryptionConfiguration": jsonvalue.loads(activity.encryption_configuration),
    }


def list_activities(service: Service, request: ListActivitiesInputTypeDef) -> ListActivitiesAnswer:
    """Lists the activities of this account and region by name."""
    prefix = arn.activity_arn(service.settings.region, service.settings.account_id, "")
    activities, token = paging.sealed_page(
        request,
        f"ListActivities {prefix}",
        service.clock(),
        lambda after, limit: service.activities.page(prefix, after or "", limit),
        lambda activity: activity.name,
        parse=str,
    )
    return {"activities": [_activity_summary(activity) for activity in activities], "nextToken": token}


def delete_activity(service: Service, request: DeleteActivityInputTypeDef) -> EmptyAnswer:
    """Deletes the activity; it is not an error if it does not exist."""
    arn_checks.check_arn(request["activityArn"], "activity")
    service.activities.delete(request["activityArn"])
    return {}


def get_activity_task(
    service: Service, request: GetActivityTaskInputTypeDef
) -> GetActivityTaskAnswer | AwaitedTask:
    """Returns the task that has waited longest, or none if there is none within a minute.

    No other client receives the same task.
    """
    activity = _existing_activity(service, request["activityArn"])
    awaited = AwaitedTask(
        activity.arn,
        quotas.ACTIVITY_POLL_SECONDS,
        partial(_take_activity_task, activity_arn=activity.arn, worker_name=request.get("workerName")),
    )
    answer = awaited.take(service)
    return awaited if answer is None else answer


def _take_activity_task(
    service: Service, *, activity_arn: str, worker_name: str | None
) -> GetActivityTaskAnswer | None:
    """Takes the activity's next task from its queue; None if the queue is empty."""
    task = service.tasks.take(activity_arn, worker_name, service.clock())
    return None if task is None else {"taskToken": task.token, "input": task.input}


def _activity_summary(activity: Activity) -> ActivityListItem:
    return {"activityArn": activity.arn, "name": activity.name, "creationDate": activity.created_at}


def _existing_activity(service: Service, activity_arn: str) -> Activity:
    arn_checks.check_arn(activity_arn, "activity")
    activity = service.activities.find(activity_arn)
    if activity is None:
        raise ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{activity_arn}'")
    return activity
