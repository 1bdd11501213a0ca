"""Formats of datasets: turns bytes into items.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
CSV, JSONL, PARQUET and lists of objects are read as a stream of any length, in lines up to a limit; a
JSON document is read as a whole, up to a limit. Endless input (a gzip bomb, a line without a newline)
fails the Map Run, not the worker.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any, AnyStr, BinaryIO

from sfn_cli import json_text
from sfn_cli.asl.distributed_map.iterated_item import IteratedItem, iterated_items
from sfn_cli.errors import StatesError
from sfn_cli.integrations.distributed_map.compression import unpacked
from sfn_cli.integrations.distributed_map.csv_format import InvalidCsv, csv_format_records
from sfn_cli.json_pointer import resolve_pointer
from sfn_cli.jsonvalue import well_formed_text
from sfn_cli.query.java_hash_map import hash_map_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sfn_cli.jsonvalue import Json


MAX_HEADER_BYTES = 10 * 1024
"""The maximum length of a CSV header (AWS's quota)."""

MAX_DOCUMENT_BYTES = 256 * 2**20
"""The maximum size of a JSON document, which takes several times as much memory.

Longer datasets can be JSON Lines.
"""

MAX_LINE_BYTES = 16 * 2**20
"""The maximum length of a line of CSV or JSON Lines: 64 times a child's maximum input."""

DELIMITERS: Mapping[str, str] = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def item_format_error(cause: str) -> StatesError:
    return StatesError("States.ItemReaderFailed", cause)


def items_in_format(
    file: BinaryIO, config: Mapping[str, Json], bucket: Json, key: str
) -> Iterator[IteratedItem]:
    """Yields the items of a file in the format of ReaderConfig's InputType. Raises StatesError.

    The file has the name `key` in the bucket.
    """
    input_type = str(config.get("InputType", "JSON"))
    read = _FORMATS.get(input_type)
    if read is None:
        raise item_format_error(
            f"sfn does not support the InputType {input_type}, only {', '.join(_FORMATS)}."
        )
    return iterated_items(read(unpacked(file, key), config), source_of_format(bucket, key))


def source_of_format(bucket: Json, key: str | None = None) -> str:
    """Returns the source of an object's items, or with no key, that of a bucket's list.

    Observed: "s3://…", although AWS documents "S3://…". (tiny-asl-machine)
    """
    url = str(bucket) if str(bucket).startswith("file:") else f"s3://{bucket}"
    return url if key is None else f"{url.rstrip('/')}/{key}"


def csv_format_rows(file: BinaryIO, config: Mapping[str, Json]) -> Iterator[Json]:
    """Yields each row as an object of strings.

    Observed: missing fields are empty strings, and fields beyond the header are left out; fields are
    in the order of a Java HashMap.
    """
    with io.TextIOWrapper(file, "utf-8-sig", newline="") as lines:
        delimiter = DELIMITERS.get(str(config.get("CSVDelimiter", "COMMA")), ",")
        rows = csv_format_records(_lines_of_format(lines), delimiter)
        line = 0
        try:
            if config.get("CSVHeaderLocation") == "GIVEN":
                headers = config["CSVHeaders"]
            else:
                headers, line = next(rows, ((), 0))
            _check_csv_format_headers(headers)
            width = len(headers)
            order = [(name, headers.index(name)) for name in hash_map_order(headers)]
            for record in rows:
                fields, line = record
                row = fields if len(fields) >= width else [*fields, *[""] * (width - len(fields))]
                yield {name: row[at] for name, at in order}
        except InvalidCsv as error:
            raise item_format_error(f"Invalid CSV: {error}") from None
        except UnicodeDecodeError as error:
            raise item_format_error(f"Invalid CSV after line {line}: {error}") from None


def _check_csv_format_headers(headers: Any) -> None:
    if len(set(headers)) != len(headers):
        raise item_format_error("CSV headers cannot contain duplicates.")
    if len(well_formed_text(",".join(headers)).encode()) > MAX_HEADER_BYTES:
        raise item_format_error(f"CSV headers cannot exceed {MAX_HEADER_BYTES} bytes.")


def _json_format_items(file: BinaryIO, config: Mapping[str, Json]) -> Iterable[Json] | Mapping[str, Json]:
    """Returns the document's array or object, or the one at ItemsPointer.

    Observed: AWS maps over objects since 2025; its older recordings refuse them. (floci, issue 1588)
    """
    value = _parse_json_format(_json_format_document(file))
    pointer = config.get("ItemsPointer")
    found = value if pointer is None else _find_items_in_format(value, str(pointer))
    if not isinstance(found, (list, dict)):
        raise item_format_error("Attempting to map over non-iterable node.")
    return found


def _json_lines_format_items(file: BinaryIO, config: Mapping[str, Json]) -> Iterator[Json]:
    for line in _lines_of_format(file):
        if line.strip():
            yield _parse_json_format(line)


def _parse_json_format(data: bytes) -> Json:
    try:
        return json_text.read_json(data.decode("utf-8-sig"))
    except (json_text.NotJson, UnicodeDecodeError, RecursionError) as error:
        raise item_format_error(f"The dataset is not JSON: {error}") from None


def _json_format_document(file: BinaryIO) -> bytes:
    content = bytearray()
    while piece := file.read(_PIECE_BYTES):
        content += piece
        if len(content) > MAX_DOCUMENT_BYTES:
            limit = f"{MAX_DOCUMENT_BYTES} bytes, which is the limit of sfn; use JSONL instead"
            raise item_format_error(f"The JSON document is longer than {limit}.")
    return bytes(content)


_PIECE_BYTES = 2**20


def _lines_of_format(file: IO[AnyStr]) -> Iterator[AnyStr]:
    """Yields the lines of a file. Raises StatesError for one that is too long."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise item_format_error(f"A line of the dataset is longer than {MAX_LINE_BYTES} bytes.")
        yield line


def _find_items_in_format(value: Json, pointer: str) -> Json:
    try:
        return resolve_pointer(value, pointer)
    except LookupError:
        raise item_format_error(f"ItemsPointer {pointer} matches nothing in the document.") from None


def _parquet_format_items(file: BinaryIO, config: Mapping[str, Json]) -> Iterator[Json]:
    from sfn_cli.integrations.distributed_map.parquet_format import parquet_format_rows

    return parquet_format_rows(file)


_FORMATS: Mapping[str, Callable[[BinaryIO, Mapping[str, Json]], Iterable[Json] | Mapping[str, Json]]] = {
    "CSV": csv_format_rows,
    "JSON": _json_format_items,
    "JSONL": _json_lines_format_items,
    "PARQUET": _parquet_format_items,
}


def inventory_format(file: BinaryIO) -> tuple[str, list[str], list[str]]:
    """Reads an S3 Inventory's manifest.json. Returns (bucket, keys of the lists, their columns).

    Raises StatesError.
    """
    with file:
        manifest = _parse_json_format(_json_format_document(file))
    try:
        if manifest.get("fileFormat") != "CSV":
            raise item_format_error(f"sfn supports inventories in CSV, not in {manifest.get('fileFormat')}.")
        bucket = str(manifest["destinationBucket"]).rpartition(":::")[2]
        columns = [name.strip() for name in manifest["fileSchema"].split(",")]
        return bucket, [str(entry["key"]) for entry in manifest["files"]], columns
    except (AttributeError, KeyError, TypeError):
        raise item_format_error("The manifest is not an S3 Inventory manifest.") from None


def manifest_format_addresses(file: BinaryIO) -> Iterable[tuple[str, str]]:
    """Yields (bucket, key) of each object in an Athena manifest, which has one URI per line.

    Raises StatesError.
    """
    with io.TextIOWrapper(file, "utf-8-sig") as lines:
        for line in _lines_of_format(lines):
            address = line.strip().strip('"')
            if not address:
                continue
            scheme, _, path = address.partition("://")
            if scheme == "file":
                folder, _, key = address.rpartition("/")
                yield folder, key
            elif scheme == "s3" and "/" in path:
                bucket, _, key = path.partition("/")
                yield bucket, key
            else:
                raise item_format_error(f"The manifest has a line that is not an S3 URI: {address}")
