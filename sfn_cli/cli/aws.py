"""`sfn aws`: shows or stops the store's own server of other AWS services."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.group("aws", short_help="Shows or stops the AWS services that tasks call by default.")
def aws() -> None:
    """Shows or stops the AWS services that tasks call by default: moto's server, on this machine.

    The server starts when a task needs it. Its data is in memory, and is lost when the server stops:
    after a quarter of an hour without requests and without a worker, or with `sfn aws stop`.
    """


@aws.command("endpoint")
@click.pass_obj
def aws_endpoint(terminal: Terminal) -> ExitCode:
    """Prints the URL of the services, for boto3 and the AWS CLI; starts them if needed.

    \b
    Example:
      aws sqs create-queue --queue-name q --endpoint-url $(sfn aws endpoint)
    """
    from sfn_cli.integrations.aws import embedded_aws

    print(embedded_aws.embedded_aws_endpoint(terminal.settings))
    return ExitCode.SUCCESS


@aws.command("env")
@click.pass_obj
def aws_env(terminal: Terminal) -> ExitCode:
    """Prints the environment variables for boto3 and the AWS CLI; starts the services if needed.

    On macOS the services accept these credentials only, which keeps other users of the machine out.
    Version 1 of the AWS CLI does not read AWS_ENDPOINT_URL: pass --endpoint-url as well.

    \b
    Example:
      env $(sfn aws env) sh -c 'aws sqs list-queues --endpoint-url $AWS_ENDPOINT_URL'
    """
    from sfn_cli.integrations.aws import embedded_aws

    for name, value in embedded_aws.embedded_aws_variables(terminal.settings).items():
        print(f"{name}={value}")
    return ExitCode.SUCCESS


@aws.command("stop")
@click.pass_obj
def aws_stop(terminal: Terminal) -> ExitCode:
    """Stops the services, and waits until they have stopped. Their data is lost.

    \b
    Example:
      sfn aws stop
    """
    from sfn_cli.integrations.aws import embedded_aws

    if not embedded_aws.stop_embedded_aws(terminal.settings.home):
        print("The services are not running.", file=sys.stderr)
    return ExitCode.SUCCESS
