"""Map in DISTRIBUTED mode, through the installed command.

Datasets in files, child executions, tolerated failures, written results.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.interpreter.replay import breaches
from tests.processes import (
    create_function,
    create_machine,
    describe,
    ended,
    kill_workers,
    sfn,
    sfn_json,
    start_execution,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PASS = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
FAILS_IF_ODD = {
    "StartAt": "Choose",
    "States": {
        "Choose": {
            "Type": "Choice",
            "QueryLanguage": "JSONata",
            "Choices": [{"Condition": "{% $states.input % 2 = 1 %}", "Next": "Bad"}],
            "Default": "Good",
        },
        "Bad": {"Type": "Fail", "Error": "Odd", "Cause": "it is odd"},
        "Good": {"Type": "Succeed"},
    },
}
A_DAY = {"StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": True}}}


def distributed(
    processor: Mapping[str, Any], execution_type: str = "STANDARD", **fields: Any
) -> dict[str, Any]:
    """Returns a machine of one Map state, named Each, in DISTRIBUTED mode."""
    config = {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
    each = {"Type": "Map", "ItemProcessor": {"ProcessorConfig": config, **processor}, "End": True, **fields}
    return {"StartAt": "Each", "States": {"Each": each}}


def run(home: Path, machine: Mapping[str, Any], input: Any = None, **options: Any) -> dict[str, Any]:
    """The description of an execution of the machine, once it has ended."""
    arn = create_machine(
        home, f"Machine{len(list(home.glob('*.made')))}" if home.exists() else "Machine", machine
    )
    (home / f"{arn.rpartition(':')[2]}.made").touch()
    return ended(
        home, start_execution(home, arn, "--input", json.dumps(input if input is not None else {}), **options)
    )


def output(described: Mapping[str, Any]) -> Any:
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


def map_run(home: Path, execution: str) -> dict[str, Any]:
    """The description of the execution's only Map Run."""
    (listed,) = sfn_json(home, "list-map-runs", "--execution-arn", execution)["mapRuns"]
    described: dict[str, Any] = sfn_json(home, "describe-map-run", "--map-run-arn", listed["mapRunArn"])
    return described


def children(home: Path, run: Mapping[str, Any], *options: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = sfn_json(
        home, "list-executions", "--map-run-arn", run["mapRunArn"], *options
    )["executions"]
    return listed


def events(home: Path, execution: str) -> list[tuple[int, int, str]]:
    history = sfn_json(home, "get-execution-history", "--execution-arn", execution)["events"]
    return [(event["id"], event["previousEventId"], event["type"]) for event in history]


@pytest.mark.parametrize("execution_type", ["STANDARD", pytest.param("EXPRESS", marks=pytest.mark.slow)])
def test_children_are_executions(home: Path, execution_type: str) -> None:
    """The Map Run reports its counts; its children are listed by its ARN, and can be described."""
    described = run(home, distributed(PASS, execution_type, Label="Items"), ["a", "b", "c"])
    assert output(described) == ["a", "b", "c"]
    assert events(home, described["executionArn"]) == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapRunStarted"),
        (5, 4, "MapRunSucceeded"),
        (6, 5, "MapStateSucceeded"),
        (7, 4, "MapStateExited"),
        (8, 7, "ExecutionSucceeded"),
    ]
    found = map_run(home, described["executionArn"])
    counts = {
        "pending": 0,
        "running": 0,
        "succeeded": 3,
        "failed": 0,
        "timedOut": 0,
        "aborted": 0,
        "total": 3,
        "resultsWritten": 3,
    }
    assert (found["status"], found["itemCounts"], found["executionCounts"]) == ("SUCCEEDED", counts, counts)
    assert ":mapRun:Machine/Items:" in found["mapRunArn"]
    listed = children(home, found)
    assert {child["stateMachineArn"] for child in listed} == {described["stateMachineArn"] + "/Items"}
    assert [child["itemCount"] for child in listed] == [1, 1, 1]
    assert children(home, found, "--status-filter", "FAILED") == []
    child = describe(home, listed[0]["executionArn"])
    assert (child["mapRunArn"], child["input"], child["output"]) == (found["mapRunArn"], '"c"', '"c"')
    labelled = sfn_json(home, "describe-state-machine", "--state-machine-arn", child["stateMachineArn"])
    assert (labelled["label"], labelled["type"], json.loads(labelled["definition"])) == (
        "Items",
        execution_type,
        PASS,
    )
    if execution_type == "STANDARD":
        definition = sfn_json(
            home, "describe-state-machine-for-execution", "--execution-arn", child["executionArn"]
        )
        assert (definition["label"], json.loads(definition["definition"])) == ("Items", PASS)


