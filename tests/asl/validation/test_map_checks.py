"""The validator on Map: its processor, and the fields that only DISTRIBUTED mode has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl.validation.findings import SCHEMA, findings_of, only

PROCESSOR = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
GET, LIST, PUT = (f"arn:aws:states:::s3:{action}" for action in ("getObject", "listObjectsV2", "putObject"))
BUCKET = {"Bucket": "b", "Key.$": "$.key"}


def machine(fields: Any, config: Any = DISTRIBUTED, language: str = "JSONPath") -> Any:
    processor = {**PROCESSOR, "ProcessorConfig": config} if config else PROCESSOR
    state = {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}
    return {"StartAt": "M", "QueryLanguage": language, "States": {"M": state}}


def problems(*given: Any, **more: Any) -> list[tuple[str, str]]:
    """Returns (message, location within the Map) of each problem, all of one code."""
    found = findings_of(machine(*given, **more))
    assert {code for code, _, _ in found} <= {SCHEMA}
    return [
        (message, str(location).removeprefix("/States/M").removeprefix("/")) for _, message, location in found
    ]


@pytest.mark.parametrize(
    "config, found",
    [
        (None, []),
        ({"Mode": "INLINE"}, []),
        (DISTRIBUTED, []),
        ({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, []),
        ({"Mode": "DISTRIBUTED"}, [("These fields are required: [ExecutionType]", "")]),
        (
            {"Mode": "DISTRIBUTED", "ExecutionType": "FAST"},
            [("Value should be one of the following: [STANDARD, EXPRESS]", "/ExecutionType")],
        ),
        ({"Mode": "INLINE", "ExecutionType": "STANDARD"}, [("Field 'ExecutionType' is not supported", "")]),
        ({"Mode": "ODD"}, [("Value should be one of the following: [INLINE, DISTRIBUTED]", "/Mode")]),
        ({"Mode": "INLINE", "Odd": 1}, [("Field 'Odd' is not supported", "")]),
    ],
)
def test_processor_config(config: Any, found: list[tuple[str, str]]) -> None:
    """DISTRIBUTED mode has an ExecutionType, INLINE mode has none."""
    assert problems({}, config) == [
        (message, f"ItemProcessor/ProcessorConfig{where}") for message, where in found
    ]


def test_processors() -> None:
    """A Map has one processor, which cannot set a query language."""
    both = "There should only be one of the following fields: [ItemProcessor, Iterator]"
    twins = {"StartAt": "J", "States": {"J": {"Type": "Succeed"}}}
    assert problems({"Iterator": twins}) == [(both, "")]
    without = machine({})
    del without["States"]["M"]["ItemProcessor"]
    neither = "This object should have only one of the following fields: [ItemProcessor, Iterator]"
    assert findings_of(without) == [(SCHEMA, neither, "/States/M")]
    assert problems({"ItemProcessor": {**PROCESSOR, "QueryLanguage": "JSONata"}}) == [
        ("Field 'QueryLanguage' is not supported", "ItemProcessor")
    ]


def test_distributed_in_express() -> None:
    """A Map in DISTRIBUTED mode is rejected in an Express machine and in an Express child."""
    refused = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
    assert findings_of(machine({}), "EXPRESS") == [
        (SCHEMA, refused, "/States/M/ItemProcessor/ProcessorConfig/Mode")
    ]
    inner = {"Type": "Map", "ItemProcessor": {**PROCESSOR, "ProcessorConfig": DISTRIBUTED}, "End": True}
    outer = {
        "StartAt": "N",
        "States": {"N": inner},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
    }
    at = "ItemProcessor/States/N/ItemProcessor/ProcessorConfig/Mode"
    assert problems({"ItemProcessor": outer}) == [(refused, at)]


def test_inline() -> None:
    """An inline Map has no reader, writer or label, but may tolerate failures."""
    fields = {
        "Label": "L",
        "ItemReader": {"Resource": GET, "Parameters": BUCKET},
        "ItemBatcher": {"MaxItemsPerBatch": 1},
        "ResultWriter": {"Resource": PUT, "Parameters": {"Bucket": "b"}},
        "ToleratedFailurePercentage": 5,
    }
    assert problems(fields) == []
    refused = [
        (f"Field '{name}' is not supported", "")
        for name in ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
    ]
    assert problems(fields, {"Mode": "INLINE"}) == refused


@pytest.mark.parametrize(
    "fields, found",
    [
        ({"MaxConcurrency": -1}, [("Minimum value is 0", "MaxConcurrency")]),
        ({"ToleratedFailureCount": -1}, [("Minimum value is 0", "ToleratedFailureCount")]),
        ({"ToleratedFailurePercentage": 0.5}, []),
        ({"ToleratedFailurePercentage": -1}, [("Minimum value is 0.0", "ToleratedFailurePercentage")]),
        ({"ToleratedFailurePercentage": 100.5}, [("Maximum value is 100.0", "ToleratedFailurePercentage")]),
        (
            {"ToleratedFailureCount": 1, "ToleratedFailureCountPath": "$.n"},
            [
                (
                    (
                        "There should only be one of the following fields: [ToleratedFailureCount, "
                        "ToleratedFailureCountPath]"
                    ),
                    "",
                )
            ],
        ),
        ({"ItemsPath": "$.a[*]"}, [("Value is not a Reference Path", "ItemsPath")]),
        ({"ItemsPath": "$a.b"}, []),
        ({"ItemsPath": "$$.Execution.Input.a"}, []),
        ({"MaxConcurrencyPath": "$.a.b[0]", "ToleratedFailureCountPath": "$count"}, []),
        (
            {"MaxConcurrencyPath": "$$.Execution.Input.n"},
            [("Value is not a Reference Path", "MaxConcurrencyPath")],
        ),
        (
            {"ToleratedFailurePercentagePath": "$.a[*]"},
            [("Value is not a Reference Path", "ToleratedFailurePercentagePath")],
        ),
    ],
)
def test_numbers(fields: Any, found: list[tuple[str, str]]) -> None:
    """Concurrency and tolerated failures have bounds, and paths to them name one place in the input.

    Measured on AWS: floci, issue 3733 (2026-09-16).
    """
    assert problems(fields) == found


NO_CSV = "Field 'CSVHeaderLocation' is not supported"


@pytest.mark.parametrize(
    "reader, found",
    [
        (
            {
                "Resource": GET,
                "Parameters": BUCKET,
                "ReaderConfig": {"InputType": "JSON", "MaxItems": 0, "ItemsPointer": "/a"},
            },
            [],
        ),
        ({"Resource": LIST, "Parameters": BUCKET, "ReaderConfig": {"MaxItemsPath": "$.n"}}, []),
        ({"Resource": "arn:aws-cn:states:::s3:getObject", "Parameters": BUCKET}, []),
        (
            {"Resource": PUT, "Parameters": BUCKET},
            [("The field 'Resource' does not match any of the allowed values", "/Resource")],
        ),
        ({"Resource": GET}, [("These fields are required: [Parameters]", "")]),
        (
            {"Resource": GET, "Arguments": {}, "Parameters": {}},
            [(only("Arguments", "JSONPath", "JSONata"), "")],
        ),
        (
            {"Resource": GET, "Parameters": {"Bucket.$": "b"}},
            [
                (
                    (
                        "The value for the field 'Bucket.$' must be a valid JSONPath "
                        "or a valid intrinsic function call"
                    ),
                    "/Parameters",
                )
            ],
        ),
        ({"Resource": GET, "Parameters": BUCKET, "Odd": 1}, [("Field 'Odd' is not supported", "")]),
    ],
)
def test_item_reader(reader: Any, found: list[tuple[str, str]]) -> None:
    """An ItemReader needs a valid source of items."""
    assert problems({"ItemReader": reader}) == [(message, f"ItemReader{where}") for message, where in found]


@pytest.mark.parametrize(
    "config, found",
    [
        ({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "PIPE"}, []),
        ({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b"]}, []),
        ({"InputType": "MANIFEST", "ManifestType": "ATHENA_DATA"}, []),
        ({"InputType": "JSONL"}, []),
        ({"InputType": "PARQUET", "MaxItems": 5}, []),
        ({}, [("These fields are required: [InputType]", "")]),
        (
            {"InputType": "XML"},
            [("Value should be one of the following: [CSV, JSON, JSONL, MANIFEST, PARQUET]", "/InputType")],
        ),
        ({"InputType": "CSV"}, [("The field 'CSVHeaderLocation' is required", "")]),
        (  # an ItemsPointer is no fault of its own (tiny-asl-machine)
            {"InputType": "CSV", "ItemsPointer": "/a"},
            [("The field 'CSVHeaderLocation' is required", "")],
        ),
        (
            {"InputType": "JSON", "MaxItemsPath": "$$.Execution.Input.n"},
            [("Value is not a Reference Path", "/MaxItemsPath")],
        ),
        ({"InputType": "JSON", "MaxItems": -1}, [("Minimum value is 0", "/MaxItems")]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"},
            [("These fields are required: [CSVHeaders]", "")],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "LAST"},
            [("Value should be one of the following: [FIRST_ROW, GIVEN]", "/CSVHeaderLocation")],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": ","},
            [("Value should be one of the following: [COMMA, PIPE, SEMICOLON, SPACE, TAB]", "/CSVDelimiter")],
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": [1]},
            [("Expected value of type String", "/CSVHeaders[0]")],
        ),
        ({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"}, [(NO_CSV, "")]),
        ({"InputType": "JSON", "MaxItems": 100_000_001}, [("Maximum value is 100000000", "/MaxItems")]),
        (
            {"InputType": "JSON", "MaxItems": 1, "MaxItemsPath": "$.n"},
            [("There should only be one of the following fields: [MaxItems, MaxItemsPath]", "")],
        ),
        (
            {"InputType": "JSON", "ItemsPointer": "a"},
            [
                (
                    "Invalid input: JSON Pointer expression must start with '/': \"a\"",  # tiny-asl-machine
                    "/ItemsPointer",
                )
            ],
        ),
        (
            {"InputType": "MANIFEST", "ManifestType": "S3"},
            [("Value should be one of the following: [ATHENA_DATA, S3_INVENTORY]", "/ManifestType")],
        ),
        (
            {"InputType": "JSON", "Transformation": "SOME"},
            [("Value should be one of the following: [NONE, LOAD_AND_FLATTEN]", "/Transformation")],
        ),
    ],
)
def test_reader_config(config: Any, found: list[tuple[str, str]]) -> None:
    """A ReaderConfig has only the fields of its file format."""
    reader = {"Resource": GET, "Parameters": BUCKET, "ReaderConfig": config}
    assert problems({"ItemReader": reader}) == [
        (message, f"ItemReader/ReaderConfig{where}") for message, where in found
    ]


@pytest.mark.parametrize(
    "batcher, found",
    [
        ({"MaxItemsPerBatch": 2, "MaxInputBytesPerBatch": 262_144, "BatchInput": {"a.$": "$.a"}}, []),
        ({"MaxItemsPerBatchPath": "$.n"}, []),
        ({}, [("At least one of these fields is required: [MaxItemsPerBatch, MaxInputBytesPerBatch]", "")]),
        ({"MaxItemsPerBatch": 0}, []),
        ({"MaxItemsPerBatch": -1}, [("Minimum value is 0", "/MaxItemsPerBatch")]),  # floci, issue 3733
        ({"MaxInputBytesPerBatch": -1}, [("Minimum value is 0", "/MaxInputBytesPerBatch")]),
        ({"MaxItemsPerBatchPath": "$.a..b"}, [("Value is not a Reference Path", "/MaxItemsPerBatchPath")]),
        ({"MaxInputBytesPerBatch": 262_145}, [("Maximum value is 262144", "/MaxInputBytesPerBatch")]),
        (
            {"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"},
            [
                (
                    (
                        "There should only be one of the following fields: [MaxItemsPerBatch, "
                        "MaxItemsPerBatchPath]"
                    ),
                    "",
                )
            ],
        ),
        ({"MaxItemsPerBatch": 1, "Odd": 1}, [("Field 'Odd' is not supported", "")]),
    ],
)
def test_item_batcher(batcher: Any, found: list[tuple[str, str]]) -> None:
    """An ItemBatcher needs a valid number of items or bytes."""
    assert problems({"ItemBatcher": batcher}) == [
        (message, f"ItemBatcher{where}") for message, where in found
    ]


@pytest.mark.parametrize(
    "writer, found",
    [
        (
            {
                "Resource": PUT,
                "Parameters": {"Bucket": "b"},
                "WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"},
            },
            [],
        ),
        ({"WriterConfig": {"Transformation": "COMPACT"}}, []),
        ({}, [("These fields are required: [Resource, Parameters]", "")]),
        (
            {"Resource": GET, "Parameters": {}},
            [("The field 'Resource' does not match any of the allowed values", "/Resource")],
        ),
        (
            {"WriterConfig": {"Transformation": "SOME"}},
            [
                (
                    "Value should be one of the following: [NONE, COMPACT, FLATTEN]",
                    "/WriterConfig/Transformation",
                )
            ],
        ),
        (
            {"WriterConfig": {"OutputType": "CSV"}},
            [("Value should be one of the following: [JSON, JSONL]", "/WriterConfig/OutputType")],
        ),
    ],
)
def test_result_writer(writer: Any, found: list[tuple[str, str]]) -> None:
    """A ResultWriter needs a valid destination."""
    assert problems({"ResultWriter": writer}) == [
        (message, f"ResultWriter{where}") for message, where in found
    ]


def test_jsonata() -> None:
    """In JSONata, requests are Arguments, and numbers may be expressions."""
    fields = {
        "Items": "{% $states.input.items %}",
        "MaxConcurrency": "{% 1 %}",
        "ItemReader": {
            "Resource": GET,
            "Arguments": {"Bucket": "{% $b %}"},
            "ReaderConfig": {"InputType": "JSON", "MaxItems": "{% 2 %}"},
        },
        "ItemBatcher": {"MaxItemsPerBatch": "{% $n %}"},
        "ResultWriter": {"Resource": PUT, "Arguments": {"Bucket": "b"}},
    }
    assert problems(fields, language="JSONata") == []
    wrong = {
        "ItemReader": {
            "Resource": GET,
            "Arguments": {"Bucket": "{% ( %}"},
            "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.n"},
        },
        "ItemBatcher": {"MaxItemsPerBatchPath": "$.n"},
        "ResultWriter": {"Resource": PUT},
    }
    assert [message for _, message, _ in findings_of(machine(wrong, language="JSONata"))] == [
        'Expected ")" before end of expression',
        only("MaxItemsPath", "JSONata", "JSONPath"),
        only("MaxItemsPerBatchPath", "JSONata", "JSONPath"),
        "These fields are required: [Arguments]",
    ]


@pytest.mark.parametrize(
    "labels, found",
    [
        (["a-B_1", "é"], []),
        (["", "b"], [("INVALID_LABEL_NAME", "Value cannot be empty", 0)]),
        (
            ["x" * 41, "b"],
            [
                (
                    "INVALID_LABEL_NAME",
                    (
                        f"Invalid Label name: Label '{'x' * 41}' "
                        "exceeds the 40-character limit allowed by the service"
                    ),
                    0,
                )
            ],
        ),
        (
            ["a b", "b"],
            [("INVALID_LABEL_NAME", "Invalid Label name: Label 'a b' contains invalid characters", 0)],
        ),
        (
            ["a", "b/c"],
            [("INVALID_LABEL_NAME", "Invalid Label name: Label 'b/c' contains invalid characters", 1)],
        ),
        (["same", "same"], [("DUPLICATE_LABEL_NAME", "Duplicate Label name: same", 1)]),
    ],
)
def test_labels(labels: list[str], found: list[tuple[str, str, int]]) -> None:
    """A label is short and unique, and has only permitted characters."""
    maps = {
        f"M{index}": {
            "Type": "Map",
            "Label": label,
            "ItemProcessor": {
                "ProcessorConfig": DISTRIBUTED,
                "StartAt": f"I{index}",
                "States": {f"I{index}": {"Type": "Succeed"}},
            },
            **({"End": True} if index else {"Next": "M1"}),
        }
        for index, label in enumerate(labels)
    }
    expected = [(code, message, f"/States/M{index}/Label") for code, message, index in found]
    assert findings_of({"StartAt": "M0", "States": maps}) == expected
