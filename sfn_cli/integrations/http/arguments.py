"""Arguments that http:invoke and apigateway:invoke have in common.

An invalid request fails the task with States.Runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.asl.http_tasks import METHODS, unsupported_http_headers
from sfn_cli.errors import StatesError
from sfn_cli.integrations.http.url_encoding import url_query_pairs
from sfn_cli.jsonvalue import Json, dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfn_cli.integrations.http.client import Headers


def invalid_http_argument(cause: str) -> StatesError:
    return StatesError("States.Runtime", cause)


def check_arguments(arguments: Json) -> Mapping[str, Json]:
    """Returns the arguments, which must have an ApiEndpoint and a Method. Raises StatesError."""
    if not isinstance(arguments, dict):
        raise invalid_http_argument("The Parameters of the task must be an object.")
    if not isinstance(arguments.get("ApiEndpoint"), str) or not arguments["ApiEndpoint"]:
        raise invalid_http_argument("The field 'ApiEndpoint' is required but was missing")
    http_argument_choice(METHODS, "Method", arguments.get("Method"))
    return arguments


def http_argument_choice(choices: Iterable[str], field: str, value: Json) -> str:
    """Returns the value of a field, which must be one of the choices. Raises StatesError."""
    if not isinstance(value, str) or value not in choices:
        raise invalid_http_argument(
            f"The field '{field}' should be one of [{', '.join(choices)}] but was {dumps(value)}"
        )
    return value


def http_argument_object(arguments: Mapping[str, Json], field: str) -> Mapping[str, Json]:
    """Returns the object in a field, or {} if there is none. Raises StatesError."""
    value = arguments.get(field)
    if value is not None and not isinstance(value, dict):
        raise invalid_http_argument(f"The field '{field}' must be an object")
    return value or {}


def http_argument_headers(service: str, arguments: Mapping[str, Json]) -> Headers:
    """Returns the headers in a task's arguments; a value may be a list of values.

    Raises StatesError.
    """
    headers = http_argument_object(arguments, "Headers")
    refused = unsupported_http_headers(service, headers)
    if refused is not None:
        raise invalid_http_argument(refused)
    return tuple(url_query_pairs(headers))