SELECTED = [{"at": 0, "value": "a", "all": 2}, {"at": 1, "value": "b", "all": 2}]


@pytest.mark.parametrize(
    "fields",
    [
        {
            "ItemsPath": "$.list",
            "ItemSelector": {
                "at.$": "$$.Map.Item.Index",
                "value.$": "$$.Map.Item.Value",
                "all.$": "States.ArrayLength($.list)",
            },
        },
        {
            "QueryLanguage": "JSONata",
            "Items": "{% $states.input.list %}",
            "ItemSelector": {
                "at": "{% $states.context.Map.Item.Index %}",
                "value": "{% $states.context.Map.Item.Value %}",
                "all": "{% $count($states.input.list) %}",
            },
        },
    ],
    ids=["JSONPath", "JSONata"],
)
def test_item_selector(home: Path, fields: dict[str, Any]) -> None:
    assert output(run(home, distributed(PASS, **fields), {"list": ["a", "b"]})) == SELECTED


CSV = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
GIVEN = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["k", "v"]}
INVENTORY = {
    "destinationBucket": "arn:aws:s3:::b",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key",
    "files": [{"key": "data/1.csv.gz"}],
}
FILES: dict[str, bytes] = {
    "a.csv": "k,v\n1,é\n2,\n\n3,x,y\n".encode(),
    "pipes.csv": b"1|a\r\n2|b",
    "quoted.csv": b'k,v\n"a, ""b""","line\nbreak"\n',
    "twice.csv": b"k,k\n1,2\n",
    "list.json": b"[1, [2], 3.50]",
    "deep.json": b'{"in": {"the/re": [7]}}',
    "object.json": b'{"a": 1}',
    "broken.json": b"[1,",
    "lines.jsonl": b'{"a": 1}\n\n"b"\n',
    "manifest.json": json.dumps(INVENTORY).encode(),
    "one-line.jsonl.gz": gzip.compress(b"[" * (16 * 2**20 + 1)),
    "one-line.csv.gz": gzip.compress(b"k,v\n" + b"x" * (16 * 2**20 + 1)),
    "cut.json.gz": gzip.compress(b"[1, 2]" * 1000)[:-20],
    "bad.json.gz": gzip.compress(b"[1, 2]")[:12] + b"\xff" * 20,
    "no.json.gz": b"[1]",
    "data/1.csv.gz": gzip.compress(b'"b","x.txt"\n"b","y.txt"\n'),
}


@pytest.fixture
def bucket(tmp_path: Path) -> str:
    """A folder of datasets, as a bucket's name."""
    for key, content in FILES.items():
        path = tmp_path / "bucket" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "bucket" / "zeros.json").symlink_to("/dev/zero")
    return (tmp_path / "bucket").as_uri()


def reader(bucket: str, key: str, **config: Any) -> dict[str, Any]:
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": bucket, "Key": key},
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "key, config, items",
    [
        ("a.csv", CSV, [{"k": "1", "v": "é"}, {"k": "2", "v": ""}, {"k": "3", "v": "x"}]),
        ("a.csv", {**CSV, "MaxItems": 1}, [{"k": "1", "v": "é"}]),
        ("a.csv", {**CSV, "MaxItemsPath": "$.two"}, [{"k": "1", "v": "é"}, {"k": "2", "v": ""}]),
        ("pipes.csv", {**GIVEN, "CSVDelimiter": "PIPE"}, [{"k": "1", "v": "a"}, {"k": "2", "v": "b"}]),
        ("quoted.csv", CSV, [{"k": 'a, "b"', "v": "line\nbreak"}]),
        ("list.json", {"InputType": "JSON"}, [1, [2], 3.5]),
        ("object.json", {"InputType": "JSON"}, [{"Key": "a", "Value": 1}]),
        ("deep.json", {"InputType": "JSON", "ItemsPointer": "/in/the~1re"}, [7]),
        ("lines.jsonl", {"InputType": "JSONL"}, [{"a": 1}, "b"]),
        (
            "manifest.json",
            {"InputType": "MANIFEST"},
            [{"Bucket": "b", "Key": "x.txt"}, {"Bucket": "b", "Key": "y.txt"}],
        ),
    ],
)
def test_item_reader(home: Path, bucket: str, key: str, config: dict[str, Any], items: list[Any]) -> None:
    """MapStateStarted has no count of items yet; the Map Run has."""
    described = run(home, distributed(PASS, ItemReader=reader(bucket, key, **config)), {"two": 2})
    assert output(described) == items
    assert map_run(home, described["executionArn"])["itemCounts"]["total"] == len(items)


