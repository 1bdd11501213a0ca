"""Data sources: the attributes that are known without AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfn_cli.stacks.readers.terraform.language.syntax import SourceText
from sfn_cli.stacks.readers.terraform.language.values import ConversionError, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.stacks.readers.terraform.language.syntax import Position
    from sfn_cli.stacks.readers.terraform.language.values import Value
    from sfn_cli.stacks.readers.terraform.module_scope import DataInstance
    from sfn_cli.stacks.readers.terraform.resources.arguments import ResourceArguments


def data_attribute(instance: DataInstance, name: str, at: Position) -> Value:
    """Returns an attribute of a data source; None if it is an argument or must be made up."""
    source = _SOURCES.get(instance.type)
    return source(instance, name, at) if source else None


def _caller_identity(instance: DataInstance, name: str, at: Position) -> Value:
    account = instance.module.project.account
    return {
        "account_id": account,
        "id": account,
        "user_id": account,
        "arn": f"arn:aws:iam::{account}:root",
    }.get(name)


def _region(instance: DataInstance, name: str, at: Position) -> Value:
    given = instance.arguments.get("name") or instance.arguments.get("region")
    return given or instance.module.project.region if name in {"name", "id", "region"} else None


def _partition(instance: DataInstance, name: str, at: Position) -> Value:
    return {
        "partition": "aws",
        "id": "aws",
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }.get(name)


def _zones(instance: DataInstance, name: str, at: Position) -> Value:
    region = instance.module.project.region
    if name == "names":
        return [f"{region}{letter}" for letter in "abc"]
    return [f"use1-az{number}" for number in (1, 2, 3)] if name == "zone_ids" else None


def _template_file(instance: DataInstance, name: str, at: Position) -> Value:
    if name != "rendered":
        return None
    template = instance.arguments.get("template")
    if template is None:
        raise at.error(f'{instance.address} has no "template"')
    place = instance.arguments.place("template")
    file = _template_path(instance) or f"{place.file if place else at.source.file} (template)"
    variables = instance.arguments.get("vars") or {}
    return instance.module.rendered(SourceText(file, to_text(template)), variables)


def _template_path(instance: DataInstance) -> str | None:
    """Returns the file of `template = file("…")`, as the place of errors."""
    from sfn_cli.stacks.readers.terraform.language.evaluator import evaluate
    from sfn_cli.stacks.readers.terraform.language.syntax import FunctionCall

    expression = instance.block.body.attributes["template"].expression
    if isinstance(expression, FunctionCall) and expression.name == "file":
        path = evaluate(expression.arguments[0], instance.module)
        return str(instance.module.project.file_functions.path(path))
    return None


def _archive_file(instance: DataInstance, name: str, at: Position) -> Value:
    if name.startswith("output_") and name not in {"output_path", "output_file_mode"}:
        # The archive's hash detects changes of the code, which sfn detects in the code itself.
        return f"{instance.address}.{name}"
    return None


def _local_file(instance: DataInstance, name: str, at: Position) -> Value:
    text = instance.module.project.functions["file"]
    return text(instance.arguments.get("filename")) if name == "content" else None


def _policy_document(instance: DataInstance, name: str, at: Position) -> Value:
    if name not in {"json", "minified_json"}:
        return None
    statements = [_statement(each) for each in instance.arguments.blocks("statement")]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, ensure_ascii=False)


def _statement(statement: ResourceArguments) -> dict[str, Any]:
    found = {
        "Sid": statement.get("sid"),
        "Effect": statement.get("effect") or "Allow",
        "Action": statement.get("actions"),
        "Resource": statement.get("resources"),
    }
    principals = {each.get("type"): each.get("identifiers") for each in statement.blocks("principals")}
    return {
        key: value for key, value in {**found, "Principal": principals or None}.items() if value is not None
    }


def _managed_policy(instance: DataInstance, name: str, at: Position) -> Value:
    if name == "arn":
        given, policy = instance.arguments.get("arn"), instance.arguments.get("name")
        return given or f"arn:aws:iam::aws:policy/{policy}"
    return None


def _ssm_parameter(instance: DataInstance, name: str, at: Position) -> Value:
    if name in {"value", "insecure_value"}:
        return instance.module.project.dynamic_reference(f"ssm:{instance.arguments.get('name')}")
    return None


def _secret_version(instance: DataInstance, name: str, at: Position) -> Value:
    if name == "secret_string":
        return instance.module.project.dynamic_reference(
            f"secretsmanager:{instance.arguments.get('secret_id')}:SecretString"
        )
    return None


def _vpc_list(instance: DataInstance, name: str, at: Position) -> Value:
    return [f"{instance.label.replace('_', '-')}-0"] if name == "ids" else None


def _never(instance: DataInstance, name: str, at: Position) -> Value:
    raise ConversionError(f"{instance.address}.{name} is known only to Terraform, and sfn does not read it")


_SOURCES: dict[str, Callable[[DataInstance, str, Position], Value]] = {
    "archive_file": _archive_file,
    "aws_availability_zones": _zones,
    "aws_caller_identity": _caller_identity,
    "aws_iam_policy": _managed_policy,
    "aws_iam_policy_document": _policy_document,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_secretsmanager_secret_version": _secret_version,
    "aws_ssm_parameter": _ssm_parameter,
    "aws_security_groups": _vpc_list,
    "aws_subnets": _vpc_list,
    "external": _never,
    "http": _never,
    "local_file": _local_file,
    "template_file": _template_file,
    "terraform_remote_state": _never,
}
