"""Small cloud assemblies, as CDK apps write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1))


def write_assembly(
    folder: Path,
    stacks: Mapping[str, Mapping[str, Any]],
    *,
    assets: Mapping[str, str] = {},
    dependencies: Mapping[str, Sequence[str]] = {},
    **others: Any,
) -> Path:
    """Writes an assembly of these stacks' templates. `assets` are paths, by hash."""
    files = {
        hash: {
            "source": {"path": path, "packaging": "zip"},
            "destinations": {"here": {"bucketName": BUCKET, "objectKey": f"{hash}.zip"}},
        }
        for hash, path in assets.items()
    }
    artifacts: dict[str, Any] = {"Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}
    for name, template in stacks.items():
        write_json(folder / f"{name}.template.json", template)
        write_json(folder / f"{name}.assets.json", {"version": "21.0.0", "files": files})
        artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.template.json", "stackName": name},
            "dependencies": [*dependencies.get(name, ()), f"{name}.assets"],
        }
    write_json(folder / "manifest.json", {"version": "21.0.0", "artifacts": artifacts, **others})
    return folder


def asset(hash: str) -> dict[str, Any]:
    """Returns an asset's place in S3 as a template of CDK version 2 names it."""
    return {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": f"{hash}.zip"}


def function(code: Any, **metadata: Any) -> dict[str, Any]:
    resource = {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "app.handler", "Code": code}}
    return {**resource, "Metadata": metadata} if metadata else resource


def machine(path: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "DefinitionString": '{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}',
            **properties,
        },
        "Metadata": {"aws:cdk:path": path},
    }