@pytest.mark.slow
@pytest.mark.parametrize(
    "key, config, cause",
    [
        ("twice.csv", CSV, "CSV headers cannot contain duplicates."),
        ("a.csv", {**CSV, "MaxItemsPath": "$.less"}, "field MaxItems must be positive"),
        ("broken.json", {"InputType": "JSON"}, "The dataset is not JSON"),
        (
            "deep.json",
            {"InputType": "JSON", "ItemsPointer": "/out"},
            "ItemsPointer /out matches nothing in the document.",
        ),
        ("none.csv", CSV, "No such file or directory"),
        ("../secret", CSV, " is outside "),
        ("zeros.json", {"InputType": "JSON"}, "zeros.json is not a regular file"),
        ("one-line.jsonl.gz", {"InputType": "JSONL"}, "A line of the dataset is longer than 16777216 bytes."),
        ("one-line.csv.gz", CSV, "A line of the dataset is longer than 16777216 bytes."),
        ("cut.json.gz", {"InputType": "JSON"}, "Cannot unpack the dataset"),
        ("bad.json.gz", {"InputType": "JSON"}, "Cannot unpack the dataset"),
        ("no.json.gz", {"InputType": "JSON"}, "Cannot unpack the dataset"),
    ],
)
def test_item_reader_fails(home: Path, bucket: str, key: str, config: dict[str, Any], cause: str) -> None:
    """The Map Run and the state fail, with an error that can be caught."""
    described = run(home, distributed(PASS, ItemReader=reader(bucket, key, **config)), {"less": -1})
    assert described["error"] == "States.ItemReaderFailed"
    assert cause in described["cause"]
    types = [type for _, _, type in events(home, described["executionArn"])]
    assert types[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]


@pytest.mark.slow
def test_folder_without_absolute_path(home: Path) -> None:
    """A relative path in a file:// URL would be a host name, and is not read as /data."""
    described = run(home, distributed(PASS, ItemReader=reader("file://orders/data", "a.csv", **CSV)), {})
    assert described["cause"] == "file://orders/data is not an absolute path. Use file:///path/of/the/folder"


def test_manifest_of_athena(home: Path, bucket: str) -> None:
    """Each line of the manifest names an object; the items of all objects are read."""
    (home.parent / "bucket" / "list.csv").write_text(f'"{bucket}/lines.jsonl"\n"{bucket}/lines.jsonl"\n')
    described = run(
        home,
        distributed(
            PASS, ItemReader=reader(bucket, "list.csv", InputType="JSONL", ManifestType="ATHENA_DATA")
        ),
    )
    assert output(described) == [{"a": 1}, "b"] * 2


@pytest.mark.slow
def test_objects_that_are_loaded(home: Path, bucket: str) -> None:
    """The items come from the content of the listed objects."""
    listing = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "ReaderConfig": {"InputType": "JSONL", "Transformation": "LOAD_AND_FLATTEN"},
        "Parameters": {"Bucket": bucket, "Prefix": "lines"},
    }
    assert output(run(home, distributed(PASS, ItemReader=listing))) == [{"a": 1}, "b"]


