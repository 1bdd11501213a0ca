"""Made-up attributes: those of AWS data sources, `random_*`, and resources that are left out.

They are the same each time a project is read, so that an unchanged project causes no changes.
"""

from __future__ import annotations

import base64
import hashlib
import string
import uuid
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.values import to_integer, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments

_ID_PREFIXES = {
    "aws_vpc": "vpc",
    "aws_subnet": "subnet",
    "aws_security_group": "sg",
    "aws_internet_gateway": "igw",
    "aws_nat_gateway": "nat",
    "aws_route_table": "rtb",
    "aws_instance": "i",
    "aws_launch_template": "lt",
    "aws_eip": "eipalloc",
    "aws_efs_file_system": "fs",
    "aws_efs_access_point": "fsap",
    "aws_network_interface": "eni",
    "aws_vpc_endpoint": "vpce",
}
_NAMES = (
    "name",
    "bucket",
    "function_name",
    "identifier",
    "cluster_identifier",
    "domain_name",
    "family",
    "id",
)
_ARN_KINDS = {
    "aws_sfn_state_machine": "states:{region}:{account}:stateMachine:{name}",
    "aws_sfn_activity": "states:{region}:{account}:activity:{name}",
    "aws_lambda_function": "lambda:{region}:{account}:function:{name}",
    "aws_lambda_layer_version": "lambda:{region}:{account}:layer:{name}:1",
    "aws_sns_topic": "sns:{region}:{account}:{name}",
    "aws_sqs_queue": "sqs:{region}:{account}:{name}",
    "aws_s3_bucket": "s3:::{name}",
    "aws_s3_object": "s3:::{name}",
    "aws_dynamodb_table": "dynamodb:{region}:{account}:table/{name}",
    "aws_kinesis_stream": "kinesis:{region}:{account}:stream/{name}",
    "aws_kinesis_firehose_delivery_stream": "firehose:{region}:{account}:deliverystream/{name}",
    "aws_cloudwatch_event_bus": "events:{region}:{account}:event-bus/{name}",
    "aws_cloudwatch_log_group": "logs:{region}:{account}:log-group:{name}",
    "aws_ssm_parameter": "ssm:{region}:{account}:parameter/{name}",
    "aws_secretsmanager_secret": "secretsmanager:{region}:{account}:secret:{name}",
    "aws_iam_role": "iam::{account}:role/{name}",
    "aws_iam_policy": "iam::{account}:policy/{name}",
    "aws_iam_user": "iam::{account}:user/{name}",
    "aws_iam_instance_profile": "iam::{account}:instance-profile/{name}",
    "aws_ecs_task_definition": "ecs:{region}:{account}:task-definition/{name}:1",
    "aws_vpc": "ec2:{region}:{account}:vpc/{name}",
}


def made_up_attribute(
    type: str, label: str, seed: str, arguments: ResourceArguments, name: str, place: Mapping[str, str]
) -> Value:
    """Returns an attribute of a resource that is left out, or of an AWS data source.

    `place` has the region and the account. An attribute is always a string, even if it may be a
    list on AWS.
    """
    prefix = _ID_PREFIXES.get(type)
    if name == "id" and prefix:
        return f"{prefix}-{_digest(seed).hex()[:17]}"
    if name == "arn":
        given = arguments.get("arn")
        return given if isinstance(given, str) else _arn(type, _name(label, arguments), place)
    if name == "url" and type == "aws_sqs_queue":
        return f"https://sqs.{place['region']}.amazonaws.com/{place['account']}/{_name(label, arguments)}"
    if name in {"id", *_NAMES}:
        return _name(label, arguments)
    if name.endswith("_arn"):
        return f"{_arn(type, _name(label, arguments), place)}/{name.removesuffix('_arn')}"
    return f"{_name(label, arguments)}-{name.replace('_', '-')}"


def made_up_output(address: str, source: str, name: str, place: Mapping[str, str]) -> str:
    """Returns an output of a module that is not available locally.

    An ARN's type comes from the output's name, such as `iam_role_arn`, or else from the module's
    source. An output is always a string, even if the module returns a list.
    """
    label = address.rpartition("module.")[2].partition("[")[0].replace("_", "-")
    if name == "arn" or name.endswith("_arn"):
        sources = [part for part in source.split("/") if part not in {"", "aws"}]
        noun = name.removesuffix("arn").rstrip("_") or sources[-1].replace("-", "_")
        return _arn(f"aws_{noun}", label, place)
    return label if name in {"id", "name"} else f"{label}-{name.replace('_', '-')}"


