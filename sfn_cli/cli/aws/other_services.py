"""Commands of the AWS CLI for services that sfn does not have, such as `sfn s3 ls`.

The installed `aws` runs them in place of this process (exec), so its output, exit code and signals
reach the caller unchanged. The endpoint is the one that tasks call, in this order:

    1. --endpoint-url
    2. AWS itself, with SFN_AWS=real
    3. the endpoint that the user has set: AWS_ENDPOINT_URL, …, the shared config file
    4. the home's local endpoint, which is started if needed

The user's stored credentials are used for AWS only.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from sfn_cli.cli.operations import arguments, options
from sfn_cli.cli.terminal import Terminal
from sfn_cli.errors import ConfigurationError
from sfn_cli.settings import is_aws_endpoint
from sfn_cli.settings.exported import exported_access_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfn_cli.settings import Settings

_LIST = os.path.join(os.path.dirname(__file__), "aws_commands.txt")
"""The commands of the AWS CLI, a line each; `tests/cli/aws` compares them with an installed one."""

_WITHOUT_ENDPOINT = frozenset({"configure", "history"})
"""Commands that call no service."""

_OWN_SERVICES = frozenset({"cloudcontrol", "cloudformation", "cloudtrail", "pipes", "scheduler"})
"""Commands whose service, or part of it, sfn has itself; the others need moto."""

_BOTOCORE_NAMES = {"s3api": "s3", "configservice": "config", "runtime.sagemaker": "sagemaker-runtime"}
"""Commands whose service has another name in botocore."""


def is_aws_command(word: str) -> bool:
    """Whether a word is a command of the AWS CLI, by our list or that of an installed botocore."""
    with open(_LIST, encoding="utf-8") as file:
        if word in file.read().split():
            return True
    botocore = find_spec("botocore")
    folders = [] if botocore is None else botocore.submodule_search_locations or []
    is_name = re.fullmatch(r"[a-z][a-z0-9-]*", word) is not None
    return is_name and any(os.path.isdir(os.path.join(folder, "data", word)) for folder in folders)


def run_aws_command(command: str, argv: Sequence[str]) -> NoReturn:
    """Replaces this process by `aws` with the same arguments. Raises ConfigurationError.

    `command` is the word in argv that names the service.
    """
    program = _aws_program(os.environ.get("PATH", os.defpath).split(os.pathsep))
    if program is None:
        raise ConfigurationError(
            f"`sfn {command}` runs the AWS CLI, and `aws` is not on the PATH. Install the AWS CLI, or call "
            "the URL that `sfn aws endpoint` prints, for example with boto3.",
        )
    environment = dict(os.environ)
    added: list[str] = []
    if command not in _WITHOUT_ENDPOINT and not _asks_for_help(argv):
        endpoint = _endpoint_of_command(command, argv)
        added = endpoint.options
        environment |= endpoint.variables
    _become_program(program, ["aws", *added, *argv], environment)


class _CommandEndpoint(NamedTuple):
    """What an AWS CLI command needs to call an endpoint."""

    options: list[str]
    variables: dict[str, str]


def _endpoint_of_command(command: str, argv: Sequence[str]) -> _CommandEndpoint:
    from sfn_cli.cli.aws.program_variables import endpoint_variables
    from sfn_cli.integrations.aws import embedded_aws
    from sfn_cli.integrations.aws.clients import Clients

    table = {flag: options.GLOBALS[flag] for flag in ("--endpoint-url", "--region", "--profile")}
    given, _ = arguments.take_arguments(argv, table)
    settings = Terminal(given).settings
    if (named := given.get("endpoint_url")) is not None:
        return _CommandEndpoint([], _named_endpoint_variables(settings, named, given))
    if settings.calls_aws and settings.common_endpoint is None:
        return _CommandEndpoint([], {})
    named = settings.common_endpoint
    if named is None:
        named, is_aws = Clients(settings).route(_BOTOCORE_NAMES.get(command, command))
        if is_aws:
            return _CommandEndpoint([], {})
    if named is not None:
        # Version 1 of the AWS CLI does not read AWS_ENDPOINT_URL for every service: SQS is one.
        return _CommandEndpoint(["--endpoint-url", named], _named_endpoint_variables(settings, named, given))
    if command not in _OWN_SERVICES:
        embedded_aws.check_embedded_aws_installed()
    variables = endpoint_variables(settings)
    return _CommandEndpoint(["--endpoint-url", variables["AWS_ENDPOINT_URL"]], variables)


def _named_endpoint_variables(settings: Settings, endpoint: str, given: Mapping[str, str]) -> dict[str, str]:
    """Returns credentials for an endpoint of the user's that is not AWS's, unless the user names some."""
    from sfn_cli.integrations.aws import embedded_aws

    names_credentials = "profile" in given or {"AWS_ACCESS_KEY_ID", "AWS_PROFILE"} & os.environ.keys()
    if names_credentials or is_aws_endpoint(endpoint):
        return {}
    access_key = (
        embedded_aws.embedded_aws_access_key(settings.home, endpoint)
        or exported_access_key()
        or embedded_aws.MADE_UP
    )
    variables = {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": embedded_aws.MADE_UP}
    if "AWS_DEFAULT_REGION" not in os.environ:  # version 1 of the AWS CLI does not read AWS_REGION
        variables["AWS_DEFAULT_REGION"] = settings.region
    return variables


def _asks_for_help(argv: Sequence[str]) -> bool:
    return argv[-1] == "help" or "--help" in argv


def _aws_program(folders: Iterable[str]) -> str | None:
    """Returns the path of `aws` in these folders of PATH, without those that are sfn by another name."""
    for folder in folders:
        path = os.path.join(folder or os.curdir, "aws")
        if os.path.isfile(path) and os.access(path, os.X_OK) and not _is_sfn(path):
            return path
    return None


_CALLS_SFN = re.compile(rb"\bsfn(_cli)?\b")


def _is_sfn(path: str) -> bool:
    """Whether a program is sfn: a link to it, or a script that runs it."""
    if os.path.realpath(path) == os.path.realpath(sys.argv[0]):
        return True
    with open(path, "rb") as file:
        interpreter, _, script = file.read(1 << 16).partition(b"\n")
    return interpreter.startswith(b"#!") and _CALLS_SFN.search(script) is not None


def _become_program(program: str, argv: list[str], environment: dict[str, str]) -> NoReturn:
    import signal

    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would pass that on
    os.execve(program, argv, environment)
