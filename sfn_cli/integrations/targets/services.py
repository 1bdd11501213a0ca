"""Targets in AWS services that sfn calls with botocore: queues, topics, streams, and any operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfn_cli.integrations.targets.table import is_final_status
from sfn_cli.integrations.targets.target import TargetCall, TargetError
from sfn_cli.jsonvalue import dumps, loads
from sfn_cli.query.jsonpath.expression import PathNotFound, compile_path

if TYPE_CHECKING:
    from collections.abc import Callable


def send_queue_message(call: TargetCall) -> str | None:
    """Sends the payload. In a FIFO queue, the event's id removes duplicates."""
    delivery = call.delivery
    queue = delivery.target.rpartition(":")[2]
    parameters: Any = delivery.options.get("SqsParameters") or {}
    message: dict[str, Any] = {"MessageBody": delivery.payload}
    if attributes := delivery.options.get("MessageAttributes"):
        message["MessageAttributes"] = attributes
    if queue.endswith(".fifo"):
        group = parameters.get("MessageGroupId") or delivery.options.get("MessageGroupId")
        message |= {
            "MessageGroupId": group or delivery.event_id,
            "MessageDeduplicationId": delivery.event_id[:128],
        }

    def send() -> Any:
        client = call.clients.get("sqs")
        url = client.get_queue_url(QueueName=queue)["QueueUrl"]
        return client.send_message(QueueUrl=url, **message)["MessageId"]

    return str(_answer_of(send))


def publish_message(call: TargetCall) -> str | None:
    delivery = call.delivery
    message: dict[str, Any] = {"TopicArn": delivery.target, "Message": delivery.payload}
    if attributes := delivery.options.get("MessageAttributes"):
        message["MessageAttributes"] = attributes
    if delivery.target.endswith(".fifo"):
        message |= {
            "MessageGroupId": delivery.event_id[:128],
            "MessageDeduplicationId": delivery.event_id[:128],
        }
    return str(_answer_of(lambda: call.clients.get("sns").publish(**message)["MessageId"]))


def put_kinesis_record(call: TargetCall) -> str | None:
    delivery = call.delivery
    parameters: Any = delivery.options.get("KinesisParameters") or {}
    key = parameters.get("PartitionKey") or _partition_key(
        delivery.payload, parameters.get("PartitionKeyPath")
    )
    record = {
        "StreamName": delivery.target.rpartition("/")[2],
        "Data": delivery.payload.encode(),
        "PartitionKey": (key or delivery.event_id)[:256],
    }
    return str(_answer_of(lambda: call.clients.get("kinesis").put_record(**record)["SequenceNumber"]))


def _partition_key(payload: str, path: str | None) -> str | None:
    if path is None:
        return None
    try:
        value = compile_path(path).read(loads(payload))
    except (PathNotFound, ValueError):
        return None
    return value if isinstance(value, str) else dumps(value)


def put_firehose_record(call: TargetCall) -> str | None:
    delivery = call.delivery
    name = delivery.target.rpartition("/")[2]
    record = {"Data": delivery.payload.encode()}
    return str(
        _answer_of(
            lambda: call.clients.get("firehose").put_record(DeliveryStreamName=name, Record=record)[
                "RecordId"
            ]
        )
    )


def put_bucket_object(call: TargetCall) -> str | None:
    """Stores the payload as an object: the destination of records and invocations that failed."""
    delivery = call.delivery
    parameters: Any = delivery.options.get("S3Parameters") or {}
    request = {
        "Bucket": delivery.target.rpartition(":")[2],
        "Key": parameters.get("Key") or delivery.event_id,
        "Body": delivery.payload.encode(),
    }
    return str(_answer_of(lambda: call.clients.get("s3").put_object(**request)["ETag"]))


def call_any_operation(call: TargetCall) -> str | None:
    """Calls arn:aws:scheduler:::aws-sdk:SERVICE:ACTION, with the payload as the request."""
    from sfn_cli.integrations.targets.any_operation import call_sdk_operation

    return call_sdk_operation(call)


def _answer_of(send: Callable[[], Any]) -> Any:
    """Returns the answer of a call. Raises TargetError, or ConfigurationError."""
    try:
        return send()
    except Exception as error:
        # botocore is imported by now, or the call has raised ConfigurationError.
        raise _service_target_error(error) from error


def _service_target_error(error: Exception) -> Exception:
    response: Any = getattr(error, "response", None)
    if isinstance(response, dict):
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
        failure = response.get("Error", {})
        return TargetError(
            str(failure.get("Code", "Unknown")),
            str(failure.get("Message", error)),
            is_final=is_final_status(status),
        )
    from sfn_cli.errors import SfnError

    if isinstance(error, SfnError):
        return error
    return TargetError("SdkClientException", str(error) or repr(error), is_final=False)
