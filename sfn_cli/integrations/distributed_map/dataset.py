"""The items of a Map Run: from the state's input, or from an ItemReader.

A reader's items are read once, to the end, into a file in the home. So the items are counted before the
first child starts, memory use does not grow with them, and a worker that resumes continues at a known
position, even if the source has changed since. A line of the file is one item: its value, its source and
its key in an object (if any), as JSON texts with tabs between them.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from sfn_cli import private_files
from sfn_cli.asl.distributed_map.iterated_item import IteratedItem, iterated_items
from sfn_cli.errors import StatesError, StoreError
from sfn_cli.integrations.distributed_map import formats
from sfn_cli.integrations.distributed_map.compression import unpacking_errors
from sfn_cli.integrations.distributed_map.formats import item_format_error, source_of_format
from sfn_cli.integrations.distributed_map.storage import StorageError, storage
from sfn_cli.jsonvalue import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sfn_cli.asl.distributed_map.item_batcher import Batch
    from sfn_cli.asl.distributed_map.item_reader import Reading
    from sfn_cli.asl.distributed_map.map_run import MapRunPlan
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.jsonvalue import Json
    from sfn_cli.query.limits import TimeBudget
    from sfn_cli.store.records.map_runs import MapRun

FOLDER_NAME = "map-runs"

CHUNK_BYTES = 4 * 2**20
"""The maximum size of the inputs of one chunk, in bytes: all of it is held in memory."""


def dataset_file(home: str, run: MapRun) -> str:
    """Returns the path of the file with the run's items."""
    return os.path.join(home, FOLDER_NAME, f"{run.id}.jsonl")


