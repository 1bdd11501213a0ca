"""Converts words of argv to values of the model's types: file://, fileb://, JSON, shorthand, base64.

A parameter that cannot be read is a UsageError that names its option.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from sfn_cli import json_text
from sfn_cli.api.protocol.shapes import shorten_shape_text
from sfn_cli.cli.failures import CommandFailedError
from sfn_cli.errors import UsageError
from sfn_cli.input_files import PARAMETER_BYTES, read_input_bytes
from sfn_cli.yaml_text.definition_file import definition_as_json, describe_yaml_error, is_yaml_path

if TYPE_CHECKING:
    from sfn_cli.api.model import Shape
    from sfn_cli.cli.operations.options import Option


def option_value(option: Option, given: Any, *, raw_blobs: bool = False) -> Any:
    """Returns the value of an option, for its member.

    `raw_blobs`: a blob is raw, not in base64 (--cli-binary-format raw-in-base64-out).
    """
    assert option.shape is not None
    if isinstance(given, bool):
        return given
    kind = option.shape["type"]
    try:
        if kind == "list":
            return _list_value(option, given)
        loaded = load_value(given) if isinstance(given, str) else given
        if kind in ("structure", "map"):
            return _structure_value(option, _decode_value(loaded), option.shape)
    except _UnreadableError as error:
        raise UsageError(f"Error parsing parameter '{option.flag}': {error}") from None
    return _scalar_value(loaded, kind, raw_blobs=raw_blobs)


def definition_value(option: Option, given: str, value: Any) -> Any:
    """Returns the JSON text of a definition: `value`, the option's, may be a file's YAML."""
    path = location_path(given)
    if path is None or not isinstance(value, str) or not is_yaml_path(path):
        return value
    try:
        return definition_as_json(value, path)
    except ValueError as error:
        raise UsageError(
            f"Error parsing parameter '{option.flag}': {describe_yaml_error(error, path)}"
        ) from None


def location_path(given: Any) -> str | None:
    """Returns the PATH of file://PATH or fileb://PATH; None for any other value of an option."""
    scheme, separator, path = given.partition("://") if isinstance(given, str) else ("", "", "")
    if not separator or scheme not in ("file", "fileb"):
        return None
    return os.path.expandvars(os.path.expanduser(path))


def load_value(text: str) -> str | bytes:
    """Returns the content of file://PATH (text) or fileb://PATH (bytes); other text as it is."""
    loaded = _load_value_location(text)
    return text if loaded is None else loaded


def text_value(option: str, given: str) -> str:
    """Returns the text of an option that AWS does not have: a location's content, or the text itself."""
    try:
        return _decode_value(load_value(given))
    except _UnreadableError as error:
        raise UsageError(f"Error parsing parameter '{option}': {error}") from None


def json_input_value(option: str, given: str) -> dict[str, Any]:
    """Parses the request of --cli-input-json."""
    try:
        request = json_text.loads_json(text_value(option, given))
    except json_text.NotJson as error:
        message = f"Invalid JSON received: {error}"
        raise UsageError(f"Error parsing parameter 'cli-input-json': {message}") from None
    except ValueError:
        raise UsageError("Error parsing parameter 'cli-input-json': Invalid JSON received.") from None
    return _mapping_value(option, request)


def yaml_input_value(option: str, given: str) -> dict[str, Any]:
    """Parses the request of --cli-input-yaml."""
    from sfn_cli.yaml_text.limited_loader import loads_yaml
    from sfn_cli.yaml_text.limits import InvalidYamlError

    try:
        request = loads_yaml(text_value(option, given))
    except InvalidYamlError as error:
        raise UsageError(
            f"Error parsing parameter 'cli-input-yaml': Invalid YAML received: {error}"
        ) from None
    return _mapping_value(option, request)


class _UnreadableError(Exception):
    """The text cannot be read as what the option takes."""


def _mapping_value(option: str, request: Any) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise UsageError(
            f"Error parsing parameter '{option}': Invalid type: expecting map, received {type(request)}"
        )
    for name in request:
        if not isinstance(name, str):
            wrong = f"Invalid type: expecting names as keys, received {type(name)}"
            raise UsageError(f"Error parsing parameter '{option}': {wrong}")
    return request


def _load_value_location(text: str) -> str | bytes | None:
    path = location_path(text)
    if path is None:
        return None
    try:
        content = read_input_bytes(path, PARAMETER_BYTES)
    except OSError as error:
        raise _UnreadableError(f"Unable to load paramfile {text}: {error}") from None
    if text.startswith("fileb:"):
        return content
    try:
        # As in Python's text files: line ends of any system become "\n".
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _UnreadableError(
            f"Unable to load paramfile ({path}), text contents could not be decoded.  "
            "If this is a binary file, please use the fileb:// prefix instead of the file:// prefix."
        ) from None


def _decode_value(loaded: str | bytes) -> str:
    return loaded if isinstance(loaded, str) else loaded.decode("utf-8", "replace")


def _list_value(option: Option, words: list[str]) -> Any:
    """Parses a list: JSON in one word, or a word for each element."""
    assert option.shape is not None
    if len(words) == 1:
        only = _decode_value(load_value(words[0]))
        if only.lstrip().startswith("["):
            return _json_value(only)
        words = [only]
    member = option.shape["member"]
    if member["type"] in ("structure", "map"):
        return [_structure_value(option, _decode_value(load_value(word)), member) for word in words]
    return [_scalar_value(load_value(word), member["type"], raw_blobs=False) for word in words]


def _structure_value(option: Option, text: str, shape: Shape) -> Any:
    if text.lstrip().startswith(("{", "[")):
        return _json_value(text)
    from sfn_cli.cli.operations import shorthand

    try:
        return shorthand.convert_shorthand(shorthand.parse_shorthand(text, _load_value_location), shape)
    except ValueError as error:
        raise _UnreadableError(str(error)) from None


def _json_value(text: str) -> Any:
    try:
        return json_text.loads_json(text)
    except json_text.NotJson as error:
        raise _UnreadableError(f"Invalid JSON: {error}") from None
    except ValueError as error:
        raise _UnreadableError(f"Invalid JSON: {error}\nJSON received: {shorten_shape_text(text)}") from None


def _scalar_value(loaded: Any, kind: str, *, raw_blobs: bool) -> Any:
    if kind == "blob":
        return loaded if isinstance(loaded, bytes) else _blob_value(loaded, raw_blobs)
    if isinstance(loaded, bytes):
        loaded = _decode_value(loaded)
    if kind in ("integer", "long") and isinstance(loaded, str):
        try:
            return int(loaded)
        except ValueError as error:
            raise CommandFailedError(str(error)) from None
    if kind in ("float", "double") and isinstance(loaded, str):
        try:
            return float(loaded)
        except ValueError as error:
            raise CommandFailedError(str(error)) from None
    return loaded


def _blob_value(text: str, raw: bool) -> bytes:
    if raw:
        return text.encode()
    from binascii import Error, a2b_base64

    try:
        return a2b_base64(text.encode("ascii"), strict_mode=True) if text else b""
    except UnicodeEncodeError:
        raise CommandFailedError("string argument should contain only ASCII characters") from None
    except Error:
        advice = "\nTo pass text as it is: --cli-binary-format raw-in-base64-out\n"
        raise CommandFailedError(
            f'Invalid base64: "{shorten_shape_text(text)}"', below=advice if sys.stderr.isatty() else ""
        ) from None
