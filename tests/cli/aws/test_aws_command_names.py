"""The list of the AWS CLI's commands, `sfn_cli/cli/aws/aws_commands.txt`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click

from sfn_cli.cli.aws import other_services
from sfn_cli.cli.operations.commands import Sfn

COMMAND_TABLE = """
import json
from awscli.clidriver import create_clidriver
print(json.dumps(list(create_clidriver()._get_command_table())))
"""
"""Run in a process of its own: other tests change the botocore of this one."""


def test_the_list_has_the_commands_of_the_installed_aws() -> None:
    """It has every command of the AWS CLI but sfn's own. SFN_GOLDEN=write rewrites the list."""
    group = Sfn("sfn")
    own = set(group.list_commands(click.Context(group)))
    printed = subprocess.run([sys.executable, "-c", COMMAND_TABLE], capture_output=True, check=True).stdout
    known = sorted(set(json.loads(printed)) - own)
    if os.environ.get("SFN_GOLDEN") == "write":
        with open(other_services._LIST, "w", encoding="utf-8") as file:
            file.write("\n".join(known) + "\n")
    with open(other_services._LIST, encoding="utf-8") as file:
        assert file.read().split() == known


def test_a_service_that_only_botocore_has() -> None:
    """A service that only a newer botocore knows is a command, too."""
    assert other_services.is_aws_command("codedeploy")
    assert not other_services.is_aws_command("../data")
    assert not other_services.is_aws_command("tasks")
