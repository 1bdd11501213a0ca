"""Profiles of the AWS CLI's shared files: region, output format, binary format.

The order is that of the AWS CLI: options, then variables, then the profile, then the default.
https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-files.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.processes import ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Sfn

CONFIG = """\
# a comment
[default]
region = eu-west-1
output = text
cli_binary_format = raw-in-base64-out
s3 =
  max_concurrent_requests = 20

[profile "two words"]
Region: ap-south-1
[profile plain]
[sso-session plain]
region = us-gov-west-1
[plain]
region = us-gov-west-1
"""
CREDENTIALS = "[plain]\naws_access_key_id = a\n[only]\nregion = sa-east-1\n"
PASS = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})


@pytest.fixture(autouse=True)
def files(environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Writes the files where the AWS CLI looks for them. Returns the config file's path."""
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(CONFIG)
    (folder / "credentials").write_text(CREDENTIALS)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    return folder / "config"


@pytest.mark.parametrize(
    "variables, options, region",
    [
        ({}, "", "eu-west-1"),
        ({}, "--profile default", "eu-west-1"),
        ({"AWS_PROFILE": "two words"}, "", "ap-south-1"),
        ({"AWS_PROFILE": "two words"}, "--profile only", "sa-east-1"),
        ({}, "--profile plain", "us-east-1"),
        ({"AWS_DEFAULT_REGION": "us-west-1"}, "--profile only", "us-west-1"),
        ({"AWS_DEFAULT_REGION": "us-west-1", "AWS_REGION": "us-west-2"}, "", "us-west-2"),
        ({"AWS_REGION": "us-west-2"}, "--region ca-central-1", "ca-central-1"),
        ({"AWS_CONFIG_FILE": "/no/file"}, "", "us-east-1"),
    ],
)
def test_the_region(
    sfn: Sfn, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], options: str, region: str
) -> None:
    """The region of ARNs is that of the profile, unless a variable or an option names one."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    created = sfn("create-activity", "--name", "a", "--output", "json", *options.split())
    assert json.loads(created.stdout)["activityArn"] == f"arn:aws:states:{region}:123456789012:activity:a"


def test_formats(sfn: Sfn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile has the format of output and of binary values; variables and options win."""
    assert sfn("create-activity", "--name", "a").stdout.startswith("arn:aws:states:eu-west-1:")
    assert sfn("list-activities", "--output", "yaml").stdout.startswith("activities:\n- activityArn")
    monkeypatch.setenv("AWS_DEFAULT_OUTPUT", "json")
    assert sfn("list-activities").stdout.startswith("{")
    text = ("lambda", "invoke", "--function-name", "f", "--payload", '{"a": 1}', "out")
    assert sfn(*text).exit == 254  # the payload is read, and there is no such function
    monkeypatch.setenv("AWS_CLI_BINARY_FORMAT", "base64")
    assert "Invalid base64" in sfn(*text).stderr


@pytest.mark.parametrize(
    "profile, line, message",
    [
        ("gone", "", "The config profile (gone) could not be found"),
        ("default", "region = not a region\n", "Provided region_name 'not a region' doesn't match"),
        ("default", "output = xml\n", "Unknown output type: xml"),
        (
            "default",
            "cli_error_format = odd\n",
            "cli_error_format in the config file is 'odd': it must be",
        ),
        ("default", "no setting\n", "Unable to parse config file: "),
    ],
)
def test_unusable_files(
    sfn: Sfn, monkeypatch: pytest.MonkeyPatch, files: Path, profile: str, line: str, message: str
) -> None:
    """A profile that does not exist, and a bad setting, are one line on stderr."""
    files.write_text(f"[default]\n{line}")
    monkeypatch.setenv("AWS_PROFILE", profile)
    done = sfn("list-activities")
    assert (done.exit in (253, 255), done.stdout) == (True, "")
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_other_regions(sfn: Sfn) -> None:
    """Where the store has state machines only in another region, empty lists and errors name it."""
    created = ("create-state-machine", "--definition", PASS, "--role-arn", ROLE, "--name")
    assert sfn("list-state-machines").stderr == ""
    sfn(*created, "M", "--region", "us-east-1")
    note = "The store has no state machines in eu-west-1. It has some in us-east-1: add --region us-east-1"
    for command in (
        ("list-state-machines",),
        ("ls",),
        ("start-execution", "--state-machine-arn", "M"),
        (
            "describe-state-machine",
            "--state-machine-arn",
            f"arn:aws:states:eu-west-1:{ROLE[13:25]}:stateMachine:M",
        ),
    ):
        assert sfn(*command).stderr.count(note) == 1, command
    assert sfn("list-state-machines", "--region", "us-east-1").stderr == ""
    sfn(*created, "N")
    assert note not in sfn("start-execution", "--state-machine-arn", "M").stderr
