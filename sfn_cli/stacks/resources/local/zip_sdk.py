"""The AWS SDK for JavaScript for code in S3, which relies on the copy in Lambda's runtimes.

A function in a folder gets the SDK when it is built (functions/builds/node_sdk.py); a package in S3 is
not built.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import BadZipFile

if TYPE_CHECKING:
    from sfn_cli.stacks.resources.resource import Properties, ProvisioningContext

_NODE = "nodejs"


def zip_sdk_folders(context: ProvisioningContext, content: bytes, properties: Properties) -> list[str]:
    """Returns the folders with the parts of the SDK that a package imports and does not ship.

    If they cannot be installed, the user sees why, and the function is created without them.
    """
    runtime = str(properties.get("Runtime") or "")
    if not runtime.startswith(_NODE):
        return []
    from sfn_cli.functions.builds.build_folder import BuildError
    from sfn_cli.functions.builds.node_sdk import install_node_sdk
    from sfn_cli.functions.outcome import UnusableError
    from sfn_cli.functions.runtimes import Runtimes, language_of_runtime

    settings = context.service.settings
    try:
        _, version = language_of_runtime(runtime)
        node = Runtimes(Path(settings.home), exact=settings.exact_runtimes).interpreter(runtime).executable
    except UnusableError:
        return []  # invoking the function reports it
    with TemporaryDirectory(prefix="sfn-code-") as folder:
        code = Path(folder, "code.zip")
        code.write_bytes(content)
        try:
            found = install_node_sdk(
                settings.home, code, [], Path(folder), version, context.report, node=node
            )
        except (BuildError, BadZipFile) as error:
            context.report(f"{context.naming.logical_id}: the AWS SDK is not installed. {error}")
            return []
    return [] if found is None else [str(found)]
