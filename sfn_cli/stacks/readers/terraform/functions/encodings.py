"""Functions for encoding, decoding, hashes, numbers, times and networks."""

from __future__ import annotations

import base64
import binascii
import csv
import datetime
import gzip
import hashlib
import io
import ipaddress
import json
import math
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from sfn_cli.stacks.readers.terraform.language.values import (
    Attributes,
    ConversionError,
    Value,
    simple_number,
    to_integer,
    to_number,
    to_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_JSON_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def json_encoded(value: Value) -> str:
    """Returns JSON in Terraform's form: sorted keys, no spaces, `<>&` escaped."""
    try:
        text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False, default=_no_json)
    except (ValueError, RecursionError) as error:
        raise ConversionError(f"jsonencode cannot encode the value: {error}") from None
    return text.translate(_JSON_ESCAPES)


def _no_json(value: object) -> object:
    what = "a whole resource or module" if isinstance(value, Attributes) else "the value"
    raise ConversionError(f"{what} cannot be encoded as JSON. Name its attributes individually")


def _jsondecode(text: Value) -> Value:
    try:
        return _simple_numbers(json.loads(to_text(text)))
    except (ValueError, RecursionError) as error:
        raise ConversionError(f"jsondecode: invalid JSON: {error}") from None


def _simple_numbers(value: Value) -> Value:
    if isinstance(value, list):
        return [_simple_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _simple_numbers(item) for key, item in value.items()}
    return simple_number(value) if isinstance(value, float) else value


def _yamldecode(text: Value) -> Value:
    from sfn_cli.yaml_text.limited_loader import loads_yaml
    from sfn_cli.yaml_text.limits import InvalidYamlError

    try:
        return loads_yaml(to_text(text))
    except InvalidYamlError as error:
        raise ConversionError(f"yamldecode: invalid YAML: {error.problem}") from None


def _yamlencode(value: Value) -> str:
    import yaml

    return str(yaml.safe_dump(json.loads(json_encoded(value)), sort_keys=True, allow_unicode=True))


def _base64decode(text: Value) -> str:
    try:
        return base64.b64decode(to_text(text), validate=True).decode()
    except (binascii.Error, ValueError):
        raise ConversionError("base64decode: the string is not base64 of UTF-8 text") from None


def _csvdecode(text: Value) -> list[Value]:
    return [dict(row) for row in csv.DictReader(io.StringIO(to_text(text)))]


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _parseint(text: Value, base: Value) -> int:
    try:
        return int(to_text(text), to_integer(base))
    except ValueError:
        raise ConversionError(f"parseint: the string is not a number in base {to_text(base)}") from None


def _log(number: Value, base: Value) -> float:
    try:
        return simple_number(math.log(to_number(number), to_number(base)))
    except (ValueError, ZeroDivisionError):
        raise ConversionError("log needs a positive number and base") from None


def _pow(number: Value, power: Value) -> float:
    try:
        return simple_number(float(to_number(number)) ** float(to_number(power)))
    except (OverflowError, ZeroDivisionError, TypeError):
        raise ConversionError("pow cannot calculate this power") from None


# Times


def _time(text: Value) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(to_text(text))
    except ValueError:
        raise ConversionError(f"{to_text(text)[:40]!r} is not a time in RFC 3339 format") from None


def _time_text(time: datetime.datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def _timestamp() -> str:
    return _time_text(datetime.datetime.now(datetime.UTC))


def _timeadd(time: Value, duration: Value) -> str:
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    text = to_text(duration)
    if not re.fullmatch(r"-?(?:\d+(?:\.\d+)?(?:h|ms|us|µs|ns|m|s))+", text):
        raise ConversionError(f"{text[:40]!r} is not a duration, such as 1h30m")
    seconds = sum(
        float(number) * units[unit]
        for number, unit in re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)", text)
    )
    return _time_text(_time(time) + datetime.timedelta(seconds=-seconds if text.startswith("-") else seconds))


def _formatdate(pattern: Value, time: Value) -> str:
    moment = _time(time)
    offset = moment.strftime("%z") or "+0000"
    values = {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "MMMM": moment.strftime("%B"),
        "MMM": moment.strftime("%b"),
        "MM": f"{moment.month:02}",
        "M": str(moment.month),
        "DD": f"{moment.day:02}",
        "D": str(moment.day),
        "EEEE": moment.strftime("%A"),
        "EEE": moment.strftime("%a"),
        "HH": f"{moment.hour % 12 or 12:02}",
        "H": str(moment.hour % 12 or 12),
        "hh": f"{moment.hour:02}",
        "h": str(moment.hour),
        "mm": f"{moment.minute:02}",
        "m": str(moment.minute),
        "ss": f"{moment.second:02}",
        "s": str(moment.second),
        "AA": moment.strftime("%p"),
        "aa": moment.strftime("%p").lower(),
        "ZZZZZ": f"{offset[:3]}:{offset[3:]}",
        "ZZZZ": offset,
        "ZZZ": "UTC" if offset == "+0000" else offset,
        "Z": "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}",
    }

    def replaced(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1].replace("''", "'")
        if match.group() not in values:
            raise ConversionError(f'formatdate does not support "{match.group()}"')
        return values[match.group()]

    return re.sub(r"'((?:[^']|'')*)'|([A-Za-z])\2*", replaced, to_text(pattern))


