"""`sfn run PATH`: registers a folder's resources, starts an execution and follows it to its end."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfn_cli import arn, json_text
from sfn_cli.api import following, model, suspensions
from sfn_cli.cli.definition_errors import display
from sfn_cli.cli.exit_codes import ExitCode
from sfn_cli.cli.failures import PROGRAM, CommandFailedError, OperationError
from sfn_cli.cli.operations import values
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.output import write_output
from sfn_cli.cli.run import dev_services, resources
from sfn_cli.stacks.readers.folder import Project, ProjectFunction, load_project_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfn_cli.cli.terminal import Terminal

_ANY_ROLE = "arn:aws:iam::{account}:role/sfn-run"


@click.command("run", short_help="Runs the state machine of a folder and shows what happens.")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--input",
    "input_text",
    metavar="JSON",
    help="The input as JSON, or file://PATH. Without it: input.json, or {}.",
)
@click.option("--name", help="The execution's name.")
@click.option(
    "--virtual-time",
    is_flag=True,
    help="Skip waits, retry delays and timeouts, as SFN_CLOCK=virtual does.",
)
@click.option(
    "--test-case",
    metavar="NAME",
    help="Use the mocks of this test case in MockConfigFile.json (or SFN_MOCK_CONFIG).",
)
@click.option(
    "--inject",
    multiple=True,
    metavar="STATE:ERROR[@ATTEMPTS]",
    help="Fail a Task on purpose; can be repeated.",
)
@click.option("--role-arn", help="The role of the state machine and the functions; any ARN is accepted.")
@click.pass_obj
def run(
    terminal: Terminal,
    path: Path,
    input_text: str | None,
    name: str | None,
    virtual_time: bool,
    test_case: str | None,
    inject: tuple[str, ...],
    role_arn: str | None,
) -> ExitCode:
    """Runs the state machine of a folder (or of one definition) and shows what happens.

    The folder contains one *.asl.json or *.asl.yaml and, where needed, an input.json,
    functions/NAME/app.py, a resources.json of calls that create tables, queues or objects, a
    services.json of programs that serve HTTP meanwhile (${NAME} in the definition is the URL of
    one), a machine.json with further options of create-state-machine and, for --test-case, a
    MockConfigFile.json. The definition refers to functions by ARNs of the default account and region
    (or of SFN_ACCOUNT_ID and AWS_REGION).
    Events go to stderr, the output to stdout. The exit code is 0 when the execution succeeded and 255
    when it did not.

    \b
    Example:
      sfn run examples/lambda --input '{"name": "Ada"}'
    """
    if virtual_time:
        terminal.settings = terminal.settings._replace(clock="virtual")
    project = load_project_folder(path)
    if terminal.settings.mock_config is None:
        terminal.settings = terminal.settings._replace(mock_config=project.mock_config)
    with (
        Backend(terminal) as backend,
        dev_services.running_dev_services(project.services, project.name, terminal.settings) as urls,
    ):
        project = project.with_services(urls)
        role = role_arn or _ANY_ROLE.format(account=terminal.settings.account_id)
        variables = resources.make_resources(project.resources, backend)
        for function in project.functions:
            _register_run_function(backend, function.with_variables(variables), role)
        try:
            machine = _run_state_machine(backend, project, role)
        except OperationError as error:
            display.explain_definition_error(error, {"definition": project.definition}, project.source)
            display.name_definition_source(error, project.source)
            raise
        request: dict[str, Any] = {
            "stateMachineArn": machine,
            "input": _run_input(input_text, project),
            "inject": list(inject),
        }
        if test_case is not None:
            request["stateMachineArn"] += f"#{test_case}"
        if name is not None:
            request["name"] = name
        started = _call_for_run(backend, "stepfunctions", "StartExecution", request)
        return _follow_run(backend, started["executionArn"], list(urls))


def _run_input(given: str | None, project: Project) -> str:
    if given is None:
        return project.input or "{}"
    return values.text_value("--input", given)


def _call_for_run(backend: Backend, service: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    return backend.call(model.load_model(service, operation), request)


def _register_run_function(backend: Backend, function: ProjectFunction, role: str) -> None:
    """Creates the function, or updates an existing one to this folder and these settings."""
    configuration = {"FunctionName": function.name, "Role": role, **function.configuration}
    code = {"CodeDir": str(function.folder)}
    try:
        _call_for_run(backend, "lambda", "CreateFunction", {**configuration, "Code": code})
    except OperationError as error:
        if error.error.code != "ResourceConflictException":
            raise
        _call_for_run(backend, "lambda", "UpdateFunctionCode", {"FunctionName": function.name, **code})
        _call_for_run(backend, "lambda", "UpdateFunctionConfiguration", configuration)


def _run_state_machine(backend: Backend, project: Project, role: str) -> str:
    """Creates or updates the project's state machine; returns its ARN."""
    _run_log_groups(backend, project)
    request = {**project.configuration, "definition": project.definition, "roleArn": role}
    try:
        created = _call_for_run(
            backend, "stepfunctions", "CreateStateMachine", {**request, "name": project.name}
        )
        return str(created["stateMachineArn"])
    except OperationError as error:
        if error.error.code != "StateMachineAlreadyExists":
            raise
    settings = backend.terminal.settings
    existing = arn.state_machine_arn(settings.region, settings.account_id, project.name)
    update = model.load_model("stepfunctions", "UpdateStateMachine")
    changed = {name: value for name, value in request.items() if name in update.input["members"]}
    backend.call(update, {**changed, "stateMachineArn": existing})
    return existing