@pytest.mark.slow
def test_list_of_objects(home: Path, bucket: str) -> None:
    """The items are the entries of S3's list; the time is a double of seconds, in Java's text. (floci)"""
    listing = {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": bucket, "Prefix": "d"},
    }
    listed = output(run(home, distributed(PASS, ItemReader=listing)))
    assert [(item["Key"], item["Size"]) for item in listed] == [
        ("data/1.csv.gz", len(FILES["data/1.csv.gz"])),
        ("deep.json", 23),
    ]
    assert list(listed[0]) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]
    write = {"Type": "Pass", "Parameters": {"text.$": "States.JsonToString($.LastModified)"}, "End": True}
    text = {"StartAt": "One", "States": {"One": write}}
    first, *_ = output(run(home, distributed(text, ItemReader=listing)))
    assert re.fullmatch(r"\d\.\d{1,9}E9", first["text"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "batcher, inputs",
    [
        ({"MaxItemsPerBatch": 2}, [{"Items": [0, 1]}, {"Items": [2, 3]}, {"Items": [4]}]),
        ({"MaxItemsPerBatchPath": "$.n"}, [{"Items": [0, 1, 2]}, {"Items": [3, 4]}]),
        ({"MaxInputBytesPerBatch": 16}, [{"Items": [0, 1]}, {"Items": [2, 3]}, {"Items": [4]}]),
        (
            {"MaxItemsPerBatch": 9, "BatchInput": {"n.$": "$.n"}},
            [{"BatchInput": {"n": 3}, "Items": [0, 1, 2, 3, 4]}],
        ),
    ],
)
def test_item_batcher(home: Path, batcher: dict[str, Any], inputs: list[Any]) -> None:
    described = run(
        home, distributed(PASS, ItemsPath="$.items", ItemBatcher=batcher), {"items": [0, 1, 2, 3, 4], "n": 3}
    )
    assert output(described) == inputs
    found = map_run(home, described["executionArn"])
    assert (found["itemCounts"]["succeeded"], found["executionCounts"]["succeeded"]) == (5, len(inputs))
    assert sorted(child["itemCount"] for child in children(home, found)) == sorted(
        len(input["Items"]) for input in inputs
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "tolerated, items, status",
    [
        ({}, [1], "FAILED"),
        ({"ToleratedFailureCount": 2}, [1, 2, 3, 4], "SUCCEEDED"),
        ({"ToleratedFailureCount": 1}, [1, 2, 3, 4], "FAILED"),
        ({"ToleratedFailurePercentage": 50}, [1, 2, 3, 4], "SUCCEEDED"),
        ({"ToleratedFailurePercentage": 49.9}, [1, 2, 3, 4], "FAILED"),
        ({"ToleratedFailureCount": 9, "ToleratedFailurePercentage": 10}, [1, 2, 3, 4], "FAILED"),
    ],
)
def test_tolerated_failures(home: Path, tolerated: dict[str, Any], items: list[int], status: str) -> None:
    """The output describes a tolerated failure in the place of the item's result."""
    described = run(home, distributed(FAILS_IF_ODD, **tolerated), items)
    assert described["status"] == status
    assert map_run(home, described["executionArn"])["status"] == status
    if status == "FAILED":
        assert (described["error"], described["cause"]) == (
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
        )
    else:
        bad, good, worse, better = output(described)
        assert (good, better) == (2, 4)
        assert [
            (failure["Status"], failure["Error"], failure["Cause"], failure["Input"])
            for failure in (bad, worse)
        ] == [
            ("FAILED", "Odd", "it is odd", "1"),
            ("FAILED", "Odd", "it is odd", "3"),
        ]


def test_retry_and_catch(home: Path) -> None:
    """A retry of a Map has a new Map Run; the last failure can be caught."""
    retry = [
        {"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "IntervalSeconds": 1, "MaxAttempts": 1}
    ]
    machine = distributed(FAILS_IF_ODD, Retry=retry, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Told"}])
    machine["States"]["Told"] = {"Type": "Pass", "End": True}
    described = run(home, machine, [1])
    assert output(described)["Error"] == "States.ExceedToleratedFailureThreshold"
    attempt = ["MapStateStarted", "MapRunStarted", "MapRunFailed"]
    types = [type for _, _, type in events(home, described["executionArn"])]
    assert types[2:10] == [*attempt, *attempt, "MapStateFailed", "MapStateExited"]
    assert len(sfn_json(home, "list-map-runs", "--execution-arn", described["executionArn"])["mapRuns"]) == 2


WRITES_ARRAYS = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% [[$states.input, 0]] %}", "End": True}
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "config, written",
    [
        ({"Transformation": "COMPACT", "OutputType": "JSON"}, b"[[[1,0]],[[2,0]]]"),
        ({"Transformation": "FLATTEN", "OutputType": "JSON"}, b"[[1,0],[2,0]]"),
        ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, b"[1,0]\n[2,0]\n"),
    ],
)
def test_result_writer(home: Path, tmp_path: Path, config: dict[str, str], written: bytes) -> None:
    """The state's output names the manifest's place; the manifest names the files."""
    place = {"Bucket": (tmp_path / "out").as_uri(), "Prefix": "jobs"}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place, "WriterConfig": config}
    result = output(run(home, distributed(WRITES_ARRAYS, ResultWriter=writer), [1, 2]))
    folder = f"jobs/{result['MapRunArn'].rpartition(':')[2]}"
    assert result["ResultWriterDetails"] == {"Bucket": place["Bucket"], "Key": f"{folder}/manifest.json"}
    manifest = json.loads((tmp_path / "out" / folder / "manifest.json").read_text())
    files = {
        "FAILED": [],
        "PENDING": [],
        "SUCCEEDED": [{"Key": f"{folder}/SUCCEEDED_0.json", "Size": len(written)}],
    }
    assert manifest == {
        "DestinationBucket": place["Bucket"],
        "MapRunArn": result["MapRunArn"],
        "ResultFiles": files,
    }
    assert (tmp_path / "out" / folder / "SUCCEEDED_0.json").read_bytes() == written


