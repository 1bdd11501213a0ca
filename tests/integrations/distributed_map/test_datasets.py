"""Datasets of a DISTRIBUTED Map: the items of each format, and what ItemSelector sees of them.

The executions run in this process, over files in a folder. tests/end_to_end/test_distributed_map.py
reads some of them with a worker.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow
import pytest
from backports import zstd
from pyarrow import parquet

from sfn_cli.drivers.in_process.answers import leave_unanswered
from sfn_cli.drivers.in_process.execution import InProcessExecution
from sfn_cli.errors import ApiError
from sfn_cli.installation.extras import install_command
from sfn_cli.integrations.distributed_map.formats import items_in_format
from sfn_cli.integrations.run_synchronously import synchronous_context
from sfn_cli.jsonvalue import Payload, dumps
from tests.driven_store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
GIVEN = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"]}
GET, LIST = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"
JSON, JSONL = {"InputType": "JSON"}, {"InputType": "JSONL"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("datasets") / "home")
    yield opened
    opened.service.close()


def distributed_state(fields: dict[str, Any]) -> dict[str, Any]:
    """Returns a DISTRIBUTED Map of a Pass state."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def run_map(store: Store, fields: dict[str, Any], input: Any = None, **machine: Any) -> InProcessExecution:
    """Runs a machine of one Map, named M."""
    definition = {"StartAt": "M", "States": {"M": distributed_state(fields)}, **machine}
    execution = InProcessExecution(
        dumps(definition), Payload(input or {}), leave_unanswered, context=synchronous_context(store.service)
    )
    execution.run()
    return execution


def read_file(
    store: Store, folder: Path, name: str, content: bytes, config: dict[str, Any], **fields: Any
) -> Any:
    """Returns the output of a Map over a file, or its error's cause."""
    (folder / name).write_bytes(content)
    reader = {
        "Resource": GET,
        "ReaderConfig": config,
        "Parameters": {"Bucket": folder.as_uri(), "Key": name},
    }
    execution = run_map(store, {"ItemReader": reader, **fields})
    if execution.output is None:
        assert execution.error[0] == "States.ItemReaderFailed"
        return execution.error[1]
    return execution.output.value


@pytest.mark.parametrize(
    "text, config, rows",
    [
        # The developer guide: "How Step Functions parses input CSV files"
        ('1,"a, b"\n', CSV, [["1", "a, b"]]),
        ('1,"a\nb"\n2,c', CSV, [["1", "a\nb"], ["2", "c"]]),
        ('1,"a\r\nb"\r\n2,c\r\n', CSV, [["1", "a\r\nb"], ["2", "c"]]),
        ('1,"say ""hi"" now"\n', CSV, [["1", 'say "hi" now']]),
        ('1,say ""hi"" now\n', CSV, [["1", 'say "hi" now']]),
        ('1,{""k"":""v""}\n', CSV, [["1", '{"k":"v"}']]),
        ('""k"",""\n', CSV, [['"k"', ""]]),
        ('"""k""","[1,2]"\n', CSV, [['"k"', "[1,2]"]]),
        ("C:\\\\Program Files\\\\App.exe,6\n", CSV, [["C:\\Program Files\\App.exe", "6"]]),
        ("a\\,b,c\\|d\n", CSV, [["a,b", "c|d"]]),
        ("a\\,b|c\\|d\n", {**CSV, "CSVDelimiter": "PIPE"}, [["a,b", "c|d"]]),
        ('say \\"hi\\",c\n', CSV, [['say "hi"', "c"]]),
        ('"say \\"hi\\", you",c\n', CSV, [['say "hi", you', "c"]]),
        ("\\tab\\n,c\\\n", CSV, [["tabn", "c"]]),
        ("1\n2,b,extra\n", CSV, [["1", ""], ["2", "b"]]),  # recorded by LocalStack, too
        # Not in the guide: fields with quotes inside, empty lines, the end of the file within quotes
        ('5" pipe,a "b" c\n', CSV, [['5" pipe', 'a "b" c']]),
        ('\n1,2\n\n"",""\n', CSV, [["1", "2"], ["", ""]]),
        ('1,"a\nb', CSV, [["1", "a\nb"]]),
        ("1\t2 3\n", {**CSV, "CSVDelimiter": "TAB"}, [["1", "2 3"]]),
        ('1;"2;3"\n', {**CSV, "CSVDelimiter": "SEMICOLON"}, [["1", "2;3"]]),
        ("1 2\n", {**GIVEN, "CSVDelimiter": "SPACE"}, [["1", "2"]]),
    ],
)
def test_rows(store: Store, tmp_path: Path, text: str, config: dict[str, Any], rows: list[list[str]]) -> None:
    """A CSV file is parsed by Step Functions' rules."""
    header = {"PIPE": "a|b\n", "TAB": "a\tb\n", "SEMICOLON": "a;b\n"}.get(
        config.get("CSVDelimiter", ""), "a,b\n"
    )
    content = ("" if "CSVHeaders" in config else header) + text
    found = read_file(store, tmp_path, "rows.csv", content.encode(), config)
    assert [[row["a"], row["b"]] for row in found] == rows


