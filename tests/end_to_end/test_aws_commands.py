"""The AWS CLI at the local AWS services: `sfn aws env`, and `sfn s3 …`, which runs `aws s3 …`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.processes import SFN, TIMEOUT_SECONDS, environment_of, serving, sfn, stop_home

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # AWS's services take seconds to start

AWS = str(Path(sys.executable).with_name("aws"))
NO_AWS = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_PAGER": ""}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("aws") / "home with a space"
    yield home
    stop_home(home)


def run(
    home: Path, script: str, shell: str = "bash", path: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs a script in a shell whose PATH has sfn and aws."""
    known = os.pathsep.join([str(Path(SFN).parent), str(Path(AWS).parent), os.environ["PATH"]])
    return subprocess.run(
        [str(shutil.which(shell)), "-c", script],
        env=environment_of(home, {"PATH": path or known, **NO_AWS, **more}),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


@pytest.mark.parametrize(
    "shell, enter",
    [
        ("bash", 'eval "$(sfn aws env)"'),
        ("zsh", 'eval "$(sfn aws env)"'),
        ("sh", "export $(sfn aws env --format env-no-export)"),
        ("fish", "sfn aws env --format fish | source"),
    ],
)
def test_the_environment_of_a_shell(home: Path, shell: str, enter: str) -> None:
    """With `sfn aws env`, aws needs no configuration; the region is the user's."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = run(home, f"{enter}; aws sns create-topic --name {shell}", shell, AWS_DEFAULT_REGION="eu-west-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["TopicArn"].startswith("arn:aws:sns:eu-west-1:")


def test_commands_of_other_services(home: Path) -> None:
    """`sfn s3` runs `aws s3`, with its input, output and exit codes, against the services that tasks call."""
    done = run(
        home,
        "sfn s3 mb s3://orders && echo one | sfn s3 cp - s3://orders/a && sfn s3 cp s3://orders/a - | cat"
        " && sfn --region eu-west-1 sqs create-queue --queue-name q --query QueueUrl --output text",
    )
    assert (done.returncode, done.stderr) == (0, "")
    created, content, url = done.stdout.splitlines()
    assert (created, content, url.endswith("/q")) == ("make_bucket: orders", "one", True)
    assert "orders" in run(home, "sfn s3 ls").stdout
    direct = 'eval "$(sfn aws env)"; aws --endpoint-url $AWS_ENDPOINT_URL'
    passed_on, own = (run(home, f"{aws} sqs get-queue-url --queue-name none") for aws in ("sfn", direct))
    assert (passed_on.returncode, passed_on.stderr) == (own.returncode, own.stderr)
    assert passed_on.returncode != 0


TASK = {
    "StartAt": "Send",
    "States": {
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:sqs:createQueue",
            "Parameters": {"QueueName": "later"},
            "ResultSelector": {"url.$": "$.QueueUrl"},
            "End": True,
        }
    },
}


def test_sfn_in_the_environment_of_a_shell(home: Path, tmp_path: Path) -> None:
    """In the shell of `sfn aws env`, sfn finds the local services also after they have been restarted.

    The URL of a queue that a task created is that of the endpoint.
    """
    (tmp_path / "later.asl.json").write_text(json.dumps(TASK))
    enter = 'eval "$(sfn aws env)"; sfn aws stop;'
    done = run(
        home,
        f"{enter} sfn run {tmp_path}/later.asl.json && sfn ls --query 'stateMachines[].name' --output text"
        " && sfn sqs list-queues --query QueueUrls --output text; echo $AWS_ENDPOINT_URL",
    )
    assert done.returncode == 0, done.stderr
    *_, names, queues, named = done.stdout.splitlines()
    assert names.split() == ["later"], done.stdout
    assert queues.endswith("/later"), done.stdout
    assert queues.startswith(named)  # the URL of a home stays the same


def test_sfn_serve_in_the_environment_of_a_shell(home: Path) -> None:
    """`sfn serve` forwards to the local services there, and the worker's functions call its endpoint."""
    exported = run(home, "sfn aws env --format env-no-export").stdout.splitlines()
    variables = dict(line.split("=", 1) for line in exported)
    sfn(home, "aws", "stop")
    with serving(home, environment=variables) as url:
        done = run(home, f"aws sqs list-queues --endpoint-url {url}", **variables)
        assert (done.returncode, done.stderr) == (0, "")
        # The credentials of `sfn aws env` also sign requests to an endpoint on this machine.
        done = run(home, f"sfn list-state-machines --max-items 0 --endpoint-url {url}", **variables)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "script",
    [
        "sfn iam list-users",
        "sfn list-state-machines --endpoint-url https://states.us-east-1.amazonaws.com",
    ],
)
def test_aws_itself_in_the_environment_of_a_shell(home: Path, tmp_path: Path, script: str) -> None:
    """Requests to AWS are not signed with the credentials of `sfn aws env`."""
    enter = 'eval "$(env -u SFN_AWS sfn aws env)"'
    done = run(home, f"{enter}; {script}", SFN_AWS="real", HOME=str(tmp_path))
    assert done.returncode in (253, 255), done.stdout + done.stderr  # 255: version 1 of the AWS CLI
    assert "Unable to locate credentials" in done.stderr


