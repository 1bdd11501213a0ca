"""Checks a mocked result against the API that the task would call: fieldValidationMode.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
STRICT: required fields are present, and fields match the API's model; PRESENT: only the latter.
Fields that are not in the model are ignored. The models are sfn's own; those of other services are
botocore's, if it is installed; otherwise nothing is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from sfn_cli.api import model
from sfn_cli.errors import ApiError

if TYPE_CHECKING:
    from sfn_cli.asl.resource import Resource
    from sfn_cli.jsonvalue import Json

Shape = Mapping[str, Any]

_SERVICES: Mapping[str, str] = {
    "states": "stepfunctions",
    "sfn": "stepfunctions",
    "eventbridge": "events",
    "cloudwatchlogs": "logs",
}
"""Names in a Resource that differ from the model's."""

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a string"),
    "blob": ((str,), "a string"),
    "timestamp": ((str,), "a string"),
    "integer": ((int, float), "a number"),
    "long": ((int, float), "a number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
    "boolean": ((bool,), "a boolean"),
    "list": ((list,), "an array"),
    "structure": ((dict,), "an object"),
    "map": ((dict,), "an object"),
}
"""Maps the model's kind to its JSON types and AWS's word for them."""


class _Model(NamedTuple):
    """An operation's output; `shape_of` returns the shape of a member."""

    output: Shape
    shape_of: Callable[[Shape], Shape]


def check_mock(resource: Resource, result: Json, mode: str) -> None:
    """Raises ApiError ValidationException for the first field that the mode does not allow."""
    # With other patterns, a task's result is not the API's response.
    if resource.kind != "service" or resource.pattern or mode == "NONE":
        return
    found = _model_of_mocked_result(resource)
    if not isinstance(result, dict):
        raise ApiError("ValidationException", "Mocked result must be a valid JSON object.")
    if found is not None:
        # Observed: also the Payload of lambda:invoke is the API's blob, a string.
        _check_mocked_fields(found, found.output, result, strict=mode == "STRICT")


def _model_of_mocked_result(resource: Resource) -> _Model | None:
    name = resource.service.removeprefix("aws-sdk:")
    service = _SERVICES.get(name, name)
    operation = _capitalise_mocked_field(resource.action)
    try:
        return _Model(model.load_model(service, operation).output, lambda shape: shape)
    except KeyError:
        return _botocore_model_of_mock(service, operation)


def _botocore_model_of_mock(service: str, operation: str) -> _Model | None:
    try:
        loaders: Any = import_module("botocore.loaders")
        unknown: Any = import_module("botocore.exceptions").UnknownServiceError
    except ImportError:
        return None
    try:
        described = loaders.Loader().load_service_model(service, "service-2")
        shapes = described["shapes"]
        return _Model(
            shapes[described["operations"][operation]["output"]["shape"]],
            lambda shape: shapes[shape["shape"]],
        )
    except (KeyError, unknown):
        return None


def _check_mocked_fields(found: _Model, shape: Shape, value: Mapping[str, Json], *, strict: bool) -> None:
    # In Step Functions, all field names begin with a capital letter.
    members = {_capitalise_mocked_field(name): member for name, member in shape["members"].items()}
    if strict:
        for name in map(_capitalise_mocked_field, shape.get("required", ())):
            if name not in value:
                raise _mock_refusal(f"Required field '{name}' is missing")
    for name, item in value.items():
        if name in members:
            _check_mocked_value(found, found.shape_of(members[name]), item, name, strict=strict)


def _check_mocked_value(found: _Model, shape: Shape, value: Json, name: str, *, strict: bool) -> None:
    """Checks the value of a field; errors in an array or map use the name of that field."""
    kind = shape["type"]
    types, wanted = _KINDS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
        raise _mock_refusal(f"Field '{name}' must be {wanted}")
    if "enum" in shape and value not in shape["enum"]:
        raise _mock_refusal(f"Field '{name}' is not an expected value")
    if isinstance(value, (int, float)):
        if "min" in shape and value < shape["min"]:
            raise _mock_refusal(f"Field '{name}' is less than the minimum value")
        if "max" in shape and value > shape["max"]:
            raise _mock_refusal(f"Field '{name}' exceeds the maximum value")
    elif isinstance(value, (str, list)):
        if "min" in shape and len(value) < shape["min"]:
            raise _mock_refusal(f"Field '{name}' is smaller than the minimum length")
        if "max" in shape and len(value) > shape["max"]:
            raise _mock_refusal(f"Field '{name}' exceeds the maximum length")
    if not isinstance(value, (list, dict)):
        return
    if kind == "structure":
        assert isinstance(value, dict)
        _check_mocked_fields(found, shape, value, strict=strict)
    elif isinstance(value, list):
        for item in value:
            _check_mocked_value(found, found.shape_of(shape["member"]), item, name, strict=strict)
    else:
        for item in value.values():
            _check_mocked_value(found, found.shape_of(shape["value"]), item, name, strict=strict)


def _capitalise_mocked_field(name: str) -> str:
    return name[:1].upper() + name[1:]


def _mock_refusal(reason: str) -> ApiError:
    return ApiError("ValidationException", f"Mock result schema validation error: {reason}")
