"""Changes to moto's queues and streams: exact under concurrent requests, and quick with many messages.

moto changes its lists without a lock. While a message is deleted, another one that is sent can get
lost; two requests can receive the same message; two records can get the same sequence number. And each
message that it sends or receives costs time for every other message in the queue.
"""

from __future__ import annotations

import threading
import time
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_lock = threading.RLock()
"""Held while a queue or a stream changes."""

_sending = threading.local()
"""`queue` is the queue to which this thread is sending a message."""

_LONGEST_WAIT_SECONDS = 1.0


def steady_moto_queues() -> None:
    """Changes moto in this process."""
    from moto.dynamodb.models.table import StreamShard
    from moto.kinesis.models import Stream
    from moto.sqs.models import Message, Queue, SQSBackend

    for owner, names in (
        (Queue, ("add_message", "delete_message")),
        (SQSBackend, ("change_message_visibility", "purge_queue")),
        (Stream, ("put_record",)),
        (StreamShard, ("add",)),
    ):
        for name in names:
            setattr(owner, name, _locked(getattr(owner, name)))
    replaced: tuple[tuple[type, str, Any], ...] = (
        (SQSBackend, "receive_message", _receive_in_turn(SQSBackend.receive_message)),
        (SQSBackend, "send_message", _send_quickly(SQSBackend.send_message)),
        (SQSBackend, "is_message_valid_based_on_retention_period", _is_message_retained),
        (Queue, "attributes", property(_quick_attributes(vars(Queue)["attributes"].fget))),
        (Message, "visible", property(lambda message: time.time() * 1000 > message.visible_at)),
        (Message, "delayed", property(lambda message: time.time() * 1000 < message.delayed_until)),
    )
    for changed, name, value in replaced:
        setattr(changed, name, value)


def _locked(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def locked(*arguments: Any, **options: Any) -> Any:
        with _lock:
            return method(*arguments, **options)

    return locked


def _receive_in_turn(receive: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(receive)
    def receive_message(
        backend: Any, queue_name: str, count: int, wait_seconds_timeout: int, *arguments: Any, **options: Any
    ) -> Any:
        until = time.monotonic() + wait_seconds_timeout
        while True:
            with _lock:
                messages = receive(backend, queue_name, count, 0, *arguments, **options)
            left = until - time.monotonic()
            if messages or left <= 0:
                return messages
            queue = backend.get_queue(queue_name)
            if queue.messages:  # withheld, in a group of which a message is in flight
                time.sleep(min(left, 0.1))
            else:
                queue.wait_for_messages(min(left, _LONGEST_WAIT_SECONDS))

    return receive_message


def _send_quickly(send: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(send)
    def send_message(backend: Any, queue_name: str, *arguments: Any, **options: Any) -> Any:
        _sending.queue = queue_name
        try:
            return send(backend, queue_name, *arguments, **options)
        finally:
            _sending.queue = None

    return send_message


def _quick_attributes(attributes: Callable[[Any], dict[str, Any]]) -> Callable[[Any], dict[str, Any]]:
    def quick_attributes(queue: Any) -> dict[str, Any]:
        """Returns only what moto reads while it sends a message: the numbers of messages take long."""
        if getattr(_sending, "queue", None) != queue.name:
            return attributes(queue)
        value = queue.content_based_deduplication
        return {"ContentBasedDeduplication": str(value).lower() if isinstance(value, bool) else value}

    return quick_attributes


def _is_message_retained(backend: Any, queue_name: str, message: Any) -> bool:
    period = int(backend.get_queue(queue_name).message_retention_period)
    return bool(period + message.sent_timestamp / 1000 > time.time())
