"""What AWS's services answer and servers that stand in for them do not always: the request's faults, the answer's details.

AWS itself says the same, so nothing here depends on who is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

S3_WRITES_AND_READS = ("PutObject", "GetObject", "HeadObject")


def missing(operation: Any, request: Mapping[str, Any]) -> str | None:
    """What a service of AWS's JSON protocol says to a request without what it must have; None when it has all."""
    if operation.service_model.protocol != "json" or operation.input_shape is None:
        return None
    names = [name for name in operation.input_shape.required_members if name not in request]
    if not names:
        return None
    told = (f"Value null at '{name[:1].lower()}{name[1:]}' failed to satisfy constraint: Member must not be null" for name in names)
    return f"{len(names)} validation error{'s' if len(names) > 1 else ''} detected: {'; '.join(told)}"


def completed(operation: Any, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer as AWS gives it."""
    if operation.service_model.service_name == "s3" and operation.name in S3_WRITES_AND_READS:
        # Every object is encrypted, https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
        details = {"ServerSideEncryption": "AES256"}
        if any(name.startswith("Checksum") for name in answer):
            details["ChecksumType"] = "FULL_OBJECT"
        return {**details, **answer}
    if "ConsumedCapacity" in answer and request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return {name: value for name, value in answer.items() if name != "ConsumedCapacity"}
    return answer
