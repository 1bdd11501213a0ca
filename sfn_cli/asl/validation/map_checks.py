"""Checks of the fields of a Map: processor mode, item source, batches, and the place of results.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html,
…-itembatcher.html, …-resultwriter.html

Messages marked (ours) are sfn's own, because AWS's are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import quotas
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.validation.diagnostic import DUPLICATE_LABEL, INVALID_LABEL
from sfn_cli.asl.validation.expression_checks import check_number_path, check_template
from sfn_cli.asl.validation.reader_checks import check_reader_config
from sfn_cli.asl.validation.value_checks import check_integer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfn_cli.asl.validation.diagnostic import Findings
    from sfn_cli.jsonvalue import Json

INLINE, DISTRIBUTED = "INLINE", "DISTRIBUTED"
EXECUTION_TYPES = ("STANDARD", "EXPRESS")

_DISTRIBUTED_FIELDS = ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
"""The fields that an inline Map must not have. Observed: AWS allows those of tolerated failures."""

_READERS = ("s3:getObject", "s3:listObjectsV2")
_WRITERS = ("s3:putObject",)

_FORBIDDEN = frozenset('<>{}[]?*"#%\\^|~`$&,;:/').union(map(chr, (*range(0x20), *range(0x7F, 0xA0))))


def map_mode(processor: Json) -> str:
    """Returns the mode of an ItemProcessor: INLINE, DISTRIBUTED, or something else."""
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return str(config.get("Mode", INLINE)) if isinstance(config, dict) else INLINE


def check_map(findings: Findings, state: Mapping[str, Json], location: str) -> None:
    """Checks the dependencies between the fields of a Map."""
    findings.only_one(state, ("ItemProcessor", "Iterator"), location, required=True)
    if map_mode(state.get("ItemProcessor", state.get("Iterator"))) == INLINE:
        for name in _DISTRIBUTED_FIELDS:
            if name in state:
                findings.unsupported_field(name, location)


def check_processor_config(findings: Findings, config: Json, location: str) -> None:
    if not findings.is_a("Object", config, location):
        return
    _check_only_map_fields(findings, config, ("Mode", "ExecutionType"), location)
    mode = config.get("Mode", INLINE)
    if not findings.one_of(mode, (INLINE, DISTRIBUTED), f"{location}/Mode"):
        return
    if mode == INLINE:
        if "ExecutionType" in config:
            findings.unsupported_field("ExecutionType", location)
        return
    findings.require(config, ("ExecutionType",), location)
    if "ExecutionType" in config:
        findings.one_of(config["ExecutionType"], EXECUTION_TYPES, f"{location}/ExecutionType")
    if findings.express:
        message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        findings.error(f"{location}/Mode", message)


def check_label(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("String", value, location):
        return
    if not value:
        findings.error(location, "Value cannot be empty", INVALID_LABEL)  # (ours)
    elif len(value) > quotas.MAP_LABEL_CHARACTERS:
        message = (
            f"Invalid Label name: Label '{value}' "
            f"exceeds the {quotas.MAP_LABEL_CHARACTERS}-character limit allowed by the service"
        )
        findings.error(location, message, INVALID_LABEL)
    elif any(character in _FORBIDDEN or character.isspace() for character in value):
        # (ours)
        findings.error(
            location, f"Invalid Label name: Label '{value}' contains invalid characters", INVALID_LABEL
        )
    elif value in findings.labels:
        findings.error(location, f"Duplicate Label name: {value}", DUPLICATE_LABEL)
    else:
        findings.labels.add(value)


def check_item_reader(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("Object", value, location):
        return
    _check_request(findings, value, _READERS, location, language, ("Resource", "ReaderConfig"))
    findings.require(value, ("Resource", _map_request_field(language)), location)
    if "ReaderConfig" in value:
        listing = str(value.get("Resource", "")).endswith(":s3:listObjectsV2")
        check_reader_config(
            findings, value["ReaderConfig"], f"{location}/ReaderConfig", language, listing=listing
        )


def check_result_writer(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("Object", value, location):
        return
    _check_request(findings, value, _WRITERS, location, language, ("Resource", "WriterConfig"))
    if "WriterConfig" not in value or "Resource" in value:
        # With only a WriterConfig, the results are returned in its form and not written anywhere.
        findings.require(value, ("Resource", _map_request_field(language)), location)
    config, at = value.get("WriterConfig", {}), f"{location}/WriterConfig"
    if not findings.is_a("Object", config, at):
        return
    _check_only_map_fields(findings, config, ("Transformation", "OutputType"), at)
    if "Transformation" in config:
        findings.one_of(config["Transformation"], ("NONE", "COMPACT", "FLATTEN"), f"{at}/Transformation")
    if "OutputType" in config:
        findings.one_of(config["OutputType"], ("JSON", "JSONL"), f"{at}/OutputType")


def check_item_batcher(findings: Findings, value: Json, location: str, language: str, name: str) -> None:
    if not findings.is_a("Object", value, location):
        return
    sizes = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")
    for field, inner in value.items():
        at = f"{location}/{field}"
        if field in sizes:
            check_integer(findings, inner, at, language, field)
        elif field == "BatchInput":
            check_template(findings, inner, at, language, field)
        elif field.removesuffix("Path") in sizes:
            if language == JSONATA:
                findings.other_language(field, location, JSONATA, JSONPATH)
            else:
                check_number_path(findings, inner, at, language, field)
        else:
            findings.unsupported_field(field, location)
    for size in sizes:
        findings.only_one(value, (size, f"{size}Path"), location)
    if not any(field.removesuffix("Path") in sizes for field in value):
        findings.error(location, f"At least one of these fields is required: [{', '.join(sizes)}]")  # (ours)


def _check_request(
    findings: Findings,
    value: Mapping[str, Json],
    resources: Sequence[str],
    location: str,
    language: str,
    others: Sequence[str],
) -> None:
    """Checks a Resource and its arguments: Parameters in JSONPath, Arguments in JSONata."""
    request = _map_request_field(language)
    for field, inner in value.items():
        if field == request:
            check_template(findings, inner, f"{location}/{field}", language, field)
        elif field in ("Parameters", "Arguments"):
            findings.other_language(field, location, language, JSONPATH if language == JSONATA else JSONATA)
        elif field not in others:
            findings.unsupported_field(field, location)
    resource = value.get("Resource")
    if "Resource" in value and not (isinstance(resource, str) and _is_map_resource_of(resource, resources)):
        findings.error(
            f"{location}/Resource", "The field 'Resource' does not match any of the allowed values"
        )


def _is_map_resource_of(resource: str, actions: Sequence[str]) -> bool:
    partition, _, action = resource.removeprefix("arn:").partition(":states:::")
    return resource.startswith("arn:") and bool(partition) and action in actions


def _map_request_field(language: str) -> str:
    return "Arguments" if language == JSONATA else "Parameters"


def _check_only_map_fields(
    findings: Findings, fields: Mapping[str, Json], names: Sequence[str], location: str
) -> None:
    for field in fields:
        if field not in names:
            findings.unsupported_field(field, location)
