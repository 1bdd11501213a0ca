"""Versions and aliases over boto3, and as deployment tools call them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.fakes import MACHINE, PASS, ROLE
from tests.server.served import refused

if TYPE_CHECKING:
    from tests.server.served import Served

ARN = MACHINE + "deployed"
NEXT = json.dumps({"StartAt": "N", "States": {"N": {"Type": "Succeed"}}})


def refreshed(sfn: Any, arn: str) -> tuple[str, str | None, list[str]]:
    """Returns what Terraform reads before each plan: definition, newest version, and tags."""
    described = sfn.describe_state_machine(stateMachineArn=arn)
    versions = sfn.list_state_machine_versions(stateMachineArn=arn, maxResults=1)["stateMachineVersions"]
    tags = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
    newest = versions[0]["stateMachineVersionArn"] if versions else None
    return described["definition"], newest, [tag["key"] for tag in tags]


def test_the_life_of_a_deployment(served: Served) -> None:
    """Created, updated, routed, deleted and created again, in Terraform's order."""
    sfn = served.client("stepfunctions")
    machine = {
        "name": "deployed",
        "definition": PASS,
        "roleArn": ROLE,
        "type": "STANDARD",
        "publish": True,
        "tags": [{"key": "a", "value": "1"}],
    }
    created = sfn.create_state_machine(**machine)
    assert (created["stateMachineArn"], created["stateMachineVersionArn"]) == (ARN, ARN + ":1")
    sfn.tag_resource(resourceArn=ARN, tags=[{"key": "b", "value": "2"}])
    assert refreshed(sfn, ARN) == (PASS, ARN + ":1", ["a", "b"])

    alias = sfn.create_state_machine_alias(
        name="live",
        description="d",
        routingConfiguration=[{"stateMachineVersionArn": ARN + ":1", "weight": 100}],
    )["stateMachineAliasArn"]
    updated = sfn.update_state_machine(stateMachineArn=ARN, definition=NEXT, roleArn=ROLE, publish=True)
    assert (updated["stateMachineVersionArn"], refreshed(sfn, ARN)) == (
        ARN + ":2",
        (NEXT, ARN + ":2", ["a", "b"]),
    )
    assert sfn.describe_state_machine(stateMachineArn=ARN)["revisionId"] == updated["revisionId"]
    canary = [
        {"stateMachineVersionArn": ARN + f":{number}", "weight": weight}
        for number, weight in ((1, 90), (2, 10))
    ]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=canary)
    described = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (described["name"], described["description"], described["routingConfiguration"]) == (
        "live",
        "d",
        canary,
    )
    assert described["updateDate"] > described["creationDate"]
    aliases = sfn.list_state_machine_aliases(stateMachineArn=ARN)["stateMachineAliases"]
    assert aliases == [{"stateMachineAliasArn": alias, "creationDate": described["creationDate"]}]
    execution = sfn.start_execution(stateMachineArn=alias)["executionArn"]
    assert sfn.describe_execution(executionArn=execution)["stateMachineAliasArn"] == alias

    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    assert refused(sfn.describe_state_machine_alias, stateMachineAliasArn=alias) == (
        "ResourceNotFound",
        "Request references a resource that does not exist.",
        400,
    )
    sfn.delete_state_machine_version(stateMachineVersionArn=ARN + ":1")
    assert refreshed(sfn, ARN)[1] == ARN + ":2"
    sfn.delete_state_machine(stateMachineArn=ARN)
    assert sfn.describe_state_machine(stateMachineArn=ARN)["status"] == "DELETING"
    sfn.stop_execution(executionArn=execution)
    assert refused(sfn.describe_state_machine, stateMachineArn=ARN)[0] == "StateMachineDoesNotExist"
    again = sfn.create_state_machine(**machine)
    assert (again["stateMachineVersionArn"], refreshed(sfn, ARN)) == (ARN + ":1", (PASS, ARN + ":1", ["a"]))


def test_many_at_once(served: Served) -> None:
    """Concurrent publishers get the same version; concurrent updaters each get a different one."""
    sfn = served.client("stepfunctions")
    arn = sfn.create_state_machine(name="busy", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    with ThreadPoolExecutor(16) as threads:
        published = list(
            threads.map(lambda _: sfn.publish_state_machine_version(stateMachineArn=arn), range(32))
        )
        updates = list(
            threads.map(
                lambda n: sfn.update_state_machine(stateMachineArn=arn, roleArn=f"{ROLE}{n}", publish=True),
                range(16),
            )
        )
    assert {(answer["stateMachineVersionArn"], answer["creationDate"]) for answer in published} == {
        (arn + ":1", published[0]["creationDate"])
    }
    versions = {answer["stateMachineVersionArn"]: answer["revisionId"] for answer in updates}
    assert versions.keys() == {f"{arn}:{number}" for number in range(2, 18)}
    assert {
        arn: sfn.describe_state_machine(stateMachineArn=arn)["revisionId"] for arn in versions
    } == versions


def test_errors_of_routes_tell_why(served: Served) -> None:
    """ValidationException has AWS's reason."""
    sfn = served.client("stepfunctions")
    with pytest.raises(sfn.exceptions.ValidationException) as error:
        sfn.create_state_machine_alias(
            name="x", routingConfiguration=[{"stateMachineVersionArn": ARN, "weight": 100}]
        )
    response: Any = error.value.response
    assert response["reason"] == "INVALID_ROUTING_CONFIGURATION"