ITEM = {"ItemSelector": {"item.$": "$$.Map.Item"}}


@pytest.mark.parametrize(
    "document, config, items",
    [
        # floci, issue 1588 (measured 2026-07-02); the order is the document's
        (b'{"b": {"x": 1}, "a": 2}', JSON, [("b", {"x": 1}), ("a", 2)]),
        (b'{"in": {"a": null}}', {**JSON, "ItemsPointer": "/in"}, [("a", None)]),
        (b'{"a": 1, "b": 2}', {**JSON, "MaxItems": 1}, [("a", 1)]),
        (b"{}", JSON, []),
        (b"[5]", JSON, [(None, 5)]),
        (b'[{"Key": "k"}]', JSON, [(None, {"Key": "k"})]),
    ],
)
def test_json_documents(
    store: Store, tmp_path: Path, document: bytes, config: dict[str, Any], items: list[tuple[Any, Any]]
) -> None:
    """The entries of a JSON object are items with a key; each item knows its source."""
    whole = [value if key is None else {"Key": key, "Value": value} for key, value in items]
    assert read_file(store, tmp_path, "d.json", document, config) == whole
    seen = [
        {"Index": index, "Value": value, "Source": f"{tmp_path.as_uri()}/d.json"}
        | ({} if key is None else {"Key": key})
        for index, (key, value) in enumerate(items)
    ]
    assert [one["item"] for one in read_file(store, tmp_path, "d.json", document, config, **ITEM)] == seen


@pytest.mark.parametrize("document", [b"1", b'"text"', b"null"])
def test_scalar_documents(store: Store, tmp_path: Path, document: bytes) -> None:
    """A Map over a scalar fails, in the words that LocalStack recorded."""
    cause = "Attempting to map over non-iterable node."
    assert read_file(store, tmp_path, "d.json", document, JSON) == cause


OBJECT = {"one": 1, "two": [2]}
ENTRIES = [{"Key": "one", "Value": 1}, {"Key": "two", "Value": [2]}]
JSONATA = {"QueryLanguage": "JSONata"}


@pytest.mark.parametrize(
    "fields, input, machine, output",
    [
        # The developer guide: "ItemsPath (Map, JSONPath only)", "Items (JSONata)"
        ({}, OBJECT, {}, ENTRIES),
        ({"ItemsPath": "$.in"}, {"in": OBJECT}, {}, ENTRIES),
        ({}, OBJECT, JSONATA, ENTRIES),
        ({"Items": "{% $states.input.in %}"}, {"in": OBJECT}, JSONATA, ENTRIES),
        ({"Items": "{% $states.input.in %}"}, {"in": [7]}, JSONATA, [7]),
        (
            {"ItemSelector": {"k.$": "$$.Map.Item.Key", "from.$": "$$.Map.Item.Source"}},
            {"a": 1},
            {},
            [{"k": "a", "from": "STATE_DATA"}],
        ),
        (
            {"ItemSelector": {"v": "{% $states.context.Map.Item.Key & $states.context.Map.Item.Source %}"}},
            {"a": 1},
            JSONATA,
            [{"v": "aSTATE_DATA"}],
        ),
        ({"ItemBatcher": {"MaxItemsPerBatch": 0}}, [1, 2], {}, [{"Items": [1, 2]}]),
    ],
)
def test_items_in_the_input(
    store: Store, fields: dict[str, Any], input: Any, machine: dict[str, Any], output: Any
) -> None:
    """In DISTRIBUTED mode, the input may be an object, too."""
    execution = run_map(store, fields, input, **machine)
    assert execution.output is not None, execution.error
    assert execution.output.value == output