def _name(label: str, arguments: ResourceArguments) -> str:
    for argument in _NAMES:
        if isinstance(value := arguments.get(argument), str):
            return value
    return label.replace("_", "-")


def _arn(type: str, name: str, place: Mapping[str, str]) -> str:
    pattern = _ARN_KINDS.get(type)
    if pattern is None:
        _, service, *kind = type.split("_")
        pattern = f"{service}:{{region}}:{{account}}:{'-'.join(kind) or 'resource'}/{{name}}"
    return "arn:aws:" + pattern.replace("{name}", name).format(**place)


def _digest(seed: str, length: int = 32) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(length)


# random_*, time_* and other resources that exist only in Terraform's state


def _random_id(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    length = min(to_integer(arguments.get("byte_length") or 8), 1024)
    content = _digest(seed, length)
    prefix = arguments.get("prefix") or ""
    url = base64.urlsafe_b64encode(content).decode().rstrip("=")
    return {
        "id": url,
        "b64_url": prefix + url,
        "b64_std": prefix + base64.b64encode(content).decode(),
        "hex": prefix + content.hex(),
        "dec": prefix + str(int.from_bytes(content)),
    }


def _random_text(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    characters = ""
    for argument, those in (
        ("lower", string.ascii_lowercase),
        ("upper", string.ascii_uppercase),
        ("numeric", string.digits),
    ):
        characters += those if arguments.get(argument) is not False else ""
    if arguments.get("special") is not False:
        characters += arguments.get("override_special") or "!@#$%&*()-_=+[]{}<>:?"
    length = min(to_integer(arguments.get("length") or 16), 4096)
    result = (
        "".join(characters[byte % len(characters)] for byte in _digest(seed, length)) if characters else ""
    )
    return {"result": result, "id": result, "bcrypt_hash": "$2a$10$" + _digest(seed).hex()}


def _random_pet(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    words = ("amber", "brisk", "calm", "deft", "eager", "fond", "glad", "happy")
    animals = ("ant", "bee", "cat", "dog", "elk", "fox", "goat", "hen")
    content = _digest(seed, 64)
    length = max(1, min(to_integer(arguments.get("length") or 2), 60))
    parts = [words[byte % 8] for byte in content[: length - 1]] + [animals[content[-1] % 8]]
    if prefix := arguments.get("prefix"):
        parts.insert(0, to_text(prefix))
    return {"id": to_text(arguments.get("separator") or "-").join(parts)}


def _random_integer(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    least, most = to_integer(arguments.get("min") or 0), to_integer(arguments.get("max") or 0)
    result = least + int.from_bytes(_digest(seed)) % (max(most - least, 0) + 1)
    return {"result": result, "id": str(result)}


def _random_shuffle(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    items = arguments.get("input") or []
    order = sorted(items, key=lambda item: _digest(f"{seed} {item}"))
    return {"result": order[: arguments.get("result_count") or None]}


def _random_uuid(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    result = str(uuid.UUID(bytes=_digest(seed, 16), version=4))
    return {"result": result, "id": result}


def _time(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    moment = arguments.get("rfc3339") or "2024-01-01T00:00:00Z"
    return {"rfc3339": moment, "id": moment, "unix": 1704067200, "year": 2024, "month": 1, "day": 1}


def _terraform_data(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    return {"output": arguments.get("input"), "id": _random_uuid(arguments, seed)["id"]}


def _local_file(arguments: ResourceArguments, seed: str) -> dict[str, Value]:
    return {"id": _digest(seed, 20).hex()}


LOCAL_RESOURCES: Mapping[str, Callable[[ResourceArguments, str], dict[str, Any]]] = {
    "random_id": _random_id,
    "random_string": _random_text,
    "random_password": _random_text,
    "random_pet": _random_pet,
    "random_integer": _random_integer,
    "random_shuffle": _random_shuffle,
    "random_uuid": _random_uuid,
    "random_bytes": lambda arguments, seed: {
        "hex": _digest(seed, to_integer(arguments.get("length") or 8)).hex()
    },
    "time_static": _time,
    "time_offset": _time,
    "time_rotating": _time,
    "null_resource": _local_file,
    "time_sleep": _local_file,
    "local_file": _local_file,
    "terraform_data": _terraform_data,
}
"""The attributes of resources that depend only on their arguments and on Terraform itself."""