def read_dataset(reading: Reading, path: str, context: TaskContext) -> int:
    """Reads the whole dataset into the file. Returns the number of items. Raises StatesError."""
    count = 0
    with _dataset_reader_errors():
        items = _dataset_items(reading, context)
        private_files.make_private_folder(context.settings.home, FOLDER_NAME)
        with open(
            f"{path}.part", "w", encoding="utf-8", errors="surrogatepass", opener=private_files.open_file
        ) as file:
            for item in items:
                file.write(f"{_line_of_dataset(item)}\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        os.replace(f"{path}.part", path)
    return count


def _line_of_dataset(item: IteratedItem) -> str:
    if item.source is None:
        return dumps(item.value)
    # A JSON text has no tabs: within strings, they are escaped.
    line = f"{dumps(item.value)}\t{dumps(item.source)}"
    return line if item.key is None else f"{line}\t{dumps(item.key)}"


def _item_of_dataset(line: str) -> IteratedItem:
    value, *rest = line.split("\t")
    return IteratedItem(
        loads(value), loads(rest[1]) if len(rest) > 1 else None, loads(rest[0]) if rest else None
    )


def read_whole_dataset(reading: Reading, context: TaskContext) -> list[IteratedItem]:
    """Reads the whole dataset into memory. Raises StatesError."""
    with _dataset_reader_errors():
        return list(_dataset_items(reading, context))


@contextmanager
def _dataset_reader_errors() -> Iterator[None]:
    """Turns errors of reading a dataset into a failure of its ItemReader."""
    try:
        yield
    except (StorageError, StoreError) as error:
        raise item_format_error(str(error)) from None
    except unpacking_errors() as error:
        raise item_format_error(f"Cannot unpack the dataset: {error}") from None
    except OSError as error:
        raise item_format_error(f"{error.strerror}: {error.filename}") from None


def _dataset_items(reading: Reading, context: TaskContext) -> Iterator[IteratedItem]:
    if reading.max_items is not None and reading.max_items < 0:
        raise item_format_error("field MaxItems must be positive")
    return islice(_all_dataset_items(reading, context), reading.max_items)


def _all_dataset_items(reading: Reading, context: TaskContext) -> Iterator[IteratedItem]:
    arguments, config = reading.arguments, reading.config
    bucket = storage(arguments.get("Bucket"), context)
    if reading.action == "listObjectsV2":
        listed = bucket.list(arguments)
        if config.get("Transformation") != "LOAD_AND_FLATTEN":
            return iterated_items(listed, source_of_format(arguments["Bucket"]))
        return _dataset_items_of_objects(
            ((arguments["Bucket"], str(found["Key"])) for found in listed), reading, context
        )
    if config.get("ManifestType") == "ATHENA_DATA":
        return _dataset_items_of_objects(
            formats.manifest_format_addresses(bucket.open(arguments)), reading, context
        )
    if config.get("InputType") == "MANIFEST" or config.get("ManifestType") == "S3_INVENTORY":
        return _dataset_items_of_inventory(bucket.open(arguments), str(arguments["Bucket"]), context)
    return _dataset_items_of_one_file(bucket.open(arguments), reading)


def _dataset_items_of_one_file(file: BinaryIO, reading: Reading) -> Iterator[IteratedItem]:
    bucket, key = reading.arguments["Bucket"], str(reading.arguments.get("Key"))
    with file:
        yield from formats.items_in_format(file, reading.config, bucket, key)


def _dataset_items_of_objects(
    addresses: Iterable[tuple[Json, str]], reading: Reading, context: TaskContext
) -> Iterator[IteratedItem]:
    """Yields the items of each of these objects."""
    for bucket, key in addresses:
        with storage(bucket, context).open({"Bucket": bucket, "Key": key}) as file:
            yield from formats.items_in_format(file, reading.config, bucket, key)


def _dataset_items_of_inventory(
    manifest: BinaryIO, bucket_read: str, context: TaskContext
) -> Iterator[IteratedItem]:
    bucket, keys, columns = formats.inventory_format(manifest)
    given: dict[str, Json] = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": columns}
    # A manifest in a folder names the bucket from which it was copied.
    source = bucket_read if bucket_read.startswith("file:") else bucket
    for key in keys:
        with storage(source, context).open({"Bucket": source, "Key": key}) as file:
            yield from formats.items_in_format(file, given, source, key)


class Chunk(NamedTuple):
    """The inputs of the next children to start, and the position after their items."""

    batches: list[Batch]
    place: int


def dataset_chunk(plan: MapRunPlan, run: MapRun, home: str, children: int, budget: TimeBudget) -> Chunk:
    """Returns the inputs of up to `children` children, from the run's position on.

    Raises StatesError.
    """
    places: list[int] = []
    source = (
        _dataset_items_of_input(plan.items, run.place, places)
        if plan.items is not None
        else _dataset_items_of_file(dataset_file(home, run), run.place, places)
    )
    batches: list[Batch] = []
    size = items = 0
    for batch in plan.batches(source, run.started_items, budget):
        batches.append(batch)
        size += len(batch.input)
        items += batch.items
        if len(batches) == children or size > CHUNK_BYTES:
            break
    return Chunk(batches, places[items - 1] if items else run.place)


def _dataset_items_of_input(
    items: Sequence[IteratedItem], place: int, places: list[int]
) -> Iterator[IteratedItem]:
    """Yields the items of the state's input from a position on.

    Adds the position after each item to `places`.
    """
    for index in range(place, len(items)):
        places.append(index + 1)
        yield items[index]


def _dataset_items_of_file(path: str, place: int, places: list[int]) -> Iterator[IteratedItem]:
    """Yields the items in a file from a position (in bytes) on.

    Adds the position after each item to `places`.
    """
    try:
        with open(path, "rb", opener=private_files.open_file) as file:
            file.seek(place)
            for line in file:
                place += len(line)
                places.append(place)
                yield _item_of_dataset(line.decode("utf-8", "surrogatepass"))
    except StoreError as error:
        raise StatesError("States.ItemReaderFailed", str(error)) from None
    except OSError as error:
        raise StatesError(
            "States.ItemReaderFailed",
            f"The file with the items of the Map Run cannot be read: {error.strerror}: {error.filename}",
        ) from None
