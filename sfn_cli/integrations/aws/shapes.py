"""Converts AWS requests and responses between a task's JSON and botocore's values.

Step Functions calls the Java SDK: members have its names, capitalised, and JSON is parsed as by its
reader (a number is accepted for a string, and vice versa). A shape is botocore's, or an `OwnShape`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sfn_cli.api.model import is_not_in_aws_model
from sfn_cli.errors import StatesError
from sfn_cli.jsonvalue import Json, dumps, dumps_payload, well_formed_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STREAM_TYPE = "text/plain; charset=UTF-8"
"""The Java SDK's content type for a stream of text."""


class Shape(Protocol):
    """A shape as in botocore: `members` of a structure, `member` of a list, `value` of a map."""

    name: str
    type_name: str
    serialization: Mapping[str, Any]
    members: Mapping[str, Shape]
    member: Shape
    value: Shape


class OwnShape:
    """A shape of the package's own model (`sfn_cli.api.model`), as a Shape."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.name = ""
        self.type_name: str = described["type"]
        self.serialization: Mapping[str, Any] = {}
        self.members: Mapping[str, Shape] = {
            name: OwnShape(member)
            for name, member in described.get("members", {}).items()
            if not is_not_in_aws_model(member)
        }
        if "member" in described:
            self.member: Shape = OwnShape(described["member"])
        if "value" in described:
            self.value: Shape = OwnShape(described["value"])


def sdk_member_name(member: str) -> str:
    """Returns a member's name in aws-sdk tasks.

    `DBInstanceId` becomes DbInstanceId, `stateMachineArn` StateMachineArn, `ETag` ETag. The Java
    SDK lower-cases a name's leading capitals, except one that begins the next word. A name that Java
    reserves ends in Value: `Equals` becomes EqualsValue, `default` DefaultValue. DynamoDB's NULL is Nul
    (aws/aws-sdk-js-v3#4948).
    """
    if member == "NULL":
        return "Nul"
    name = list(member)
    for index in range(1, len(name)):
        following = member[index + 1 : index + 2]
        if not member[index].isupper() or (following and following.islower()):
            break
        name[index] = name[index].lower()
    spelled = capitalise_member("".join(name))
    return f"{spelled}Value" if spelled.lower() in _RESERVED_NAMES else spelled


# https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html (EqualsValue)
_RESERVED_NAMES = frozenset(
    """
    abstract assert boolean break byte case catch char class const continue default do double else enum
    equals extends false final finally float for goto if implements import instanceof int interface long
    native new null package private protected public return short static strictfp super switch
    synchronized this throw throws transient true try void volatile while
    """.split()  # noqa: SIM905
)


def capitalise_member(name: str) -> str:
    return name[:1].upper() + name[1:]


def shape_request(shape: Shape | None, arguments: Json) -> dict[str, Any]:
    """Converts a task's arguments to the operation's request.

    Raises StatesError for a field that the operation does not have.
    """
    if not isinstance(arguments, dict):
        raise StatesError("States.Runtime", "The Parameters of the task must be an object.")
    if shape is None:
        return {}
    taken: dict[str, Any] = _shape_structure(shape, arguments)
    for name, member in shape.members.items():
        if name not in taken and member.serialization.get("location") == "uri":
            raise StatesError(
                "States.Runtime", f"The field '{sdk_member_name(name)}' is required but was missing"
            )
        if name in taken and member.serialization.get("streaming") and "ContentType" in shape.members:
            taken.setdefault("ContentType", STREAM_TYPE)
    return taken


def _shape_structure(shape: Shape, value: Mapping[str, Json]) -> dict[str, Any]:
    names = {
        spelling: name
        for name in shape.members
        for spelling in (capitalise_member(name), sdk_member_name(name))
    }
    taken = {}
    for field, item in value.items():
        if field not in names:
            raise StatesError("States.Runtime", f'The field "{field}" is not supported by Step Functions')
        if item is not None:
            taken[names[field]] = _convert_to_shape(shape.members[names[field]], item, field)
    return taken


_CONTAINERS = {"structure": (dict, "an object"), "map": (dict, "an object"), "list": (list, "an array")}


def _convert_to_shape(shape: Shape, value: Any, field: str) -> Any:
    if isinstance(value, str) and _is_attribute_value(shape):
        return {"S": well_formed_text(value)}
    kind, wanted = _CONTAINERS.get(shape.type_name, (object, ""))
    if not isinstance(value, kind) and not getattr(shape, "is_document_type", False):
        raise StatesError("States.Runtime", f'The field "{field}" must be {wanted}')
    match shape.type_name:
        case "structure" if not getattr(shape, "is_document_type", False):
            return _shape_structure(shape, value)
        case "list":
            return [_convert_to_shape(shape.member, item, field) for item in value if item is not None]
        case "map":
            return {
                well_formed_text(key): _convert_to_shape(shape.value, item, field)
                for key, item in value.items()
                if item is not None
            }
        case "blob":
            # Observed: a stream contains the JSON text of the value; "text" keeps its quotes.
            is_verbatim = isinstance(value, str) and not shape.serialization.get("streaming")
            return well_formed_text(value if is_verbatim else dumps_payload(value)).encode()
        case "string" | "character":
            return well_formed_text(value) if isinstance(value, str) else dumps_payload(value)
        case "boolean" if isinstance(value, str):
            return value.lower() == "true"
        case "integer" | "long" if isinstance(value, (str, float)):
            return _whole_number_of_shape(value)
        case "float" | "double" if isinstance(value, str):
            return _number_of_shape(value)
    return value


def _is_attribute_value(shape: Shape) -> bool:
    """Whether the shape is DynamoDB's value of an attribute, {"S": "text"}.

    The Java SDK's class has a constructor for a string, which its JSON reader uses for strings, but not
    for numbers and booleans.
    """
    return shape.name == "AttributeValue" and "S" in shape.members


def _whole_number_of_shape(value: str | float) -> Any:
    number = _number_of_shape(value) if isinstance(value, str) else value
    return int(number) if isinstance(number, float) and number.is_integer() else value


def _number_of_shape(text: str) -> Any:
    """Parses a number; other text is returned, for the service to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def shape_result(shape: Shape | None, answer: Any, spell: Callable[[str], str] = sdk_member_name) -> Json:
    """Converts an operation's response to a task's result; `spell` names a member's field."""
    if shape is None:
        return {}
    match shape.type_name:
        case "structure" if not getattr(shape, "is_document_type", False):
            return {
                spell(name): shape_result(member, answer[name], spell)
                for name, member in shape.members.items()
                if answer.get(name) is not None and not member.serialization.get("eventstream")
            }
        case "list":
            return [shape_result(shape.member, item, spell) for item in answer]
        case "map":
            return {key: shape_result(shape.value, item, spell) for key, item in answer.items()}
        case "blob":
            return _text_of_shape_blob(answer)
        case "timestamp":
            return _instant_of_shape(answer)
        case "string" if not isinstance(answer, str):  # botocore parses the documents of IAM
            return dumps(answer)
    plain: Json = answer
    return plain


def _text_of_shape_blob(blob: Any) -> str:
    data: bytes = blob.read() if hasattr(blob, "read") else blob
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else data


def _instant_of_shape(at: datetime | float | str) -> str:
    """Formats a time as Java's Instant does: in UTC, with milliseconds if it has any.

    A number is in milliseconds since 1970.
    """
    if isinstance(at, str):
        return at
    moment = at.astimezone(UTC) if isinstance(at, datetime) else datetime.fromtimestamp(at / 1000, UTC)
    shown = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{shown}.{moment.microsecond // 1000:03d}Z" if moment.microsecond else f"{shown}Z"
