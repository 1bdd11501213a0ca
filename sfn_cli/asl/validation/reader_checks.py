"""Checks of ItemReader's ReaderConfig: the format of the items' file, and the number to read.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html#itemreader-field-contents
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.diagnostic import UNAVAILABLE
from sfn_cli.asl.validation.expression_checks import check_number_path
from sfn_cli.asl.validation.value_checks import check_integer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

_ANY_INPUT = ("InputType", "MaxItems", "MaxItemsPath", "Transformation", "ItemsPointer")

_OWN_FIELDS: Mapping[str, Sequence[str]] = {
    "CSV": ("ManifestType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"),
    "JSON": (),
    "JSONL": ("ManifestType",),
    "MANIFEST": ("ManifestType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"),
    "PARQUET": ("ManifestType",),
}
"""The fields of ReaderConfig for each InputType, in addition to the common fields.

A manifest of S3 Inventory lists CSV files; a manifest of Athena lists files of the InputType. Observed:
AWS allows an ItemsPointer for CSV, which has no use there. (tiny-asl-machine)
"""

_CHOICES: Mapping[str, Sequence[str]] = {
    "InputType": tuple(_OWN_FIELDS),
    "CSVHeaderLocation": ("FIRST_ROW", "GIVEN"),
    "CSVDelimiter": ("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "ManifestType": ("ATHENA_DATA", "S3_INVENTORY"),
    "Transformation": ("NONE", "LOAD_AND_FLATTEN"),
}


def check_reader_config(
    findings: Findings, config: Json, location: str, language: str, *, listing: bool
) -> None:
    """Checks a ReaderConfig.

    With `listing`, the items are the objects that listObjectsV2 lists, and no file is read.
    """
    if not findings.is_a("Object", config, location):
        return
    if not listing or config.get("Transformation") == "LOAD_AND_FLATTEN":
        findings.require(config, ("InputType",), location)
    own = _OWN_FIELDS.get(str(config.get("InputType")))
    for field, value in config.items():
        at = f"{location}/{field}"
        if field == "MaxItemsPath" and language == JSONATA:
            findings.other_language(field, location, JSONATA, JSONPATH)
        elif field not in _ANY_INPUT and (
            field not in own if own is not None else not _is_known_reader_field(field)
        ):
            findings.unsupported_field(field, location)
        elif field in _CHOICES:
            findings.one_of(value, _CHOICES[field], at)
        elif field == "MaxItems":
            check_integer(findings, value, at, language, field)
        elif field == "MaxItemsPath":
            check_number_path(findings, value, at, language, field)
        elif field == "CSVHeaders":
            _check_headers(findings, value, at)
        elif field == "ItemsPointer":
            _check_pointer(findings, value, at)
    if config.get("InputType") == "PARQUET":
        _check_parquet(findings, f"{location}/InputType")
    findings.only_one(config, ("MaxItems", "MaxItemsPath"), location)
    _check_header_location(findings, config, location)


def _is_known_reader_field(field: str) -> bool:
    return any(field in fields for fields in _OWN_FIELDS.values())


def _check_parquet(findings: Findings, location: str) -> None:
    """Checks that this sfn can read PARQUET files, if the machine is to run here."""
    if findings.is_available is None or find_spec("pyarrow") is not None:
        return
    from sfn_cli.installation.extras import install_hint

    findings.error(
        location,
        f"sfn reads PARQUET files with pyarrow, which is not installed. {install_hint('parquet')}",
        UNAVAILABLE,
    )


def _check_header_location(findings: Findings, config: Mapping[str, Json], location: str) -> None:
    if config.get("InputType") == "CSV" and "CSVHeaderLocation" not in config:
        findings.error(location, "The field 'CSVHeaderLocation' is required")
    if config.get("CSVHeaderLocation") == "GIVEN":
        findings.require(config, ("CSVHeaders",), location)


def _check_headers(findings: Findings, value: Json, location: str) -> None:
    if not findings.is_a("Array", value, location):
        return
    if not value:
        findings.error(location, "Value cannot be empty")
    for index, header in enumerate(value):
        findings.is_a("String", header, f"{location}[{index}]")


def _check_pointer(findings: Findings, value: Json, location: str) -> None:
    if findings.is_a("String", value, location) and value and not value.startswith("/"):
        message = f"Invalid input: JSON Pointer expression must start with '/': \"{value}\""
        findings.error(location, message)
