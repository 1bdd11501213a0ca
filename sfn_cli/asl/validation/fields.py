"""The specification's field table: the fields of each state type, and their kinds.

ASL: https://states-language.net/#state-type-table. `validate.py` has a check for each kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfn_cli import quotas
from sfn_cli.asl.dataflow import JSONATA, JSONPATH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal[
    "any", "text", "string", "boolean", "integer", "number", "object", "version", "machine timeout",
    "path", "reference path", "items path", "number path", "path or intrinsic", "template", "items",
    "static result", "variables", "timestamp", "retry", "catch", "choices", "branches", "processor",
    "resource", "credentials", "label", "item reader", "item batcher", "result writer",
]  # fmt: skip

_COMMON: Mapping[str, Kind] = {"Type": "text", "Comment": "text", "QueryLanguage": "any"}
_NEXT: Mapping[str, Kind] = {"Next": "text", "End": "boolean"}
_PATHS: Mapping[str, Kind] = {"InputPath": "path", "OutputPath": "path"}
_RESULT: Mapping[str, Kind] = {"ResultPath": "reference path", "ResultSelector": "template"}
_PARAMETERS: Mapping[str, Kind] = {"Parameters": "template"}
_ASSIGN: Mapping[str, Kind] = {"Assign": "variables"}
_OUTPUT: Mapping[str, Kind] = {"Output": "template"}
_ARGUMENTS: Mapping[str, Kind] = {"Arguments": "template"}
_ERRORS: Mapping[str, Kind] = {"Retry": "retry", "Catch": "catch"}

_TASK: Mapping[str, Kind] = {
    **_COMMON, **_NEXT, **_ERRORS, **_ASSIGN,
    "Resource": "resource", "Credentials": "credentials",
    "TimeoutSeconds": "integer", "HeartbeatSeconds": "integer",
}  # fmt: skip
_MAP: Mapping[str, Kind] = {
    **_COMMON, **_NEXT, **_ERRORS, **_ASSIGN,
    "ItemProcessor": "processor", "Iterator": "processor", "ItemSelector": "template",
    "ItemReader": "item reader", "ItemBatcher": "item batcher", "ResultWriter": "result writer",
    "Label": "label", "MaxConcurrency": "integer",
    "ToleratedFailureCount": "integer", "ToleratedFailurePercentage": "number",
}  # fmt: skip

STATE_FIELDS: Mapping[str, Mapping[str, Mapping[str, Kind]]] = {
    "Pass": {
        JSONPATH: {
            **_COMMON, **_NEXT, **_PATHS, **_PARAMETERS, **_ASSIGN,
            "Result": "static result", "ResultPath": "reference path",
        },
        JSONATA: {**_COMMON, **_NEXT, **_OUTPUT, **_ASSIGN},
    },
    "Task": {
        JSONPATH: {
            **_TASK, **_PATHS, **_PARAMETERS, **_RESULT,
            "TimeoutSecondsPath": "path", "HeartbeatSecondsPath": "path",
        },
        JSONATA: {**_TASK, **_ARGUMENTS, **_OUTPUT},
    },
    "Choice": {
        JSONPATH: {**_COMMON, **_PATHS, **_ASSIGN, "Choices": "choices", "Default": "text"},
        JSONATA: {**_COMMON, **_OUTPUT, **_ASSIGN, "Choices": "choices", "Default": "text"},
    },
    "Wait": {
        JSONPATH: {
            **_COMMON, **_NEXT, **_PATHS, **_ASSIGN,
            "Seconds": "integer", "Timestamp": "timestamp", "SecondsPath": "path", "TimestampPath": "path",
        },
        JSONATA: {**_COMMON, **_NEXT, **_OUTPUT, **_ASSIGN, "Seconds": "integer", "Timestamp": "timestamp"},
    },
    "Succeed": {
        JSONPATH: {**_COMMON, **_PATHS},
        JSONATA: {**_COMMON, **_OUTPUT},
    },
    "Fail": {
        JSONPATH: {
            **_COMMON, "Error": "string", "Cause": "string",
            "ErrorPath": "path or intrinsic", "CausePath": "path or intrinsic",
        },
        JSONATA: {**_COMMON, "Error": "string", "Cause": "string"},
    },
    "Parallel": {
        JSONPATH: {
            **_COMMON, **_NEXT, **_PATHS, **_PARAMETERS, **_RESULT, **_ERRORS, **_ASSIGN,
            "Branches": "branches",
        },
        JSONATA: {**_COMMON, **_NEXT, **_ARGUMENTS, **_OUTPUT, **_ERRORS, **_ASSIGN, "Branches": "branches"},
    },
    "Map": {
        JSONPATH: {
            **_MAP, **_PATHS, **_PARAMETERS, **_RESULT,
            "ItemsPath": "items path", "MaxConcurrencyPath": "number path",
            "ToleratedFailureCountPath": "number path",
            "ToleratedFailurePercentagePath": "number path",
        },
        JSONATA: {**_MAP, **_OUTPUT, "Items": "items"},
    },
}  # fmt: skip

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Task": ("Resource",),
    "Choice": ("Choices",),
    "Parallel": ("Branches",),
}
"""The required fields of each state type, in addition to Type and (Next or End)."""

ENDLESS_TYPES = ("Choice", "Succeed", "Fail")
"""The types that have neither Next nor End."""

EXCLUSIVE_FIELDS: Sequence[tuple[str, str]] = [
    *(
        (name, f"{name}Path")
        for name in ("TimeoutSeconds", "HeartbeatSeconds", "Error", "Cause", "MaxConcurrency")
    ),
    *((name, f"{name}Path") for name in ("ToleratedFailureCount", "ToleratedFailurePercentage")),
]
"""Pairs of mutually exclusive fields of a state."""

RANGES: Mapping[str, tuple[float | None, float | None]] = {
    "TimeoutSeconds": (1, 99_999_999), "HeartbeatSeconds": (1, 99_999_999), "Seconds": (0, 99_999_999),
    "MaxConcurrency": (0, None), "ToleratedFailureCount": (0, None),
    "ToleratedFailurePercentage": (0.0, 100.0), "MaxItems": (0, 100_000_000), "MaxItemsPerBatch": (0, None),
    "MaxInputBytesPerBatch": (0, quotas.PAYLOAD_BYTES),
    "IntervalSeconds": (0, 99_999_999), "MaxAttempts": (0, 99_999_999), "BackoffRate": (1, None),
    "MaxDelaySeconds": (1, 31_622_400),
}  # fmt: skip
"""The minimum and maximum of each number in a state, as AWS writes them.

Observed: AWS accepts an IntervalSeconds of 0, although it documents a positive number.
"""

MACHINE_FIELDS: Mapping[str, Kind] = {
    "Comment": "text", "StartAt": "text", "States": "object",
    "Version": "version", "TimeoutSeconds": "machine timeout", "QueryLanguage": "any",
}  # fmt: skip
