"""Settings: the table of environment variables, their values, and the modules that read them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli import quotas, settings
from sfn_cli.errors import ConfigurationError
from sfn_cli.settings import Settings
from sfn_cli.settings.exported import ignore_exported_variables
from sfn_cli.settings.table import VARIABLES
from sfn_cli.store.sqlite.keys import EVENTS_PER_EXECUTION
from tests import reference
from tests.bad_settings import BAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BOTH = """
from platformdirs import user_data_dir
from sfn_cli.settings import Settings
print(user_data_dir("sfn", appauthor=False))
print(Settings.from_environment().home)
"""


@pytest.mark.parametrize("data_home", [None, "", "/elsewhere/data"])
def test_the_default_home_is_the_user_data_folder(data_home: str | None) -> None:
    """Without SFN_HOME, the home is the folder that platformdirs returns."""
    environment = {"HOME": "/home/ada", **({} if data_home is None else {"XDG_DATA_HOME": data_home})}
    command = [sys.executable, "-c", BOTH]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    shown = done.stdout.splitlines()
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
def test_region_and_account(
    environ: Mapping[str, str], option: str | None, region: str, account: str
) -> None:
    """--region wins over AWS_REGION, which wins over AWS_DEFAULT_REGION."""
    found = Settings.from_environment({"SFN_HOME": "/h", **environ}, region=option)
    assert (found.home, found.region, found.account_id) == ("/h", region, account)


PATHS = {"SFN_HOME", "SFN_MOCK_CONFIG", "XDG_DATA_HOME"}
"""Variables that accept any text as a path; the command itself reports a missing store or file."""


@pytest.mark.parametrize("name", BAD)
def test_bad_values(name: str) -> None:
    """A bad value is one line: the variable, the value, and what it must be."""
    assert {name for name, variable in VARIABLES.items() if variable.kind} == BAD.keys() | PATHS
    one = name.replace("*", "SQS")
    must = VARIABLES[name].kind
    assert must is not None
    for value in BAD[name]:
        with pytest.raises(ConfigurationError) as refused:
            Settings.from_environment({one: value})
        message = str(refused.value)
        assert message.startswith(f"{one} is {value!r}"[:60]), value
        assert message.endswith(f": it must be {must.must}."), value
        assert message.isprintable() or not value.isprintable()
        assert "\n" not in message
        assert len(message) < 250


def test_a_path_in_a_deleted_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path needs the current folder."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(ConfigurationError, match="it must be an absolute path, because the current folder "):
        Settings.from_environment({"SFN_HOME": "home"})
    assert Settings.from_environment({"SFN_HOME": "/home"}).home == "/home"


GOOD: list[tuple[str, str, str, Any]] = [
    ("SFN_CLOCK", "virtual", "clock", "virtual"),
    ("SFN_CLOCK", "1.5", "clock", "1.5"),
    ("SFN_MOCK_CONFIG", "/a/../mocks.json", "mock_config", "/mocks.json"),
    ("SFN_ON_CRASH", "fail", "on_crash", "fail"),
    ("SFN_MAX_EVENTS", "65535", "max_events", 65535),
    ("SFN_WORKERS", "16", "workers", 16),
    ("SFN_WORKER_IDLE_SECONDS", "0.2", "worker_idle_seconds", 0.2),
    ("SFN_WORKER_IDLE_SECONDS", "31536000", "worker_idle_seconds", 31536000.0),
    ("SFN_LEASE_SECONDS", "2", "lease_seconds", 2.0),
    ("SFN_MAX_CHILDREN", "1", "max_children", 1),
    ("SFN_AWS", "real", "calls_aws", True),
    ("SFN_AWS_IDLE_SECONDS", "3", "aws_idle_seconds", 3.0),
    ("AWS_ENDPOINT_URL", "http://[::1]:4566/path", "common_endpoint", "http://[::1]:4566/path"),
]


@pytest.mark.parametrize("name, text, field, value", GOOD)
def test_good_values(name: str, text: str, field: str, value: object) -> None:
    """A good value is the setting; an empty one counts as not set."""
    assert getattr(Settings.from_environment({name: text}), field) == value
    assert Settings.from_environment({name: ""}) == Settings.from_environment({})


def test_endpoints() -> None:
    """A service's variable has AWS's id of the service; AWS_IGNORE_… turns all of them off."""
    environ = {
        "AWS_ENDPOINT_URL": "http://all",
        "AWS_ENDPOINT_URL_API_GATEWAY": "http://one",
        "AWS_ENDPOINT_URL_S3": "",
        "AWS_ENDPOINT_URLS": "no URL, and not ours",
    }
    found = Settings.from_environment(environ)
    assert found.common_endpoint == "http://all"
    assert (found.endpoint("API Gateway"), found.endpoint("S3")) == ("http://one", None)
    ignored = Settings.from_environment({**environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"})
    assert (ignored.endpoint("API Gateway"), ignored.common_endpoint) == (None, None)


OWN_KEY = {"AWS_ACCESS_KEY_ID": f"SFN{'0A' * 16}", "AWS_SECRET_ACCESS_KEY": "sfn"}
USERS_KEY = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
HERE, THERE = "http://127.0.0.1:1234", "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    "exported, left",
    [
        ({"AWS_ENDPOINT_URL": HERE, "SFN_AWS_ENDPOINT": HERE, **OWN_KEY}, {}),
        ({"AWS_ENDPOINT_URL": HERE, "SFN_AWS_ENDPOINT": HERE, **USERS_KEY}, USERS_KEY),
        (
            {"AWS_ENDPOINT_URL": THERE, "SFN_AWS_ENDPOINT": HERE, **OWN_KEY},
            {"AWS_ENDPOINT_URL": THERE},
        ),
        ({"AWS_ENDPOINT_URL": THERE, **USERS_KEY}, {"AWS_ENDPOINT_URL": THERE, **USERS_KEY}),
        ({"AWS_ENDPOINT_URL": HERE, "SFN_AWS_ENDPOINT": ""}, {"AWS_ENDPOINT_URL": HERE}),
        ({"AWS_ENDPOINT_URL": "", "SFN_AWS_ENDPOINT": ""}, {"AWS_ENDPOINT_URL": ""}),
    ],
)
def test_variables_of_sfn_aws_env(exported: dict[str, str], left: dict[str, str]) -> None:
    """sfn ignores what `sfn aws env` has set, and nothing that the user has set since."""
    environ = {**exported}
    ignore_exported_variables(environ)
    assert {name: value for name, value in environ.items() if name != "SFN_AWS_ENDPOINT"} == left


def test_a_child_has_the_same_settings(tmp_path: Path) -> None:
    """A worker has the settings of the command that started it, options and folder included."""
    environ = {"SFN_HOME": "here", "SFN_MOCK_CONFIG": "mocks.json", "AWS_REGION": "eu-west-1"}
    own = Settings.from_environment(environ, region="eu-north-1")
    assert own.mock_config == os.path.abspath("mocks.json")
    assert Settings.from_environment({**environ, **own.environment()}) == own


def test_numbers_with_two_homes() -> None:
    """The default of SFN_MAX_EVENTS is AWS's quota, its limit the store's."""
    assert Settings.from_environment({}).max_events == quotas.HISTORY_EVENTS
    limit = VARIABLES["SFN_MAX_EVENTS"].kind
    assert limit is not None
    assert limit.must.endswith(f" to {EVENTS_PER_EXECUTION - 1}")


# Readers


PACKAGE = Path(settings.__file__).parents[1]
READERS = {
    "settings/table.py": "the table",
    "cli/pager.py": "AWS_PAGER and PAGER: an empty one means no pager",
    "functions/runtimes.py": "searches PATH and the folders of version managers",
    "functions/bootstrap.py": "runs in the process of a function, with a function's environment",
    "functions/environment/sdk_endpoints.py": "the same",
    "stacks/readers/cdk/docker_stand_in.py": "runs in place of docker, with the environment of a CDK app",
}


def test_one_reader() -> None:
    """No other module reads a variable of the table from an environment."""
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if any(_reads(path))}
    assert found <= READERS.keys()


def _reads(path: Path) -> Iterator[str]:
    """The variables in `….get("NAME")`, `getenv("NAME")` and `environ["NAME"]`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr="get" | "getenv" | "pop"), args=[name, *_]):
                pass
            case ast.Subscript(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), slice=name):
                pass
            case _:
                continue
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and _is_variable(name.value):
            yield name.value


def _is_variable(name: str) -> bool:
    return name in VARIABLES or name.startswith(("SFN_", "AWS_ENDPOINT_URL"))


# Documentation


@pytest.mark.parametrize("path", reference.PAGES, ids=lambda path: path.name)
def test_the_reference_is_fresh(path: Path) -> None:
    """The pages of docs/reference match the tables in the code. (python -m tests.reference)"""
    assert path.read_text(encoding="utf-8") == reference.PAGES[path]()
