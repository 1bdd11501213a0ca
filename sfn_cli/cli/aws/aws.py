"""`sfn aws`: starts, names and stops the local AWS services."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sfn_cli.cli.aws.variable_formats import VARIABLE_FORMATS, format_variables
from sfn_cli.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from sfn_cli.cli.terminal import Terminal


@click.group("aws")
def aws() -> None:
    """Starts and stops the local AWS services (SQS, S3, DynamoDB, …), and prints their URL.

    Tasks call them by default. They are moto's server on this machine, which starts when a task or a
    command needs it. Data is in memory: it is lost when the server stops, after 15 minutes without
    requests and without a worker, or with `sfn aws stop`.

    Needs the extra aws.

    \b
    Examples:
      eval "$(sfn aws env)"
      sfn sqs list-queues
    """


@aws.command("endpoint")
@click.pass_obj
def aws_endpoint(terminal: Terminal) -> ExitCode:
    """Prints the URL of the local AWS services, and starts them if needed.

    A program that calls this URL also needs a region and credentials, as for AWS. `sfn aws env` prints
    all three.

    \b
    Examples:
      sfn aws endpoint
      env $(sfn aws env --format env-no-export) aws s3 ls --endpoint-url $(sfn aws endpoint)
    """
    from sfn_cli.integrations.aws import embedded_aws

    print(embedded_aws.embedded_aws_endpoint(terminal.settings))
    return ExitCode.SUCCESS


@aws.command("env")
@click.option(
    "--format",
    "format",
    type=click.Choice(tuple(VARIABLE_FORMATS)),
    default="env",
    show_default=True,
    help="How to print them: export commands for bash and zsh, NAME=VALUE lines, or commands for fish.",
)
@click.pass_obj
def aws_env(terminal: Terminal, format: str) -> ExitCode:
    """Prints the variables with which aws and SDKs call the local AWS services.

    These are the endpoint, the region and credentials. The services are started if needed. After a
    restart of the services (`sfn aws stop`), run the command again: the endpoint and the credentials
    are new.

    AWS CLI version 1 ignores AWS_ENDPOINT_URL for SQS and a few other services: use
    `sfn sqs list-queues`, or add --endpoint-url $AWS_ENDPOINT_URL.

    \b
    Examples:
      eval "$(sfn aws env)"
      env $(sfn aws env --format env-no-export) aws s3 ls
      sfn aws env --format fish | source
    """
    from sfn_cli.integrations.aws import embedded_aws

    sys.stdout.write(format_variables(embedded_aws.embedded_aws_variables(terminal.settings), format))
    return ExitCode.SUCCESS


@aws.command("stop")
@click.pass_obj
def aws_stop(terminal: Terminal) -> ExitCode:
    """Stops the local AWS services and waits until they have stopped. Their data is lost.

    \b
    Example:
      sfn aws stop
    """
    from sfn_cli.integrations.aws import embedded_aws

    if not embedded_aws.stop_embedded_aws(terminal.settings.home):
        print("The local AWS services are not running.", file=sys.stderr)
    return ExitCode.SUCCESS
