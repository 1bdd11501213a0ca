"""Notifications of a bucket as a resource of their own, as in Terraform, the Serverless Framework and CDK.

Properties: Bucket and NotificationConfiguration, as those of AWS::S3::Bucket. CDK has BucketName, and a
NotificationConfiguration as the operation takes it, because a function of CDK calls the operation.

Each resource changes its own notifications only, which begin with its physical id, so several can share
a bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing
from sfn_cli.stacks.resources.emulated.s3_notifications import NOTIFICATION_LISTS, bucket_notifications
from sfn_cli.stacks.resources.properties import property_object, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "s3"
_NAME_LENGTH = 64
_BRIDGE = "EventBridgeConfiguration"


def _predict_notification(naming: Naming, properties: Properties) -> CreatedResource:
    return CreatedResource(naming.generated(_NAME_LENGTH), {})


def _create_notification(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_notification(context.naming, properties)
    _put_notifications(context, created, properties, _own_notifications(properties))
    return created


def _update_notification(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    _put_notifications(context, created, new, _own_notifications(new))
    return created


def _delete_notification(
    context: ProvisioningContext, created: CreatedResource, properties: Properties
) -> None:
    none_if_missing(lambda: _put_notifications(context, created, properties, {}))


def _own_notifications(properties: Properties) -> dict[str, Any]:
    """Returns the request's NotificationConfiguration for this resource."""
    if "BucketName" not in properties:
        return bucket_notifications(properties)
    given = property_object(properties, "NotificationConfiguration")
    found: dict[str, Any] = {
        name: [{"Id": f"{name}-{number}", **one} for number, one in enumerate(listed, 1)]
        for name in NOTIFICATION_LISTS
        if (listed := property_objects(given, name))
    }
    return {**found, **({_BRIDGE: {}} if _BRIDGE in given else {})}


def _put_notifications(
    context: ProvisioningContext, created: CreatedResource, properties: Properties, own: dict[str, Any]
) -> dict[str, Any]:
    """Replaces this resource's notifications of the bucket; those of others stay.

    A bucket that does not exist, because it is not part of the project, is reported.
    """
    bucket = {"Bucket": properties.get("BucketName", properties.get("Bucket"))}
    found = none_if_missing(
        lambda: call_service(context, _SERVICE, "GetBucketNotificationConfiguration", bucket)
    )
    if found is None:
        if own:
            context.report(f"{context.naming.logical_id}: the bucket {bucket['Bucket']} does not exist.")
        return {}
    wanted: dict[str, Any] = {}
    for name in NOTIFICATION_LISTS:
        others = [one for one in found.get(name) or [] if not one["Id"].startswith(f"{created.physical_id}/")]
        named = [{**one, "Id": f"{created.physical_id}/{one['Id']}"} for one in own.get(name) or []]
        if others or named:
            wanted[name] = [*others, *named]
    if _BRIDGE in own:
        wanted[_BRIDGE] = {}
    call_service(
        context,
        _SERVICE,
        "PutBucketNotificationConfiguration",
        {**bucket, "NotificationConfiguration": wanted},
    )
    return {}


BUCKET_NOTIFICATION = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_notification,
        create=_create_notification,
        update=_update_notification,
        delete=_delete_notification,
        replaced_by=frozenset({"Bucket"}),
    ),
)
CDK_BUCKET_NOTIFICATION = BUCKET_NOTIFICATION._replace(replaced_by=frozenset({"BucketName"}))
