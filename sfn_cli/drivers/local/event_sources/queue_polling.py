"""Delivers the messages of queues to functions, according to the event source mappings of stacks.

A worker long-polls the queues in threads for as long as it lives. Messages that a function has
handled are deleted; those of a failure stay in the queue, whose visibility timeout and redrive
policy then apply. The visibility timeout also keeps two workers from handling a message twice, and
returns the messages of a worker that died.

The queues are those of the local AWS services while they run, or of the emulator that
AWS_ENDPOINT_URL_SQS or AWS_ENDPOINT_URL names. Polling does not start the local services: while they
are stopped, they have no messages. Queues in AWS are left to Lambda.

Rule 1: An error of a queue or a function affects no execution and does not end the worker. It is
reported in the worker's log, once.
Rule 2: A worker that is about to exit waits for its polls first: a server continues the poll of a
client that has disconnected, and would hide the message that it receives from everyone else.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.queue_event import (
    QueueMapping,
    failed_message_ids,
    queue_event,
    queue_mapping,
)
from sfn_cli.errors import is_store_error
from sfn_cli.integrations.aws import embedded_aws
from sfn_cli.settings import is_aws_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfn_cli.functions.outcome import Outcome
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.settings import Settings
    from sfn_cli.store.protocols.stacks import Stacks

MAPPING_TYPE = "AWS::Lambda::EventSourceMapping"

POLL_SECONDS = 1
"""How long a poll waits for a message; by Rule 2, this also delays a worker's exit."""

POLLS_AT_ONCE = 8
"""How many queues are polled at a time: polls share their threads with waiting tasks."""

PAUSE_SECONDS = 2.0
"""How long to wait before polling a queue again after an error."""

_REPEATED = ("not_found", "unusable")
"""Outcomes with a constant message; others include a request id, or are in the function's log."""

Messages = list[dict[str, Any]]


class _PolledQueue:
    """The queue of one mapping, and this worker's polls and batches."""

    def __init__(self, mapping: QueueMapping) -> None:
        self.mapping = mapping
        self.is_polled = False
        self.polled_at = 0.0
        """When it was polled last; after an error, when it may be polled again."""
        self.batches = 0
        """How many batches its function is handling."""