@pytest.mark.slow
def test_results_with_descriptions(home: Path, tmp_path: Path) -> None:
    """By default each result has its execution's description.

    Failures are in a file of their own.
    """
    place = {"Bucket": (tmp_path / "out").as_uri(), "Prefix": ""}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    result = output(
        run(home, distributed(FAILS_IF_ODD, ToleratedFailureCount=1, ResultWriter=writer), [1, 2])
    )
    folder = tmp_path / "out" / result["MapRunArn"].rpartition(":")[2]
    (failed,), (succeeded,) = (
        json.loads((folder / f"{kind}_0.json").read_text()) for kind in ("FAILED", "SUCCEEDED")
    )
    assert (failed["Error"], failed["Cause"], failed["Input"], "Output" in failed) == (
        "Odd",
        "it is odd",
        "1",
        False,
    )
    assert (succeeded["Output"], succeeded["Status"], succeeded["RedriveStatus"]) == (
        "2",
        "SUCCEEDED",
        "NOT_REDRIVABLE",
    )


@pytest.mark.slow
def test_results_of_a_run_that_fails(home: Path, tmp_path: Path) -> None:
    """Results of a failed Map Run are written, too: failed items can be inspected and processed manually."""
    place = {"Bucket": (tmp_path / "out").as_uri(), "Prefix": ""}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    described = run(home, distributed(FAILS_IF_ODD, MaxConcurrency=1, ResultWriter=writer), [2, 1, 4])
    assert described["error"] == "States.ExceedToleratedFailureThreshold"
    folder = tmp_path / "out" / map_run(home, described["executionArn"])["mapRunArn"].rpartition(":")[2]
    (failed,) = json.loads((folder / "FAILED_0.json").read_text())
    assert (failed["Input"], failed["Error"]) == ("1", "Odd")
    assert (folder / "manifest.json").exists()


@pytest.mark.slow
def test_a_result_writer_that_cannot_write(home: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": (tmp_path / "taken").as_uri(), "Prefix": "p"},
    }
    described = run(home, distributed(PASS, ResultWriter=writer), [1])
    assert described["error"] == "States.ResultWriterFailed"


@pytest.mark.slow
def test_results_beyond_the_quota(home: Path) -> None:
    described = run(
        home,
        distributed(PASS, ItemSelector={"text.$": "$.text"}, ItemsPath="$.items"),
        {"items": [0] * 3, "text": "x" * 100_000},
    )
    assert described["error"] == "States.DataLimitExceeded"


@pytest.mark.slow
def test_stop(home: Path) -> None:
    """Stopping the parent aborts its Map Run and the running children; no others are started."""
    machine = create_machine(home, "Machine", distributed(A_DAY, MaxConcurrency=2))
    execution = start_execution(home, machine, "--input", "[1, 2, 3]")
    until(lambda: _running(home, execution) == 2, "two children")
    assert map_run(home, execution)["itemCounts"]["pending"] == 1
    sfn_json(home, "stop-execution", "--execution-arn", execution)
    found = map_run(home, execution)
    assert (found["status"], found["executionCounts"]["aborted"], found["executionCounts"]["total"]) == (
        "ABORTED",
        2,
        2,
    )
    assert {child["status"] for child in children(home, found)} == {"ABORTED"}


