"""Settings: what the environment says, and what it need not say."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sfn_cli.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

BOTH = """
from platformdirs import user_data_dir
from sfn_cli.settings import Settings
print(user_data_dir("sfn", appauthor=False))
print(Settings.from_environment().home)
"""


@pytest.mark.parametrize("data_home", [None, "", "/elsewhere/data"])
def test_the_default_home_is_the_user_data_folder(data_home: str | None) -> None:
    """Where SFN_HOME is not set, the store lies where platformdirs says."""
    environment = {"HOME": "/home/ada", **({} if data_home is None else {"XDG_DATA_HOME": data_home})}
    shown = subprocess.run([sys.executable, "-c", BOTH], env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "environ, option, region, account",
    [
        ({}, None, "us-east-1", "123456789012"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, None, "eu-west-1", "123456789012"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-north-1"}, None, "eu-north-1", "123456789012"),
        ({"AWS_REGION": "eu-north-1"}, "ap-south-1", "ap-south-1", "123456789012"),
        ({"SFN_ACCOUNT_ID": "000000000000"}, None, "us-east-1", "000000000000"),
    ],
)
def test_region_and_account(environ: Mapping[str, str], option: str | None, region: str, account: str) -> None:
    """--region wins over AWS_REGION, which wins over AWS_DEFAULT_REGION."""
    settings = Settings.from_environment({"SFN_HOME": "/h", **environ}, region=option)
    assert settings == Settings("/h", region, account)