class QueuePolling:
    """The queues that one worker polls. `report` writes a line to the worker's log."""

    def __init__(self, stacks: Stacks, context: TaskContext, report: Callable[[str], None]) -> None:
        self._stacks = stacks
        self._context = context
        self._report = report
        self._reported: set[str] = set()
        self._queues: dict[str, _PolledQueue] = {}
        self._named = _queue_endpoint(context.settings)
        self._endpoint: str | None = None
        self._polls = 0
        self._batches = 0
        self._is_exiting = False

    @property
    def is_busy(self) -> bool:
        """Whether functions are handling messages: the worker must not exit then."""
        return self._batches > 0

    def pause(self) -> bool:
        """Starts no further polls until `resume`. Returns whether no poll is in progress."""
        self._is_exiting = True
        return self._polls == 0

    def resume(self) -> None:
        """Allows polls again, from the next `check`."""
        self._is_exiting = False

    def check(self) -> None:
        """Reads the mappings of all stacks, and starts to poll queues that are not being polled."""
        resources = self._stacks.resources_of_type(MAPPING_TYPE)
        if not resources and not self._queues:
            return
        mappings = [mapping for resource in resources if (mapping := queue_mapping(resource)) is not None]
        queues, self._queues = self._queues, {}
        for mapping in mappings:
            queue = self._queues[mapping.id] = queues.get(mapping.id) or _PolledQueue(mapping)
            queue.mapping = mapping
        if mappings and not self._context.settings.calls_aws:
            self._endpoint = self._named or embedded_aws.running_embedded_aws(self._context.settings.home)
        self._poll()

    def _poll(self) -> None:
        """Starts polls, first of the queues that were polled longest ago."""
        if self._endpoint is None or self._is_exiting:
            return
        now = time.monotonic()
        for queue in sorted(self._queues.values(), key=lambda queue: queue.polled_at):
            if self._polls >= POLLS_AT_ONCE:
                return
            mapping = queue.mapping
            if queue.is_polled or queue.polled_at > now or queue.batches >= mapping.batches_at_once:
                continue
            queue.is_polled, queue.polled_at = True, now
            self._polls += 1
            self._context.background(
                partial(self._receive, self._endpoint, mapping),
                partial(self._on_received, queue, self._endpoint),
                may_wait=True,
            )

    def _receive(self, endpoint: str, mapping: QueueMapping) -> Messages:
        """Waits for messages. Runs in a thread."""
        client = self._context.clients.at("sqs", endpoint)
        url = client.get_queue_url(QueueName=mapping.queue_name)["QueueUrl"]
        answer = client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=mapping.batch_size,
            WaitTimeSeconds=POLL_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages") or ())

    def _on_received(self, queue: _PolledQueue, endpoint: str, outcome: Messages | Exception) -> None:
        queue.is_polled = False
        self._polls -= 1
        if isinstance(outcome, Exception):
            queue.polled_at = time.monotonic() + PAUSE_SECONDS
            self._report_once(f"queue {queue.mapping.queue_arn} cannot be polled: {outcome}")
        elif outcome:
            self._invoke(queue, endpoint, outcome)
        self._poll()

    def _invoke(self, queue: _PolledQueue, endpoint: str, messages: Messages) -> None:
        mapping = queue.mapping
        try:
            event = queue_event(mapping.queue_arn, messages)
            self._context.pool.invoke(
                mapping.function, event, partial(self._on_handled, queue, mapping, endpoint, messages)
            )
        except Exception as error:
            if is_store_error(error):
                raise
            self._report_once(
                f"function {mapping.function} was not invoked for {mapping.queue_arn}: {error!r}"
            )
            return
        queue.batches += 1
        self._batches += 1

    def _on_handled(
        self,
        queue: _PolledQueue,
        mapping: QueueMapping,
        endpoint: str,
        messages: Messages,
        outcome: Outcome,
    ) -> None:
        """Deletes the messages that were handled; the queue redelivers the others."""
        ids = {message["MessageId"] for message in messages}
        if outcome.kind != "succeeded":
            failed = ids
            why = f"{outcome.error} {outcome.message if outcome.kind in _REPEATED else ''}".rstrip()
            self._report_once(
                f"function {mapping.function} failed for messages of {mapping.queue_arn}: {why}"
            )
        else:
            failed = failed_message_ids(outcome.payload, ids) if mapping.reports_items else set()
        handled = [message["ReceiptHandle"] for message in messages if message["MessageId"] not in failed]
        if handled:
            self._context.background(
                partial(self._delete, endpoint, mapping, handled), partial(self._on_deleted, queue)
            )
        else:
            self._on_deleted(queue, None)

    def _delete(self, endpoint: str, mapping: QueueMapping, receipts: Sequence[str]) -> None:
        """Deletes messages. Runs in a thread."""
        client = self._context.clients.at("sqs", endpoint)
        url = client.get_queue_url(QueueName=mapping.queue_name)["QueueUrl"]
        entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)]
        client.delete_message_batch(QueueUrl=url, Entries=entries)

    def _on_deleted(self, queue: _PolledQueue, outcome: Exception | None) -> None:
        queue.batches -= 1
        self._batches -= 1
        if outcome is not None:
            self._report_once(f"messages of {queue.mapping.queue_arn} cannot be deleted: {outcome}")
        self._poll()

    def _report_once(self, line: str) -> None:
        if line not in self._reported:
            self._reported.add(line)
            self._report(line)


def _queue_endpoint(settings: Settings) -> str | None:
    endpoint = settings.endpoint("SQS") or settings.common_endpoint
    return None if is_aws_endpoint(endpoint) else endpoint