@pytest.mark.parametrize(
    "fields, input, machine, cause",
    [
        # Without the state's name: stackd (2026-09), "map-null" and "map-over-object-inline-jsonpath"
        ({"ItemsPath": "$.in"}, {"in": None}, {}, 'Reference path "$.in" must point to array.'),
        (
            {"ItemsPath": "$.in", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Succeed"}}}},
            {"in": {}},
            {},
            'Reference path "$.in" must point to array.',
        ),
        # With it: LocalStack (2024-11)
        (
            {
                "Items": "{% {'a': 1} %}",
                "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Succeed"}}},
            },
            {},
            JSONATA,
            (
                "An error occurred while executing the state 'M' (entered at the event id #2). "
                "The JSONata expression '{'a': 1}' specified for the field 'Items' returned an unexpected "
                "result type. Expected 'array', but was 'object' for value: {\"a\":1}"
            ),
        ),
    ],
)
def test_no_items_in_the_input(
    store: Store, fields: dict[str, Any], input: Any, machine: dict[str, Any], cause: str
) -> None:
    """An inline Map takes arrays only."""
    execution = run_map(store, fields, input, **machine)
    assert execution.error[1] == cause


def test_sources_of_listed_objects(store: Store, tmp_path: Path) -> None:
    """Listed objects come from the bucket, loaded ones from the object. (tiny-asl-machine)"""
    for name, content in (("1.json", '[{"a": 1}, {"a": 2}]'), ("2.json", '{"k": 3}')):
        (tmp_path / name).write_text(content)
    reader = {"Resource": LIST, "Parameters": {"Bucket": tmp_path.as_uri()}}
    select = {"ItemSelector": {"from.$": "$$.Map.Item.Source", "value.$": "$$.Map.Item.Value"}}
    listed = run_map(store, {"ItemReader": reader, **select}).output
    assert listed is not None
    assert [one["from"] for one in listed.value] == [tmp_path.as_uri()] * 2
    # Measured: floci, pull request 3460 (2026-09-12)
    assert list(listed.value[0]["value"]) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]
    assert isinstance(listed.value[0]["value"]["LastModified"], float)
    loaded = {**reader, "ReaderConfig": {**JSON, "Transformation": "LOAD_AND_FLATTEN"}}
    output = run_map(store, {"ItemReader": loaded, **select}).output
    assert output is not None
    assert [(one["from"].rpartition("/")[2], one["value"]) for one in output.value] == [
        ("1.json", {"a": 1}),
        ("1.json", {"a": 2}),
        ("2.json", 3),
    ]


def parquet_file(**options: Any) -> bytes:
    table = pyarrow.table(
        {
            "id": [1, 2],
            "name": ["é", None],
            "price": pyarrow.array([Decimal("1.50"), Decimal("2.00")], pyarrow.decimal128(9, 2)),
            "at": pyarrow.array(
                [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)] * 2, pyarrow.timestamp("ns", "UTC")
            ),
            "day": [date(2026, 1, 2)] * 2,
            "raw": [b"\x00\xff", b""],
            "ratio": [0.5, float("nan")],
            "in": [{"tags": ["x"]}, {"tags": []}],
            "map": pyarrow.array([[("k", 1)], []], pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        }
    )
    file = io.BytesIO()
    parquet.write_table(table, file, **options)
    return file.getvalue()


PARQUET_ROW = {
    "id": 1,
    "name": "é",
    "price": 1.5,
    "at": "2026-01-02T03:04:05Z",
    "day": "2026-01-02",
    "raw": "AP8=",
    "ratio": 0.5,
    "in": {"tags": ["x"]},
    "map": [{"key": "k", "value": 1}],
}


@pytest.mark.parametrize(
    "options", [{}, {"compression": "zstd", "row_group_size": 1}, {"compression": "gzip"}]
)
def test_parquet(store: Store, tmp_path: Path, options: dict[str, Any]) -> None:
    """Each row of a PARQUET file is an object."""
    first, second = read_file(store, tmp_path, "rows", parquet_file(**options), {"InputType": "PARQUET"})
    assert first == PARQUET_ROW
    assert (second["id"], second["name"], second["price"], second["ratio"]) == (2, None, 2, "NaN")


def test_manifest_of_parquet(store: Store, tmp_path: Path) -> None:
    """Athena's manifest lists PARQUET files, packed or not; MaxItems counts their rows."""
    (tmp_path / "1").write_bytes(parquet_file())
    (tmp_path / "2.gz").write_bytes(gzip.compress(parquet_file()))
    manifest = "".join(f"{tmp_path.as_uri()}/{name}\n" for name in ("1", "2.gz"))
    config = {"InputType": "PARQUET", "ManifestType": "ATHENA_DATA", "MaxItems": 3}
    rows = read_file(store, tmp_path, "manifest.csv", manifest.encode(), config)
    assert [row["id"] for row in rows] == [1, 2, 1]


