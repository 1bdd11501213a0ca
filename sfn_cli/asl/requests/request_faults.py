"""What AWS refuses in the arguments of a task, by the requests of AWS's operations (sdk_requests).

First, every missing required field is reported. If there are none, AWS reads the arguments into a
request of its Java SDK with the JSON library Jackson, and reports the first value that it refuses.
Null fits every field. Observed: required fields of nested structures are not checked.

In a definition, values that are known only at run time (`"Field.$"`, `{% … %}`) fit every field, too.

Observed are the words for missing and unknown fields, strings, integers and booleans (radkawar/stackd,
2026-09). Those of other types are Jackson's (java_values.py), and "a NUMBER" is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli import sdk_requests
from sfn_cli.asl.dataflow import JSONATA, JSONPATH
from sfn_cli.asl.requests.java_values import (
    BOOLEAN,
    HASH_MAP,
    INSTANT,
    java_boolean_fault,
    java_instant_fault,
    java_object_fault,
    java_type_fault,
)
from sfn_cli.asl.requests.similar_names import most_similar_name
from sfn_cli.query.jsonata.expression import is_expression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sfn_cli.jsonvalue import Json
    from sfn_cli.sdk_requests import SdkRequest, SdkService

AT_RUN_TIME = ""
"""Instead of a query language: all values are known."""


def sdk_request_faults(
    service_name: str, action: str, arguments: Mapping[str, Json], language: str
) -> list[str]:
    """Returns AWS's errors for the arguments of an aws-sdk task.

    A service that sfn does not know has none.
    """
    service = sdk_requests.load_sdk_service(service_name)
    return [] if service is None else request_faults(service, service.request(action), arguments, language)


def request_faults(
    service: SdkService,
    request: SdkRequest,
    arguments: Mapping[str, Json],
    language: str,
    *,
    suggests: bool = True,
) -> list[str]:
    """Returns AWS's errors for a request; `suggests`: an unknown field is answered with a similar one."""
    given = {_request_field_name(name, language) for name in arguments}
    missing = [name for name in request.required if name not in given]
    if missing:
        return [f"The field '{name}' is required but was missing" for name in missing]
    body = () if request.stream is None else (request.stream,)
    fault = _RequestReading(service, language).fault_of_fields(
        arguments, request.fields, unchecked=body, suggests=suggests
    )
    return [] if fault is None else [fault]


def _request_field_name(name: str, language: str) -> str:
    return name.removesuffix(".$") if language == JSONPATH else name


class _RequestReading:
    """Reads arguments into a request. Each method returns the first fault, or None."""

    def __init__(self, service: SdkService, language: str) -> None:
        self.service = service
        self.language = language

    def fault_of_fields(
        self,
        values: Mapping[str, Json],
        fields: Mapping[str, str],
        *,
        unchecked: Collection[str] = (),
        suggests: bool = False,
    ) -> str | None:
        for name, value in values.items():
            field = _request_field_name(name, self.language)
            if field in unchecked:
                continue
            if field not in fields:
                similar = most_similar_name(field, fields) if suggests else None
                # Observed: a suggestion is made for the request's own fields only.
                suggestion = f". Did you mean '{similar}'?" if similar is not None else ""
                return f'The field "{field}" is not supported by Step Functions{suggestion}'
            if field == name and (fault := self.fault(value, fields[field], field)) is not None:
                return fault
        return None

    def fault(self, value: Json, type_: str, field: str) -> str | None:
        """Checks a value of a field whose type is `type_`."""
        if value is None or (isinstance(value, str) and self.language == JSONATA and is_expression(value)):
            return None
        match type_[0]:
            # Observed: an object is sent as its JSON text (aws-sdk:sfn:startExecution).
            case sdk_requests.STRING if isinstance(value, (bool, int, float)):
                return f"The value for the field '{field}' must be a STRING"
            case sdk_requests.INTEGER if isinstance(value, bool) or not isinstance(value, int):
                return f"The value for the field '{field}' must be an INTEGER"
            case sdk_requests.NUMBER if isinstance(value, bool) or not isinstance(value, (int, float)):
                return f"The value for the field '{field}' must be a NUMBER"
            case sdk_requests.BOOLEAN:
                return java_boolean_fault(value)
            case sdk_requests.TIMESTAMP:
                return java_instant_fault(value)
            case sdk_requests.LIST:
                if not isinstance(value, list):
                    return java_type_fault(self.java_type(type_), value)
                return self.fault_of_items(((field, item) for item in value), type_[1:])
            case sdk_requests.MAP:
                return self.fault_of_map(value, type_)
            case sdk_requests.STRUCTURE:
                return self.fault_of_structure(value, type_)
        return None

    def fault_of_map(self, value: Json, type_: str) -> str | None:
        if isinstance(value, str):
            return java_object_fault(HASH_MAP, value)
        if not isinstance(value, dict):
            return java_type_fault(self.java_type(type_), value)
        static = (
            (name, item) for name, item in value.items() if _request_field_name(name, self.language) == name
        )
        return self.fault_of_items(static, type_[1:])

    def fault_of_items(self, items: Iterable[tuple[str, Json]], type_: str) -> str | None:
        for field, item in items:
            if (fault := self.fault(item, type_, field)) is not None:
                return fault
        return None

    def fault_of_structure(self, value: Json, type_: str) -> str | None:
        fields = self.service.structure(type_[1:])
        if isinstance(value, dict):
            return self.fault_of_fields(value, fields)
        # DynamoDB's value of an attribute can be constructed from a string.
        if isinstance(value, str) and type_ == "#AttributeValue" and "S" in fields:
            return None
        return java_object_fault(self.java_type(type_), value)

    def java_type(self, type_: str) -> str:
        match type_[0]:
            case sdk_requests.LIST:
                return f"java.util.ArrayList<{self.java_type(type_[1:])}>"
            case sdk_requests.MAP:
                return f"{HASH_MAP}<java.lang.String,{self.java_type(type_[1:])}>"
            case sdk_requests.STRUCTURE:
                return f"software.amazon.awssdk.services.{self.service.name}.model.{type_[1:]}$BuilderImpl"
        return _JAVA_SCALARS[type_]


_JAVA_SCALARS: Mapping[str, str] = {
    sdk_requests.STRING: "java.lang.String",
    sdk_requests.INTEGER: "java.lang.Integer",
    sdk_requests.NUMBER: "java.lang.Double",
    sdk_requests.BOOLEAN: BOOLEAN,
    sdk_requests.TIMESTAMP: INSTANT,
    sdk_requests.BLOB: "software.amazon.awssdk.core.SdkBytes",
    sdk_requests.DOCUMENT: "software.amazon.awssdk.core.document.Document",
}
