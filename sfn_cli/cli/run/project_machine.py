"""The state machine of a project that a command shows without deploying anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfn_cli.cli.run.machine_choice import choose_machine
from sfn_cli.cli.stacks.options import ProjectOptions
from sfn_cli.cli.stacks.project import deploy_options, read_named_project, report_line
from sfn_cli.input_files import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.cli.operations.backend import Backend
    from sfn_cli.cli.run.machine_choice import MachineChoice
    from sfn_cli.stacks.deployment.plain_definition import PlainEvaluation
    from sfn_cli.stacks.readers.project import Project


class ProjectMachine(NamedTuple):
    """The machine, the project that was read, and how its stacks are resolved, by their names."""

    chosen: MachineChoice
    project: Project
    options: ProjectOptions
    evaluations: Mapping[str, PlainEvaluation]

    def plain_definition(self) -> str:
        """Returns the definition with the names of the template. Raises UsageError (TemplateError)."""
        return self.evaluations[self.chosen.stack.name].definition(self.chosen.logical_id)

    def planned_definition(self, backend: Backend) -> str:
        """Returns the definition that a deploy to this store would create. Raises UsageError.

        Its resources have the names and ARNs that a deploy would give them.
        """
        from sfn_cli.errors import UsageError
        from sfn_cli.stacks.deployment.planned_definition import planned_definition

        stack = self.chosen.stack
        if backend.is_remote:
            shown = shown_path(stack.source)
            raise UsageError(
                f"{shown} is a project. Projects work only with the local store: omit --endpoint-url."
            )
        options = deploy_options(backend.terminal, self.options, may_build=False)
        return planned_definition(backend.service, stack, options, self.chosen.logical_id).text


def read_project_machine(
    backend: Backend,
    path: Path | None,
    name: str | None,
    doing: str,
    *,
    parameters: tuple[str, ...] = (),
    build: bool = False,
) -> ProjectMachine:
    """Returns the machine of this name, or the one that `sfn run` would run.

    `path` is None for the project of the current folder. If there are several machines, a line that
    begins with `doing` ("Drawing") says which one was chosen. `build` runs the app of a cdk.json if
    its output is out of date. Raises UsageError, ConfigurationError.
    """
    from sfn_cli.stacks.deployment.plain_definition import PlainEvaluation

    options = ProjectOptions(
        path,
        template=None,
        parameters=parameters,
        stack_name=None,
        build=build,
        replace=False,
        exact_runtimes=False,
        role_arn=None,
    )
    project = read_named_project(backend.terminal, options, may_build=build)
    evaluations = {
        stack.name: PlainEvaluation(stack, options.values(), backend.terminal.settings)
        for stack in project.stacks
    }
    chosen = choose_machine(
        project.stacks,
        name,
        report_line,
        lambda stack, logical_id: evaluations[stack.name].has(logical_id),
        doing=doing,
    )
    return ProjectMachine(chosen, project, options, evaluations)
