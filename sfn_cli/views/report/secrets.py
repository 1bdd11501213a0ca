"""Masks secrets in execution data, so that a report can be attached to an issue.

It masks task tokens everywhere, because a token is enough to complete its task, and the values of members
with secret-like names, also in JSON inside a string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfn_cli import jsonvalue

if TYPE_CHECKING:
    from sfn_cli.jsonvalue import Json

MASK = "(masked)"

_TASK_TOKEN = re.compile(r"(?<![0-9a-fA-F])[0-9a-f]{128}[\w.~-]*")
"""sfn's task tokens (see interpreter/task_token.py), perhaps with a locator."""

_AWS_TASK_TOKEN = re.compile(r"(?<![\w+/])(?:AAAAKg|AQC)[A-Za-z0-9+/]{160,}={0,2}")
"""AWS's task tokens, which are encrypted and base64-encoded."""

_SHORTEST_TASK_TOKEN = 128

_CREDENTIALS = re.compile(r"(?<=Bearer )[\w.~+/-]{16,}=*|(?<=Basic )[A-Za-z0-9+/]{8,}={0,2}")
"""Credentials in HTTP requests."""

_NAME = r"[\w .-]{1,40}"
_MEMBERS = re.compile(
    # In JSON, and in the text of Python's dictionaries: "password": "…", 'password': '…'
    rf"""(?P<head>(["'])(?P<name>{_NAME})\2\s*:\s*(["']))(?P<value>(?:\\.|(?!\4)[^\\])*)(?P<tail>\4)"""
)
_ESCAPED_MEMBERS = re.compile(
    # In JSON inside a string: \"password\":\"…\"
    rf"""(?P<head>((?<!\\)\\+")(?P<name>{_NAME})\2\s*:\s*\2)(?P<value>.*?)(?P<tail>(?<!\\)\2)"""
)
_PARAMETERS = re.compile(r"(?P<head>\b(?P<name>[\w-]{1,40})=)(?P<value>[^\s&\"'\\,;)]+)(?P<tail>)")

_SECRET_NAMES = frozenset(
    {
        "accesstoken", "apikey", "authorization", "awssecretaccesskey", "awssessiontoken", "clientsecret",
        "cookie", "idtoken", "passphrase", "passwd", "password", "privatekey", "proxyauthorization",
        "refreshtoken", "secret", "secretaccesskey", "secretkey", "secretstring", "securitytoken",
        "sessiontoken", "setcookie", "tasktoken", "token", "xamzsecuritytoken", "xapikey", "xauthtoken",
    }
)  # fmt: skip
"""Names of members in lower case, without separators between words."""

_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_DEEPEST_TEXT = 4
"""The maximum nesting of JSON texts that is read."""


def mask_text(text: str) -> str:
    """Returns a text with tokens and values with secret-like names masked."""
    if len(text) >= _SHORTEST_TASK_TOKEN:
        text = _TASK_TOKEN.sub(MASK, _AWS_TASK_TOKEN.sub(MASK, text))
    if "Bearer " in text or "Basic " in text:
        text = _CREDENTIALS.sub(MASK, text)
    if ":" in text:
        text = _MEMBERS.sub(_mask_named_value, text)
        text = _ESCAPED_MEMBERS.sub(_mask_named_value, text)
    return _PARAMETERS.sub(_mask_named_value, text) if "=" in text else text


def mask_json_text(text: str) -> str:
    """Returns a JSON text with its secrets masked, as JSON; other text as in `mask_text`."""
    return _mask_nested_text(text, 0)


def _mask_nested_text(text: str, depth: int) -> str:
    if depth < _DEEPEST_TEXT and text.lstrip()[:1] in ("{", "["):
        try:
            value = jsonvalue.loads(text)
            masked = _mask_value(value, depth)
            return text if masked == value else jsonvalue.dumps(masked)
        except (ValueError, RecursionError):
            pass
    return mask_text(text)


def _mask_value(value: Json, depth: int) -> Json:
    if isinstance(value, str):
        return _mask_nested_text(value, depth + 1)
    if isinstance(value, list):
        return [_mask_value(item, depth) for item in value]
    if isinstance(value, dict):
        return {
            mask_text(name): MASK if _is_secret(name, item) else _mask_value(item, depth)
            for name, item in value.items()
        }
    return value


def _mask_named_value(found: re.Match[str]) -> str:
    value = MASK if _is_secret(found["name"], found["value"]) else found["value"]
    return f"{found['head']}{value}{found['tail']}"


def _is_secret(name: str, value: Json) -> bool:
    """Whether a member is a secret. Templates ("token.$": "$$.Task.Token") only refer to one."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value == "":
        return False
    if isinstance(value, str) and value.startswith(("{%", "$", "${", "arn:")):
        return False
    return _BETWEEN_WORDS.sub("", name.lower()) in _SECRET_NAMES