def test_another_endpoint_in_the_environment_of_a_shell(home: Path) -> None:
    """An endpoint that the user sets after `sfn aws env` is called."""
    again = "export AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_MAX_ATTEMPTS=1"
    done = run(home, f'eval "$(sfn aws env)"; {again}; sfn s3 ls')
    assert done.returncode == 255
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:9/' in done.stderr


@pytest.mark.parametrize(
    "script, variables",
    [
        ("sfn s3 ls --endpoint-url http://127.0.0.1:9", {}),
        ("sfn s3 ls", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        ("sfn sqs list-queues", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        ("sfn sqs list-queues", {"AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9"}),
    ],
)
def test_a_named_endpoint(tmp_path: Path, script: str, variables: dict[str, str]) -> None:
    """A named endpoint is called instead of the local services, which are not started."""
    done = run(tmp_path, script, AWS_MAX_ATTEMPTS="1", **variables)
    assert (done.returncode, done.stdout) == (255, "")
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:9/' in done.stderr
    assert not (tmp_path / "aws.lock").exists()


def test_aws_itself(tmp_path: Path) -> None:
    """With SFN_AWS=real the commands use the user's own AWS configuration."""
    done = run(
        tmp_path, "sfn sts get-caller-identity; sfn iam list-users", SFN_AWS="real", HOME=str(tmp_path)
    )
    assert "Unable to locate credentials" in done.stderr or "must specify a region" in done.stderr


def test_aws_is_not_installed(tmp_path: Path) -> None:
    """The error names the alternatives. A link to sfn, and a script that runs it, do not count."""
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "aws").symlink_to(SFN)
    (tmp_path / "script").mkdir()
    script = tmp_path / "script" / "aws"
    script.write_text('#!/bin/sh\nexec sfn "$@"\n')
    script.chmod(0o755)
    for folder in ("link", "script", "none"):
        done = run(tmp_path, f"{SFN} s3 ls", path=f"{tmp_path / folder}:/nowhere")
        assert (done.returncode, done.stdout) == (253, "")
        assert "`sfn s3` runs the AWS CLI, and `aws` is not on the PATH. Install the AWS CLI" in done.stderr
        assert "sfn aws endpoint" in done.stderr


@pytest.mark.parametrize("absent", ["botocore", "moto"])
def test_the_extra_is_missing(tmp_path: Path, absent: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules[{absent!r}] = None")
    done = run(tmp_path, f"{SFN} s3 ls", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (253, "")
    assert f"{absent}, which is not installed. " in done.stderr


@pytest.mark.parametrize("words", ["dynamodbb list-tables", "lambda list-code-signing-configs", "history"])
def test_what_is_not_passed_on(tmp_path: Path, words: str) -> None:
    """Unknown words, operations of sfn's own services and names of sfn's commands are not passed to aws."""
    done = run(tmp_path, f"sfn {words}")
    assert (done.returncode, done.stdout) == (252, "")
    assert "Found invalid choice" in done.stderr


def test_help_starts_no_services(tmp_path: Path) -> None:
    """`sfn s3 help` starts no services."""
    done = run(tmp_path, "sfn s3 help")
    assert (done.returncode, "s3" in done.stdout.lower()) == (0, True)
    assert not (tmp_path / "aws.lock").exists()