def _timecmp(left: Value, right: Value) -> int:
    return (_time(left) > _time(right)) - (_time(left) < _time(right))


# Networks


def _network(prefix: Value) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(to_text(prefix), strict=False)
    except ValueError as error:
        raise ConversionError(str(error)) from None


def _cidrsubnet(prefix: Value, bits: Value, number: Value) -> str:
    network = _network(prefix)
    length = network.prefixlen + to_integer(bits)
    if length > network.max_prefixlen or not 0 <= to_integer(number) < 2 ** to_integer(bits):
        raise ConversionError("cidrsubnet: the network has no such subnet")
    address = int(network.network_address) + (to_integer(number) << (network.max_prefixlen - length))
    return f"{type(network.network_address)(address)}/{length}"


def _cidrsubnets(prefix: Value, *bits: Value) -> list[str]:
    network = _network(prefix)
    address = int(network.network_address)
    found = []
    for each in bits:
        length = network.prefixlen + to_integer(each)
        size = 1 << max(0, network.max_prefixlen - length)
        address = (address + size - 1) // size * size
        if length > network.max_prefixlen or address + size - 1 > int(network.broadcast_address):
            raise ConversionError("cidrsubnets: the network is too small for the subnets")
        found.append(f"{type(network.network_address)(address)}/{length}")
        address += size
    return found


def _cidrhost(prefix: Value, number: Value) -> str:
    network = _network(prefix)
    index = to_integer(number)
    if not -network.num_addresses <= index < network.num_addresses:
        raise ConversionError("cidrhost: the network has no such host")
    start = network.network_address if index >= 0 else network.broadcast_address + 1
    return str(start + index)


def _signum(number: Value) -> int:
    return (to_number(number) > 0) - (to_number(number) < 0)


HASHES: dict[str, Callable[[bytes], str]] = {
    "base64sha256": lambda content: _encoded(hashlib.sha256(content).digest()),
    "base64sha512": lambda content: _encoded(hashlib.sha512(content).digest()),
    "md5": lambda content: hashlib.md5(content, usedforsecurity=False).hexdigest(),
    "sha1": lambda content: hashlib.sha1(content, usedforsecurity=False).hexdigest(),
    "sha256": lambda content: hashlib.sha256(content).hexdigest(),
    "sha512": lambda content: hashlib.sha512(content).hexdigest(),
}


def _hash_function(hash: Callable[[bytes], str]) -> Callable[[Value], Any]:
    return lambda text: hash(to_text(text).encode())


ENCODING_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": lambda number: abs(to_number(number)),
    "base64decode": _base64decode,
    "base64encode": lambda text: _encoded(to_text(text).encode()),
    "base64gzip": lambda text: _encoded(gzip.compress(to_text(text).encode(), mtime=0)),
    "bcrypt": lambda text, *_cost: "$2a$" + hashlib.sha256(to_text(text).encode()).hexdigest(),
    "ceil": lambda number: math.ceil(to_number(number)),
    "cidrhost": _cidrhost,
    "cidrnetmask": lambda prefix: str(_network(prefix).netmask),
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
    "csvdecode": _csvdecode,
    "floor": lambda number: math.floor(to_number(number)),
    "formatdate": _formatdate,
    "jsondecode": _jsondecode,
    "jsonencode": json_encoded,
    "log": _log,
    "parseint": _parseint,
    "plantimestamp": _timestamp,
    "pow": _pow,
    "signum": _signum,
    "textdecodebase64": lambda text, encoding: base64.b64decode(to_text(text)).decode(to_text(encoding)),
    "textencodebase64": lambda text, encoding: _encoded(to_text(text).encode(to_text(encoding))),
    "timeadd": _timeadd,
    "timecmp": _timecmp,
    "timestamp": _timestamp,
    "urlencode": lambda text: quote_plus(to_text(text), safe="-_.~"),
    "uuid": lambda: str(uuid.uuid5(uuid.NAMESPACE_OID, "sfn")),
    "uuidv5": lambda namespace, name: str(uuid.uuid5(_namespace(namespace), to_text(name))),
    "yamldecode": _yamldecode,
    "yamlencode": _yamlencode,
    **{name: _hash_function(hash) for name, hash in HASHES.items()},
}


def _namespace(namespace: Value) -> uuid.UUID:
    known = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    name = to_text(namespace)
    try:
        return known.get(name) or uuid.UUID(name)
    except ValueError:
        raise ConversionError(f"{name[:40]!r} is not a UUID namespace") from None