def _run_log_groups(backend: Backend, project: Project) -> None:
    """Creates the missing log groups that the project's loggingConfiguration names."""
    match project.configuration:
        case {"loggingConfiguration": {"destinations": [*destinations]}}:
            for destination in destinations:
                match destination:
                    case {"cloudWatchLogsLogGroup": {"logGroupArn": str(group_arn)}}:
                        group = arn.log_group_name_in_arn(group_arn)
                        if group is not None:
                            _make_run_log_group(backend, group)


def _make_run_log_group(backend: Backend, name: str) -> None:
    try:
        _call_for_run(backend, "logs", "CreateLogGroup", {"logGroupName": name})
    except OperationError as error:
        if error.error.code != "ResourceAlreadyExistsException":
            raise


def _follow_run(backend: Backend, execution_arn: str, services: Sequence[str]) -> ExitCode:
    """Shows the events as they come, then the output.

    Raises CommandFailedError when the execution did not succeed.
    """
    from sfn_cli.cli.run.watch import run_watcher

    try:
        with run_watcher(sys.stderr, backend.terminal) as show:
            for event in following.follow_events(backend.service, execution_arn):
                show(event)
    except KeyboardInterrupt:
        without = f" without {', '.join(services)}" if services else ""
        click.echo(
            f"\nThe execution goes on{without}. "
            f"To stop it: {PROGRAM} stop-execution --execution-arn {execution_arn}",
            err=True,
        )
        raise
    execution = backend.service.executions.find(execution_arn)
    if execution is None or execution.status == "RUNNING":
        suspensions.refuse_to_wait_for_suspended(backend.service, execution_arn)
    assert execution is not None
    if execution.status != "SUCCEEDED":
        raise CommandFailedError(_run_end_reason(execution.status, execution.error, execution.cause))
    _write_run_output(json_text.loads_json(execution.output or "null"), backend.terminal)
    return ExitCode.SUCCESS


def _run_end_reason(status: str, error: str | None, cause: str | None) -> str:
    words = {"FAILED": "failed", "TIMED_OUT": "timed out", "ABORTED": "was aborted"}.get(status, status)
    return ": ".join(part for part in (f"The execution {words}", error, cause) if part)


def _write_run_output(output: Any, terminal: Terminal) -> None:
    query = terminal.query
    if query is not None:
        output = query(output)
    if terminal.output == "json":
        print(json.dumps(output, indent=4, ensure_ascii=False))
    else:
        write_output(output, terminal.output, "output", sys.stdout, color=terminal.color)
