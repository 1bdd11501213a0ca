"""`sfn aws`: starts, names and stops the local endpoint and the local AWS services behind it."""

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
    """Starts and stops the local endpoint and AWS services, and prints their URL.

    The endpoint answers for all of AWS: Step Functions, Lambda, CloudFormation and others from sfn's own
    store, the rest from moto's server on this machine. Both start when a function or a command
    needs them, and stop after 15 minutes without requests and without a worker, or with `sfn aws stop`.
    The data of moto's server is in memory: it is lost when the server stops.

    Needs the extra aws.

    \b
    Examples:
      eval "$(sfn aws env)"
      sfn sqs list-queues
    """


@aws.command("endpoint")
@click.pass_obj
def aws_endpoint(terminal: Terminal) -> ExitCode:
    """Prints the URL of the local endpoint, and starts it if needed.

    The URL stays the same for a home. A program that calls it also needs a region and credentials, as
    for AWS. `sfn aws env` prints all three.

    \b
    Examples:
      sfn aws endpoint
      env $(sfn aws env --format env-no-export) aws s3 ls --endpoint-url $(sfn aws endpoint)
    """
    from sfn_cli.cli.aws.program_variables import endpoint_variables

    print(endpoint_variables(terminal.settings)["AWS_ENDPOINT_URL"])
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
@click.option(
    "--shim",
    is_flag=True,
    help="Also set NODE_OPTIONS, for programs with version 2 of the SDK for JavaScript (Serverless 3).",
)
@click.pass_obj
def aws_env(terminal: Terminal, format: str, shim: bool) -> ExitCode:
    """Prints the variables with which aws, SDKs and deploy tools call the local endpoint.

    These are the endpoint, the region, made-up credentials, and settings that make deploy tools poll
    more often and call no other servers. The endpoint is started if needed.

    Version 2 of the SDK for JavaScript does not read AWS_ENDPOINT_URL, and would call AWS. Serverless 3
    uses it. With --shim, NODE_OPTIONS loads a module that gives it the endpoint.

    AWS CLI version 1 ignores AWS_ENDPOINT_URL for SQS and a few other services: use
    `sfn sqs list-queues`, or add --endpoint-url $AWS_ENDPOINT_URL.

    \b
    Examples:
      eval "$(sfn aws env)"
      eval "$(sfn aws env --shim)"
      env $(sfn aws env --format env-no-export) aws s3 ls
      sfn aws env --format fish | source
    """
    import os

    from sfn_cli.cli.aws.program_variables import shell_variables

    variables = shell_variables(terminal.settings, os.environ, shim=shim)
    sys.stdout.write(format_variables(variables, format))
    return ExitCode.SUCCESS


@aws.command("status")
@click.pass_obj
def aws_status(terminal: Terminal) -> ExitCode:
    """Prints where the local endpoint and the local AWS services listen, if they are running.

    \b
    Example:
      sfn aws status
    """
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.local_endpoint import running_local_endpoint

    home = terminal.settings.home
    endpoint = running_local_endpoint(home)
    services = embedded_aws.running_embedded_aws(home)
    print(f"Local endpoint       {endpoint.url if endpoint is not None else 'not running'}")
    print(f"Local AWS services   {services or 'not running'}")
    return ExitCode.SUCCESS


@aws.command("stop")
@click.pass_obj
def aws_stop(terminal: Terminal) -> ExitCode:
    """Stops the local endpoint and the local AWS services, and waits until they have stopped.

    The data of the services is lost.

    \b
    Example:
      sfn aws stop
    """
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.local_endpoint import stop_local_endpoint

    home = terminal.settings.home
    stopped = [stop_local_endpoint(home), embedded_aws.stop_embedded_aws(home)]
    if not any(stopped):
        print("The local AWS services are not running.", file=sys.stderr)
    return ExitCode.SUCCESS
