"""The parts of a worker that polling needs: a pool, threads, and the local AWS services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.drivers.local.event_sources.polling.source_polling import SourcePolling
from sfn_cli.drivers.local.offload import Offload
from sfn_cli.integrations.aws.clients import Clients
from sfn_cli.integrations.integration import TaskContext
from sfn_cli.store.records.events.source_mappings import MAPPING, SourceMapping

if TYPE_CHECKING:
    from sfn_cli.store.records.events.deliveries import Delivery
    from sfn_cli.store.sqlite.store import SqliteStore
    from tests.functions.workbench import Workbench

ACCOUNT = "us-east-1:123456789012"
WORKER = 1


class SourceBench:
    """Polls the sources of mappings in the store of a workbench."""

    def __init__(self, bench: Workbench, store: SqliteStore) -> None:
        self.bench = bench
        bench.log.clear()
        self.clients = Clients(bench.settings)
        self.sqs = self.clients.get("sqs")
        self.store = store
        self.mappings = self.store.source_mappings
        self._before = max((one.id for one in store.deliveries.changed_since(0)), default=0)
        self.reports: list[str] = []
        self.live = {WORKER}
        self._pollings: list[SourcePolling] = []
        self.polling = self.new_polling()

    def new_polling(self, worker: int = WORKER, clock: str | None = None) -> SourcePolling:
        bench = self.bench
        offload: Offload[Any] = Offload(bench.selector)
        settings = bench.settings._replace(clock=clock)
        service: Any = self.store  # only its nouns are used
        context = TaskContext(
            settings, bench.pool, service, bench.clock, offload.calls, Clients(settings), {}
        )
        polling = SourcePolling(self.mappings, context, worker, self.reports.append)
        self._pollings.append(polling)
        return polling

    # Sources

    def queue(self, name: str, **attributes: str) -> str:
        """Creates a queue. Returns its URL."""
        return str(self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def send(self, url: str, *bodies: str, **more: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, **more)

    def left(self, url: str) -> int:
        """The number of messages in a queue, including hidden ones."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(count) for count in counts.values())

    def table(self, name: str) -> str:
        """Creates a table with a stream. Returns the stream's ARN."""
        created = self.clients.get("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return str(created["TableDescription"]["LatestStreamArn"])

    def put(self, table: str, *ids: str) -> None:
        for id in ids:
            self.clients.get("dynamodb").put_item(TableName=table, Item={"id": {"S": id}})

    def stream(self, name: str, shards: int = 1) -> str:
        """Creates a Kinesis stream. Returns its ARN."""
        self.clients.get("kinesis").create_stream(StreamName=name, ShardCount=shards)
        return f"arn:aws:kinesis:{ACCOUNT}:stream/{name}"

    def put_data(self, stream: str, *data: str, key: str = "k") -> None:
        for each in data:
            self.clients.get("kinesis").put_record(StreamName=stream, Data=each.encode(), PartitionKey=key)

    # Mappings

    def map(self, name: str, source: str, *, is_enabled: bool = True, **settings: Any) -> None:
        """Stores a mapping from the source to the function of this name."""
        target = f"arn:aws:lambda:{ACCOUNT}:function:{name}"
        now = self.bench.clock()
        self.mappings.delete(MAPPING, name)
        self.mappings.create(SourceMapping(MAPPING, name, source, target, is_enabled, settings, now, now))

    def map_queue(self, name: str, **settings: Any) -> None:
        """Stores the mapping of a queue to the function, both of this name."""
        self.map(name, f"arn:aws:sqs:{ACCOUNT}:{name}", **settings)

    def check(self) -> None:
        self.polling.check(lambda: self.live)

    @property
    def shown(self) -> list[Any]:
        """What functions printed as JSON lists, a line for each batch."""
        return [json.loads(line) for line in self.bench.log if line.startswith("[[")]

    def until_delivered(self, batches: int) -> None:
        """Runs until functions have received and handled this many batches."""

        def is_delivered() -> bool:
            self.check()
            return len(self.shown) >= batches and not self.polling.is_busy

        self.bench.until(is_delivered)

    def deliveries(self) -> list[Delivery]:
        """What the mappings of this test have delivered or handed over."""
        return [one for one in self.store.deliveries.changed_since(0) if one.id > self._before]

    def close(self) -> None:
        for mapping in self.mappings.active():
            self.mappings.delete(mapping.kind, mapping.name)
        self.bench.until(lambda: all(polling.pause() for polling in self._pollings))
