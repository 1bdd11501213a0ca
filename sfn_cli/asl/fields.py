"""The specification's field table: which fields a state of each type may have, and of what kind.

ASL: https://states-language.net/#state-type-table. A kind is a word that `validate.py` knows how
to check. `None` as language means both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfn_cli.asl.dataflow import JSONATA, JSONPATH

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal[
    "any", "string", "boolean", "integer", "number", "object", "path", "reference path", "path or intrinsic",
    "template", "items", "variables", "timestamp", "retry", "catch", "choices", "branches", "processor", "resource", "credentials",
]  # fmt: skip

_COMMON: Mapping[str, Kind] = {"Type": "string", "Comment": "string", "QueryLanguage": "string"}
_NEXT: Mapping[str, Kind] = {"Next": "string", "End": "boolean"}
_PATHS: Mapping[str, Kind] = {"InputPath": "path", "OutputPath": "path"}
_RESULT: Mapping[str, Kind] = {"ResultPath": "reference path", "ResultSelector": "template"}
_PARAMETERS: Mapping[str, Kind] = {"Parameters": "template"}
_ASSIGN: Mapping[str, Kind] = {"Assign": "variables"}
_OUTPUT: Mapping[str, Kind] = {"Output": "template"}
_ARGUMENTS: Mapping[str, Kind] = {"Arguments": "template"}
_ERRORS: Mapping[str, Kind] = {"Retry": "retry", "Catch": "catch"}

_TASK: Mapping[str, Kind] = {
    **_COMMON, **_NEXT, **_ERRORS, **_ASSIGN,
    "Resource": "resource", "TimeoutSeconds": "integer", "HeartbeatSeconds": "integer", "Credentials": "credentials",
}  # fmt: skip
_MAP: Mapping[str, Kind] = {
    **_COMMON, **_NEXT, **_ERRORS, **_ASSIGN,
    "ItemProcessor": "processor", "Iterator": "processor", "ItemSelector": "template", "ItemReader": "object",
    "ItemBatcher": "object", "ResultWriter": "object", "Label": "string", "MaxConcurrency": "integer",
    "ToleratedFailureCount": "integer", "ToleratedFailurePercentage": "number",
}  # fmt: skip

STATE_FIELDS: Mapping[str, Mapping[str, Mapping[str, Kind]]] = {
    "Pass": {
        JSONPATH: {**_COMMON, **_NEXT, **_PATHS, **_PARAMETERS, **_ASSIGN, "Result": "any", "ResultPath": "reference path"},
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
        JSONPATH: {**_COMMON, **_PATHS, **_ASSIGN, "Choices": "choices", "Default": "string"},
        JSONATA: {**_COMMON, **_OUTPUT, **_ASSIGN, "Choices": "choices", "Default": "string"},
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
            **_COMMON, "Error": "string", "Cause": "string", "ErrorPath": "path or intrinsic", "CausePath": "path or intrinsic",
        },
        JSONATA: {**_COMMON, "Error": "string", "Cause": "string"},
    },
    "Parallel": {
        JSONPATH: {**_COMMON, **_NEXT, **_PATHS, **_PARAMETERS, **_RESULT, **_ERRORS, **_ASSIGN, "Branches": "branches"},
        JSONATA: {**_COMMON, **_NEXT, **_ARGUMENTS, **_OUTPUT, **_ERRORS, **_ASSIGN, "Branches": "branches"},
    },
    "Map": {
        JSONPATH: {
            **_MAP, **_PATHS, **_PARAMETERS, **_RESULT,
            "ItemsPath": "path", "MaxConcurrencyPath": "path",
            "ToleratedFailureCountPath": "path", "ToleratedFailurePercentagePath": "path",
        },
        JSONATA: {**_MAP, **_OUTPUT, "Items": "items"},
    },
}  # fmt: skip

REQUIRED_FIELDS: Mapping[str, tuple[str, ...]] = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
"""The fields that a state of the type must have, besides Type and (Next or End)."""

ENDLESS_TYPES = ("Choice", "Succeed", "Fail")
"""The types that have neither Next nor End."""

MACHINE_FIELDS: Mapping[str, Kind] = {
    "Comment": "string", "StartAt": "string", "States": "object",
    "Version": "string", "TimeoutSeconds": "integer", "QueryLanguage": "string",
}  # fmt: skip