class Sent(io.RawIOBase):
    """Content that is read once, from its start, as that of an object of S3."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer)


@pytest.mark.parametrize("name", ["rows", "rows.gz", "rows.zst"])
def test_parquet_of_a_bucket(name: str) -> None:
    """A PARQUET file is read from its end, though S3 sends it from its start, packed or not."""
    pack = {"gz": gzip.compress, "zst": zstd.compress}.get(name.rpartition(".")[2], bytes)
    file = io.BufferedReader(Sent(pack(parquet_file())))
    rows = list(items_in_format(file, {"InputType": "PARQUET"}, "b", name))
    assert [(row.value["id"], row.source) for row in rows] == [(1, f"s3://b/{name}"), (2, f"s3://b/{name}")]


LINES = b'{"a": 1}\n{"a": 2}\n'


@pytest.mark.parametrize(
    "name, content, found",
    [
        ("a.jsonl.gz", gzip.compress(LINES, mtime=0), [{"a": 1}, {"a": 2}]),
        ("a.jsonl.zst", zstd.compress(LINES), [{"a": 1}, {"a": 2}]),
        ("a.jsonl.zstd", zstd.compress(LINES[:9]) + zstd.compress(LINES[9:]), [{"a": 1}, {"a": 2}]),
        ("a.zst", LINES, "Cannot unpack the dataset: "),
        ("a.zst", zstd.compress(LINES)[:-3], "Cannot unpack the dataset: "),
    ],
    ids=["gz", "zst", "zstd", "not compressed", "damaged"],
)
def test_compressed_files(store: Store, tmp_path: Path, name: str, content: bytes, found: Any) -> None:
    """The ending of a file's name says how it is compressed."""
    output = read_file(store, tmp_path, name, content, JSONL)
    if isinstance(found, str):
        assert output.startswith(found)
    else:
        assert output == found


def test_not_parquet(store: Store, tmp_path: Path) -> None:
    """A file in another format fails the Map Run in one line."""
    cause = read_file(store, tmp_path, "rows", json.dumps([1]).encode() * 9, {"InputType": "PARQUET"})
    assert cause.startswith("The dataset is not PARQUET: ")


def test_without_the_extra_parquet(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The definition is refused, and a machine that exists fails, with the command that installs it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    needed = (
        "sfn reads PARQUET files with pyarrow, which is not installed. "
        f"Install the extra parquet: {install_command(['parquet'])}"
    )
    assert read_file(store, tmp_path, "rows", b"", {"InputType": "PARQUET"}) == needed
    reader = {
        "Resource": GET,
        "ReaderConfig": {"InputType": "PARQUET"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    }
    definition = {"StartAt": "M", "States": {"M": distributed_state({"ItemReader": reader})}}
    with pytest.raises(ApiError) as raised:
        store.machine("Rows", definition)
    assert raised.value.code == "InvalidDefinition"
    assert f"{needed} at /States/M/ItemReader/ReaderConfig/InputType" in str(raised.value)


def test_without_the_extra_zstd(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Map Run fails with the command that installs it."""
    monkeypatch.setitem(sys.modules, zstd.__name__, None)
    assert read_file(store, tmp_path, "a.zst", b"", JSONL) == (
        "a.zst is compressed with Zstandard, and backports.zstd is not installed. "
        f"Install the extra zstd: {install_command(['zstd'])}"
    )


@pytest.mark.parametrize(
    "fields, input, error",
    [
        # The developer guide, "Using Map state in Inline mode": any failed iteration fails the Map
        ({"ToleratedFailurePercentage": 100}, [1], ("Bad", "no")),
        ({"ToleratedFailureCount": 9}, [1], ("Bad", "no")),
        # (ours) in the words that AWS has for a negative ToleratedFailureCount
        (
            {"ItemsPath": "$.in", "MaxConcurrencyPath": "$.n"},
            {"in": [1], "n": -1},
            (
                "States.Runtime",
                (
                    "An error occurred while executing the state 'M' (entered at the event id #2). "
                    "MaxConcurrency cannot be negative."
                ),
            ),
        ),
    ],
)
def test_inline(store: Store, fields: dict[str, Any], input: Any, error: tuple[str, str]) -> None:
    """An inline Map tolerates no failures, and a negative concurrency fails it."""
    processor = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "no"}}}
    execution = run_map(store, {**fields, "ItemProcessor": processor}, input)
    assert execution.error == error
