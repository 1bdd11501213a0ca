"""The requests of AWS's operations as aws-sdk tasks write them: fields, types and required fields.

One file per service in `services/`, named as in a Resource (`aws-sdk:SERVICE:ACTION`) and written by
`tests/compile_sdk_requests.py` from botocore's models. Only the services that a definition names are
read. Field names are those of the Java SDK, capitalised.

A type is a text: one of the scalars below, "[" and the type of a list's elements, "{" and the type of a
map's values, or "#" and the name of a structure. For example, "{#MessageAttributeValue".
"""

from __future__ import annotations

import json
import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = os.path.join(os.path.dirname(__file__), "services")
_SERVICE = re.compile(r"[a-z0-9]+")

STRING, INTEGER, NUMBER, BOOLEAN, BLOB, TIMESTAMP, DOCUMENT = "s", "i", "n", "b", "B", "t", "x"
"""The scalars. A blob and a document may be any JSON value."""

LIST, MAP, STRUCTURE = "[", "{", "#"


class SdkRequest(NamedTuple):
    """The request of one operation.

    `required` is in the order of AWS's model. `fields` maps the names of the fields to their types.
    `stream` is the field with the body of the request ("Body" of s3:putObject), which the Java SDK
    takes apart from the other fields.
    """

    required: Sequence[str]
    fields: Mapping[str, str]
    stream: str | None


class SdkService:
    """The requests of one service, by the names of its actions ("putObject")."""

    def __init__(
        self,
        name: str,
        requests: Mapping[str, Mapping[str, str]],
        structures: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.name = name
        self._requests = requests
        self._structures = structures
        self._read: dict[str, SdkRequest] = {}
        self._fields: dict[str, Mapping[str, str]] = {}

    def __contains__(self, action: str) -> bool:
        return action in self._requests

    def request(self, action: str) -> SdkRequest:
        """Returns the request of an action. Raises KeyError."""
        if action not in self._read:
            found = dict(self._requests[action])
            required = found.pop("required", "").split()
            stream = found.pop("stream", None)
            self._read[action] = SdkRequest(required, _types_by_field(found), stream)
        return self._read[action]

    def structure(self, name: str) -> Mapping[str, str]:
        """Returns the types of a structure's fields. Raises KeyError."""
        if name not in self._fields:
            self._fields[name] = _types_by_field(self._structures[name])
        return self._fields[name]

    def with_structure(self, name: str, fields: Mapping[str, str]) -> SdkService:
        """Returns the service with other fields of one structure."""
        changed = SdkService(self.name, self._requests, self._structures)
        changed._fields[name] = fields
        return changed


def _types_by_field(fields_by_type: Mapping[str, str]) -> Mapping[str, str]:
    return {field: type_ for type_, fields in fields_by_type.items() for field in fields.split()}


@lru_cache(maxsize=64)
def load_sdk_service(name: str) -> SdkService | None:
    """Loads the requests of a service by its name in a Resource ("sqs"); None if it is unknown."""
    if _SERVICE.fullmatch(name) is None:
        return None
    try:
        with open(os.path.join(_FOLDER, f"{name}.json"), encoding="utf-8") as file:
            return SdkService(name, **json.load(file))
    except FileNotFoundError:
        return None
