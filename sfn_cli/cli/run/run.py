"""`sfn run [PATH]`: deploys a project, starts an execution and follows it to its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfn_cli.api import model
from sfn_cli.cli.operations import values
from sfn_cli.cli.operations.backend import Backend
from sfn_cli.cli.run import dev_services, resources, stepping
from sfn_cli.cli.run.followed_run import follow_run
from sfn_cli.cli.run.input_choice import choose_input
from sfn_cli.cli.run.machine_choice import MachineChoice, choose_machine
from sfn_cli.cli.stacks.options import project_options
from sfn_cli.cli.stacks.project import (
    check_stack_name,
    deploy_options,
    deploy_stacks,
    read_named_project,
    report_changes,
    report_line,
)
from sfn_cli.settings.table import MOCK_CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfn_cli.cli.exit_codes import ExitCode
    from sfn_cli.cli.stacks.options import ProjectOptions
    from sfn_cli.cli.terminal import Terminal
    from sfn_cli.stacks.deployment.deploy import DeployOptions
    from sfn_cli.stacks.stack import Stack


@click.command("run")
@project_options
@click.option(
    "--machine",
    metavar="NAME",
    help="The state machine to run, by name or logical id, if the project has several.",
)
@click.option(
    "--input",
    "input_text",
    metavar="JSON",
    help="The input: JSON, or file://PATH. The default is input.json, else the only file of "
    "events/, else the only input of earlier executions, else {}. If there are several, you "
    "choose at a terminal.",
)
@click.option("--name", help="The name of the execution. The default is a UUID.")
@click.option(
    "--virtual-time",
    is_flag=True,
    help="Skip waits, retry delays and timeouts, as SFN_CLOCK=virtual does.",
)
@click.option(
    "--test-case",
    metavar="NAME",
    help="Mock tasks as in this test case of MockConfigFile.json, or of the file that SFN_MOCK_CONFIG names.",
)
@click.option(
    "--inject",
    multiple=True,
    metavar="STATE:ERROR[@ATTEMPTS]",
    help="Fail a Task on purpose, at every attempt or only at some: Pay:Declined@1-2.",
)
@click.option("--events", is_flag=True, help="Print a line for each event, also at a terminal.")
@click.option(
    "--step",
    is_flag=True,
    help="Run in this process, in virtual time, and stop before each state: to look at its data, edit its "
    "input, or mock its task.",
)
@click.option(
    "--break",
    "breakpoints",
    multiple=True,
    metavar="STATE",
    help="With --step, stop first before this state.",
)
@click.option(
    "--history",
    "history_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --step, write the history and the definition to this file at the end: sfn show and sfn step "
    "read it.",
)
@click.pass_obj
def run(
    terminal: Terminal,
    options: ProjectOptions,
    machine: str | None,
    input_text: str | None,
    name: str | None,
    virtual_time: bool,
    test_case: str | None,
    inject: tuple[str, ...],
    events: bool,
    step: bool,
    breakpoints: tuple[str, ...],
    history_file: Path | None,
) -> ExitCode:
    """Runs the state machine of a project and shows what happens.

    PATH is the project's folder, or a file in it. The default is the current folder. A project is a SAM
    or CloudFormation template, a CDK app, a Serverless service, a Terraform module, or a folder with one
    *.asl.json or *.asl.yaml file. If a folder is several of these, the first in this order is used.

    The project's functions, tables, queues and other resources are created on this machine. A later run
    updates what has changed since. `sfn stack list` lists what was created.

    At a terminal, the tree of states is redrawn until the execution ends. Elsewhere, and with --events,
    each event is one line. Progress goes to stderr, and the output of the execution to stdout. The exit
    code is 0 if the execution succeeds, and 255 if it does not.

    With --step, the execution is not stored. Its tasks call the real functions and services, unless you
    mock or skip them.

    A folder with an *.asl.json file can also have input.json, functions/NAME/app.py, resources.json
    (calls that create tables, queues or objects), services.json (HTTP servers that run as long as the
    command; ${NAME} in the definition is the URL of one), machine.json (more options of
    create-state-machine) and MockConfigFile.json (the mocks of --test-case).

    \b
    Examples:
      sfn run
      sfn run examples/lambda --input '{"name": "Ada"}'
      sfn run -t template.yaml --machine OrderFlow --parameter Stage=dev --input '{"order": 1}'
      sfn run examples/lambda --virtual-time
      sfn run examples/lambda --step
    """
    if step:
        stepping.check_step_options(terminal, events=events)
    else:
        stepping.refuse_without_step(breakpoints, history_file)
    if virtual_time:
        terminal.settings = terminal.settings._replace(clock="virtual")
    given_input = None if input_text is None else values.text_value("--input", input_text)
    may_build = options.build is not False
    project = read_named_project(terminal, options, may_build=may_build)
    deploying = deploy_options(terminal, options, may_build=may_build)
    with Backend(terminal) as looking:
        chosen = choose_machine(project.stacks, machine, report_line, _conditions_of(looking, deploying))
    mocks = _project_folder(chosen.stack) / MOCK_CONFIG_FILE
    if terminal.settings.mock_config is None and mocks.is_file():
        terminal.settings = terminal.settings._replace(mock_config=str(mocks))
    stacks = project.needed_stacks([chosen.stack.name])
    check_stack_name(stacks, options)
    with (
        Backend(terminal) as backend,
        dev_services.running_dev_services(
            chosen.stack.services, chosen.stack.name, terminal.settings
        ) as urls,
    ):
        resources.create_resources(chosen.stack.calls, backend)
        machine_arn = ""
        for stack, deployed in deploy_stacks(
            backend, [stack.with_service_urls(urls) for stack in stacks], deploying
        ):
            report_changes(stack, deployed)
            if stack.name == chosen.stack.name:
                machine_arn = deployed.created[chosen.logical_id].physical_id
        request: dict[str, Any] = {
            "stateMachineArn": machine_arn,
            "input": given_input
            if given_input is not None
            else choose_input(backend, _input_folders(chosen), machine_arn),
            "inject": list(inject),
        }
        if test_case is not None:
            request["stateMachineArn"] += f"#{test_case}"
        if name is not None:
            request["name"] = name
        if step:
            return stepping.step_through_run(backend, request, breakpoints, history_file)
        started = backend.call(model.load_model("stepfunctions", "StartExecution"), request)
        return follow_run(backend, started["executionArn"], list(urls), with_events=events)


def _conditions_of(backend: Backend, options: DeployOptions) -> Callable[[Stack, str], bool]:
    """Returns a function: whether the condition of a stack's resource holds."""

    def holds(stack: Stack, logical_id: str) -> bool:
        from sfn_cli.stacks.deployment.deploy import deploy_evaluation

        evaluation = deploy_evaluation(backend.service, stack, options, stack.name, is_planned=True)
        return logical_id in evaluation.references

    return holds


def _project_folder(stack: Stack) -> Path:
    return stack.folder if stack.folder.is_dir() else stack.folder.parent


def _input_folders(chosen: MachineChoice) -> list[Path]:
    """Returns the folders that are searched for an input: the project's and the definition's."""
    folders = [_project_folder(chosen.stack)]
    properties = chosen.stack.resources[chosen.logical_id].get("Properties") or {}
    definition = properties.get("DefinitionUri")
    if isinstance(definition, str) and "://" not in definition:
        folders.append(Path(definition).parent)
    return folders
