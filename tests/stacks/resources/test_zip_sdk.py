"""The AWS SDK for functions whose code is a package in S3."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from sfn_cli.stacks.resources.local.zip_sdk import zip_sdk_folders

if TYPE_CHECKING:
    from tests.stacks.resources.conftest import Maker

IMPORT = 'require("@aws-sdk/client-s3");'


@pytest.mark.parametrize(
    "runtime, files",
    [
        ("nodejs20.x", {"index.js": "exports.handler = async () => 1;"}),
        ("nodejs20.x", {"index.js": IMPORT, "node_modules/@aws-sdk/client-s3/index.js": ""}),
        ("python3.12", {"index.py": "import boto3"}),
        ("java21", {"index.js": IMPORT}),
    ],
)
def test_packages_that_need_no_sdk(make: Maker, runtime: str, files: dict[str, str]) -> None:
    """Nothing is installed for a package that does not import the SDK, ships it, or is not Node.js."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    assert zip_sdk_folders(make("Price"), content.getvalue(), {"Runtime": runtime}) == []
    assert make.reports == []


def test_a_damaged_package(make: Maker) -> None:
    """A package that is no zip is reported when the function is created, not here."""
    assert zip_sdk_folders(make("Price"), b"no zip", {"Runtime": "nodejs20.x"}) == []
