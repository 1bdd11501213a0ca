"""S3 buckets.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
Deleting a bucket also deletes its objects. AWS refuses to delete a bucket that is not empty, but these
objects are only in memory, and executions of the deleted stack wrote them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.errors import ApiError
from sfn_cli.stacks.resources.calls import call_service, emulated_type, none_if_missing, predicted_name
from sfn_cli.stacks.resources.emulated.s3_notifications import bucket_notifications
from sfn_cli.stacks.resources.properties import property_object, property_objects
from sfn_cli.stacks.resources.resource import CreatedResource, ResourceError, ResourceType

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Naming, Properties, ProvisioningContext

_SERVICE = "s3"
_NAME_LENGTH = 63
_FIRST_REGION = "us-east-1"
"""The region in which buckets have no location constraint."""

_DELETED_AT_ONCE = 1000


def _bucket_name(naming: Naming, properties: Properties) -> str:
    return predicted_name(naming, properties, "BucketName", _NAME_LENGTH, lower=True)


def _predict_bucket(naming: Naming, properties: Properties) -> CreatedResource:
    name, region = _bucket_name(naming, properties), naming.region
    return CreatedResource(
        name,
        {
            "Arn": naming.arn("s3", name, region=False, account=False),
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        },
    )


def _create_bucket(context: ProvisioningContext, properties: Properties) -> CreatedResource:
    created = _predict_bucket(context.naming, properties)
    named = {"Bucket": created.physical_id}
    existed = none_if_missing(lambda: call_service(context, _SERVICE, "HeadBucket", named)) is not None
    if not existed:
        region = context.naming.region
        location = None if region == _FIRST_REGION else {"LocationConstraint": region}
        request = {**named, "CreateBucketConfiguration": location}
        _call_create_bucket(context, request)
    _set_bucket_configuration(context, created.physical_id, {}, properties)
    return created._replace(existed=existed)


def _call_create_bucket(context: ProvisioningContext, request: dict[str, Any]) -> None:
    try:
        call_service(context, _SERVICE, "CreateBucket", request)
    except ResourceError as error:
        if error.error is None or error.error.code != "InvalidBucketName":
            raise
        message = (
            f"{request['Bucket']} is not a valid bucket name. Use 3 to {_NAME_LENGTH} lower-case letters, "
            "digits, hyphens and dots."
        )
        if context.naming.stack in request["Bucket"]:
            message += " It begins with the stack's name: choose another with --stack NAME."
        raise ResourceError(message, error.operation, ApiError(error.error.code, message)) from None


def _update_bucket(
    context: ProvisioningContext, created: CreatedResource, old: Properties, new: Properties
) -> CreatedResource:
    _set_bucket_configuration(context, created.physical_id, old, new)
    return created


def _set_bucket_configuration(
    context: ProvisioningContext, bucket: str, old: Properties, new: Properties
) -> None:
    """Sets what affects reading and writing objects: versioning, CORS, tags and notifications."""
    versioning = property_object(new, "VersioningConfiguration").get("Status")
    if versioning != property_object(old, "VersioningConfiguration").get("Status"):
        _put_bucket(context, bucket, "PutBucketVersioning", "VersioningConfiguration",
                    {"Status": versioning or "Suspended"})  # fmt: skip
    cors = property_object(new, "CorsConfiguration")
    if cors and cors != old.get("CorsConfiguration"):
        rules = [_bucket_cors_rule(rule) for rule in property_objects(cors, "CorsRules")]
        _put_bucket(context, bucket, "PutBucketCors", "CORSConfiguration", {"CORSRules": rules})
    tags = new.get("Tags") or []
    if tags != (old.get("Tags") or []):
        _put_bucket(context, bucket, "PutBucketTagging", "Tagging", {"TagSet": tags})
    notifications = bucket_notifications(new)
    if notifications != bucket_notifications(old):
        _put_bucket(
            context,
            bucket,
            "PutBucketNotificationConfiguration",
            "NotificationConfiguration",
            notifications,
        )


def _bucket_cors_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Returns a rule with the operation's names, such as MaxAgeSeconds for MaxAge."""
    named = {"MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders", "Id": "ID"}
    return {named.get(name, name): value for name, value in rule.items()}


def _put_bucket(
    context: ProvisioningContext, bucket: str, operation: str, member: str, value: dict[str, Any]
) -> None:
    call_service(context, _SERVICE, operation, {"Bucket": bucket, member: value})


def _delete_bucket(context: ProvisioningContext, created: CreatedResource, properties: Properties) -> None:
    _empty_bucket(context, created.physical_id)
    none_if_missing(lambda: call_service(context, _SERVICE, "DeleteBucket", {"Bucket": created.physical_id}))


def _empty_bucket(context: ProvisioningContext, bucket: str) -> None:
    """Deletes all versions of all objects, if the bucket exists."""
    request = {"Bucket": bucket, "MaxKeys": _DELETED_AT_ONCE}
    while page := none_if_missing(lambda: call_service(context, _SERVICE, "ListObjectVersions", request)):
        found = [*(page.get("Versions") or []), *(page.get("DeleteMarkers") or [])]
        if not found:
            return
        objects = [{"Key": each["Key"], "VersionId": each.get("VersionId")} for each in found]
        deletion = {"Bucket": bucket, "Delete": {"Objects": objects, "Quiet": True}}
        call_service(context, _SERVICE, "DeleteObjects", deletion)


BUCKET = emulated_type(
    _SERVICE,
    ResourceType(
        predict=_predict_bucket,
        create=_create_bucket,
        update=_update_bucket,
        delete=_delete_bucket,
        replaced_by=frozenset({"BucketName"}),
        name_property="BucketName",
    ),
)