def _running(home: Path, execution: str) -> int:
    listed = sfn_json(home, "list-map-runs", "--execution-arn", execution)["mapRuns"]
    return int(map_run(home, execution)["executionCounts"]["running"]) if listed else 0


@pytest.mark.slow
def test_a_sibling_fails(home: Path) -> None:
    """The failure of another branch aborts the Map Run, with the events that say so."""
    machine = {
        "StartAt": "Both",
        "States": {"Both": {"Type": "Parallel", "Branches": [distributed(A_DAY), LATE_FAILURE], "End": True}},
    }
    described = run(home, machine, [1])
    types = [type for _, _, type in events(home, described["executionArn"])]
    assert types[-5:] == [
        "FailStateEntered",
        "MapRunAborted",
        "MapStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    found = map_run(home, described["executionArn"])
    assert (found["status"], found["executionCounts"]["aborted"]) == ("ABORTED", 1)


LATE_FAILURE = {
    "StartAt": "Pause",
    "States": {
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Fail"},
        "Fail": {"Type": "Fail", "Error": "Late"},
    },
}


@pytest.mark.slow
def test_update_map_run(home: Path) -> None:
    """An update applies to a running Map Run."""
    machine = create_machine(home, "Machine", distributed(A_DAY, MaxConcurrency=1))
    execution = start_execution(home, machine, "--input", "[1, 2, 3]")
    until(lambda: _running(home, execution) == 1, "the first child")
    arn = map_run(home, execution)["mapRunArn"]
    sfn_json(
        home,
        "update-map-run",
        "--map-run-arn",
        arn,
        "--max-concurrency",
        "3",
        "--tolerated-failure-percentage",
        "12.5",
    )
    until(lambda: _running(home, execution) == 3, "the others")
    found = map_run(home, execution)
    assert (found["maxConcurrency"], found["toleratedFailurePercentage"]) == (3, 12.5)
    sfn_json(home, "stop-execution", "--execution-arn", execution)
    refused = sfn(home, "update-map-run", "--map-run-arn", arn, "--max-concurrency", "1")
    assert (refused.returncode, "Map Run is in status ABORTED and cannot be updated" in refused.stderr) == (
        254,
        True,
    )
    assert "CANNOT_UPDATE_COMPLETED_MAP_RUN" in refused.stderr


def test_unknown_map_run(home: Path) -> None:
    arn = "arn:aws:states:us-east-1:123456789012:mapRun:None/Label:3f0b2f4e-7f2b-4a5e-9a44-3a2f0a2e4c11"
    for command in (["describe-map-run"], ["update-map-run", "--max-concurrency", "1"], ["list-executions"]):
        done = sfn(home, *command, "--map-run-arn", arn)
        assert (done.returncode, "ResourceNotFound" in done.stderr) == (254, True), done.stderr


@pytest.mark.slow
def test_kill(home: Path, bucket: str) -> None:
    """A worker that is killed repeatedly skips no item and starts none twice."""
    each = {
        "StartAt": "Pause",
        "States": {
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Done"},
            "Done": {"Type": "Pass", "End": True},
        },
    }
    path = home.parent / "bucket" / "many.jsonl"
    path.write_text("".join(f"{n}\n" for n in range(300)))
    fields = {
        "MaxConcurrency": 50,
        "ItemReader": reader(bucket, "many.jsonl", InputType="JSONL"),
        "ItemBatcher": {"MaxItemsPerBatch": 2},
    }
    execution = start_execution(home, create_machine(home, "Machine", distributed(each, **fields)))
    for started in (1, 60, 110):
        until(lambda started=started: _started(home, execution) >= started, f"{started} children")
        kill_workers(home)
        sfn_json(home, "list-state-machines")  # any command starts another worker
    assert [n for batch in output(ended(home, execution)) for n in batch["Items"]] == list(range(300))
    assert map_run(home, execution)["executionCounts"]["total"] == 150


def _started(home: Path, execution: str) -> int:
    listed = sfn_json(home, "list-map-runs", "--execution-arn", execution)["mapRuns"]
    return int(map_run(home, execution)["executionCounts"]["total"]) if listed else 0


def test_virtual_time(home: Path) -> None:
    """Children use their parent's clock: their durations, one after another, add to its own."""
    described = run(
        home, distributed(A_DAY, MaxConcurrency=1), [1, 2, 3], environment={"SFN_CLOCK": "virtual"}
    )
    assert described["startDate"][:10] != described["stopDate"][:10]
    assert output(described) == [1, 2, 3]


ONES = {"StartAt": "One", "States": {"One": {"Type": "Pass", "Result": 1, "End": True}}}


def test_maps_within_maps(home: Path) -> None:
    inner = {"StartAt": "Within", "States": {"Within": distributed(ONES)["States"]["Each"]}}
    assert output(run(home, distributed(inner), [["a", "b"], []])) == [[1, 1], []]


HANDLER = """
import os

def handler(event, context):
    if not os.path.exists({flag!r}):
        raise ValueError("not yet")
    return event
"""


@pytest.mark.slow
@pytest.mark.parametrize("execution_type", ["STANDARD", "EXPRESS"])
def test_redrive(home: Path, tmp_path: Path, execution_type: str) -> None:
    """A redrive runs failed and unstarted items in the same Map Run; successful items are not repeated."""
    flag, code = tmp_path / "flag", tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(HANDLER.format(flag=str(flag)))
    create_function(home, "Work", code)
    choose = {
        "StartAt": "Choose",
        "States": {
            "Choose": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Call"}],
                "Default": "Good",
            },
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Work",
                "End": True,
            },
            "Good": {"Type": "Succeed"},
        },
    }
    execution = run(home, distributed(choose, execution_type, MaxConcurrency=1), [1, 2, 3])["executionArn"]
    before = map_run(home, execution)
    assert (before["status"], before["itemCounts"]["succeeded"], before["itemCounts"]["failed"]) == (
        "FAILED",
        1,
        1,
    )
    assert "redriveCount" not in before
    (failed,) = children(home, before, "--status-filter", "FAILED")
    if execution_type == "STANDARD":
        assert describe(home, failed["executionArn"])["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
        refused = sfn(home, "redrive-execution", "--execution-arn", failed["executionArn"])
        assert (refused.returncode, "Labeled Execution ARNs" in refused.stderr) == (254, True)
    flag.touch()
    sfn_json(home, "redrive-execution", "--execution-arn", execution)
    assert output(ended(home, execution)) == [1, 2, 3]
    after = map_run(home, execution)
    assert (after["mapRunArn"], after["status"], after["redriveCount"]) == (
        before["mapRunArn"],
        "SUCCEEDED",
        1,
    )
    assert (
        after["itemCounts"]["succeeded"],
        after["itemCounts"]["failed"],
        after["itemCounts"]["pendingRedrive"],
    ) == (3, 0, 0)
    types = [type for _, _, type in events(home, execution)]
    redriven = [
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    assert types[-6:] == redriven
    (again,) = children(home, after, "--redrive-filter", "REDRIVEN")
    assert (again["executionArn"], again["status"], again["redriveCount"]) == (
        failed["executionArn"],
        "SUCCEEDED",
        1,
    )
    if execution_type == "STANDARD":
        assert "ExecutionRedriven" in [type for _, _, type in events(home, again["executionArn"])]
    assert list(breaches(home)) == []


@pytest.mark.slow
def test_redrive_after_a_stop(home: Path) -> None:
    """Children that were aborted with their parent continue where they stopped."""
    two = {"StartAt": "First", "States": {"First": {"Type": "Pass", "Next": "Sleep"}, **A_DAY["States"]}}
    machine = create_machine(home, "Machine", distributed(two, MaxConcurrency=1))
    execution = start_execution(home, machine, "--input", "[1, 2]")
    until(lambda: _running(home, execution) == 1, "the first child")
    sfn_json(home, "stop-execution", "--execution-arn", execution)
    sfn_json(home, "redrive-execution", "--execution-arn", execution)
    until(lambda: _running(home, execution) == 1, "the first child again")
    sfn_json(home, "stop-execution", "--execution-arn", execution)
    found = map_run(home, execution)
    assert (found["status"], found["redriveCount"], found["executionCounts"]["aborted"]) == ("ABORTED", 1, 1)
    (child,) = children(home, found)
    types = [type for _, _, type in events(home, child["executionArn"])]
    assert types.count("PassStateEntered") == 1
    assert types.count("ExecutionAborted") == 2
