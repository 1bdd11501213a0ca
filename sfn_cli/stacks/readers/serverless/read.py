"""Reads a service of the Serverless Framework: packaged, or its serverless.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfn_cli.stacks.readers.template_file import read_template_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfn_cli.stacks.stack import Stack


def read_serverless_service(
    path: Path,
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    region: str = "us-east-1",
    account_id: str = "123456789012",
) -> Stack:
    """Reads serverless.yml (.yaml, .json), or a template in .serverless. Raises TemplateError, UsageError.

    `given` has the user's options (`${opt:NAME}`) and parameters; `environment` is for `${env:NAME}`.
    """
    path = path.absolute()
    file = read_template_file(path, words_are_booleans=False)
    if isinstance(file.value, dict) and "Resources" in file.value:
        from sfn_cli.stacks.readers.serverless.packaged import packaged_service_stack

        return packaged_service_stack(file, given or {})
    from sfn_cli.stacks.readers.serverless.service import serverless_service_stack
    from sfn_cli.stacks.readers.serverless.variables import ServerlessContext

    return serverless_service_stack(
        file, ServerlessContext(given or {}, environment or {}, region, account_id)
    )
