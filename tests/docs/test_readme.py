"""The README: its size, its numbers, and a check for each row of its two tables of claims."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from typing import TYPE_CHECKING

import pytest

from sfn_cli.api.model import model_operation_names, model_services
from sfn_cli.api.operations import OPERATIONS
from sfn_cli.asl.states import STATE_TYPES
from sfn_cli.asl.validation.integrations import OPTIMISED
from sfn_cli.functions.outcome import UnusableError
from sfn_cli.functions.runtimes import CUSTOM, LANGUAGES, language_of_runtime
from sfn_cli.integrations.table import SERVICES
from sfn_cli.settings.table import MOCK_CONFIG_FILE
from sfn_cli.stacks.readers.find import find_project
from sfn_cli.stacks.readers.project_files import ProjectKind
from sfn_cli.stacks.resources.table import CREATED
from tests.conformance.recordings import known_gaps
from tests.docs.page_runner import PageRunner
from tests.docs.repository import DOCS, ROOT
from tests.processes import (
    ROLE,
    boto3_client,
    create_machine,
    ended,
    serving,
    sfn,
    sfn_json,
    start_execution,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = TEXT.splitlines()
EXAMPLES = ROOT / "examples"
PASS = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}


def test_length() -> None:
    """150 lines of at most 100 characters; rows of tables may be longer."""
    assert len(LINES) <= 150
    assert [line for line in LINES if len(line) > 100 and not line.startswith("|")] == []


def test_the_tour_has_a_home_with_a_space(tmp_path: Path) -> None:
    """test_console_blocks[README] runs the tour as this page is run: with a space in the home's path."""
    page = tmp_path / "page.md"
    page.write_text('```console\n$ printf "%s\\n" "$HOME"\n…/home of Ada\n```\n')
    (tmp_path / "place").mkdir()
    runner = PageRunner(page, tmp_path / "place")
    try:
        assert list(runner.differences()) == []
    finally:
        runner.close()


def test_commands_of_the_first_screen() -> None:
    """The second command is the one that CI runs, in a virtual environment that it has made."""
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    install, run = last.replace(" --quiet --disable-pip-version-check", "").split(" && ")
    assert f"$ python3 -m venv .venv && {install} && {run}" in LINES
    assert "$ python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/sfn run examples/payment" in LINES


def test_recordings() -> None:
    """Of the recorded sessions that are replayed, all pass but the known gaps (see conformance/)."""
    passed, played = map(int, re.findall(r"(\d+) of (\d+) API sessions", TEXT)[0])
    assert passed == played - len(known_gaps("known_gaps.toml"))
    assert f"{played} are played. {passed} of them" in _page("reference/compatibility.md")


def test_chaos() -> None:
    """The numbers are those of the test."""
    chaos = (ROOT / "tests" / "end_to_end" / "test_chaos.py").read_text(encoding="utf-8")
    executions, kills = re.findall(r"executions, kills = \((\d+), (\d+)\)", chaos)[0]
    assert f"{executions} executions end" in TEXT
    assert f"killed {kills} times" in TEXT


def test_sizes_of_extras() -> None:
    """They are those of the page on installing."""
    sizes = dict(re.findall(r"^\| `(\w+)` \|.*\| (\d+ MB) \|$", _page("install.md"), re.MULTILINE))
    assert sizes.keys() == {"aws", "console", "parquet", "serve", "stacks", "zstd"}
    row = _table("Install")["Size, extras"][0]
    assert sorted(sizes.values()) == sorted(re.findall(r"\((\d+ MB)\)", row))
    assert row.startswith(re.findall(r"sfn itself takes (\d+ MB)", _page("install.md"))[0])


# Works with


def works_with_scripts(cell: str, home: Path) -> None:
    """`sfn SERVICE …` is `aws SERVICE …` for these services."""
    assert re.findall(r"of `(\w+)`", cell)[:1] == ["stepfunctions"]
    for command in ("stepfunctions list-state-machines", "lambda list-functions", "sts get-caller-identity"):
        assert sfn(home, *command.split()).returncode == 0
    assert set(model_services()) == {
        service for service in re.findall(r"`(\w+)`", cell) if service not in ("sfn", "aws")
    }


def works_with_sdks(cell: str, home: Path) -> None:
    with serving(home) as url:
        assert boto3_client(url, "stepfunctions").list_state_machines()["stateMachines"] == []


def works_with_projects(cell: str, home: Path) -> None:
    """Each kind is recognised. Whole runs of them: tests/end_to_end/test_story_forms.py."""
    kinds = {
        "sam": ProjectKind.SAM,
        "cdk": ProjectKind.CDK_APP,
        "serverless": ProjectKind.SERVERLESS,
        "terraform": ProjectKind.TERRAFORM,
    }
    for folder, kind in kinds.items():
        assert find_project(EXAMPLES / "payment" / folder, None, ROOT).kind is kind
    tools = re.findall(r"`([a-z ]+)`", cell.partition("as it is;")[2].partition("deploy")[0])
    for tool in tools:
        assert (ROOT / "tests" / "deploy_tools" / f"test_{tool.replace(' ', '_')}.py").is_file()
    assert len(tools) == 5


def works_with_mock_files(cell: str, home: Path) -> None:
    assert MOCK_CONFIG_FILE == "MockConfigFile.json"


def works_with_pytest(cell: str, home: Path) -> None:
    assert "there is no plugin yet" in cell
    assert [entry for entry in distribution("sfn-cli").entry_points if entry.group == "pytest11"] == []


WORKS_WITH: dict[str, Callable[[str, Path], None]] = {
    "aws CLI scripts": works_with_scripts,
    "SDKs, `aws` itself": works_with_sdks,
    "SAM, CDK, Serverless, Terraform": works_with_projects,
    "`MockConfigFile.json`": works_with_mock_files,
    "pytest": works_with_pytest,
}


def test_each_row_of_works_with_has_a_check() -> None:
    assert _table("Works with").keys() == WORKS_WITH.keys()


@pytest.mark.parametrize("row", WORKS_WITH)
def test_works_with(row: str, home: Path) -> None:
    WORKS_WITH[row](_table("Works with")[row][0], home)


# What is supported


def supports_operations(supported: str, unsupported: str, home: Path) -> None:
    """Any role is accepted."""
    names = set(model_operation_names("stepfunctions"))
    assert {name for service, name in OPERATIONS if service == "stepfunctions"} == names
    assert f"all {len(names)} of Step Functions" in supported
    arn = "arn:aws:iam::123456789012:role/no-such-role"
    sfn_json(
        home, "create-state-machine", "--name", "M", "--role-arn", arn,
        "--definition", '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}',
    )  # fmt: skip


def supports_language(supported: str, unsupported: str, home: Path) -> None:
    """A file that is not PARQUET, and a list of such files, fail the Map, by name."""
    assert f"all {len(STATE_TYPES)} state types" in supported
    (home.parent / "a.parquet").write_bytes(b"PAR1")
    (home.parent / "manifest.json").write_text('{"fileFormat": "Parquet", "files": []}')
    inventory = {"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"}
    for key, config in {"a.parquet": {"InputType": "PARQUET"}, "manifest.json": inventory}.items():
        reader = {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": config,
            "Parameters": {"Bucket": f"file://{home.parent}", "Key": key},
        }
        processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **PASS}
        states = {"M": {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}}
        machine = create_machine(home, config["InputType"].title(), {"StartAt": "M", "States": states})
        failed = ended(home, start_execution(home, machine))
        assert (failed["error"], "PARQUET" in failed["cause"].upper()) == ("States.ItemReaderFailed", True)
    assert "PARQUET" in unsupported


def supports_integrations(supported: str, unsupported: str, home: Path) -> None:
    """Those that AWS has and sfn does not are named; a machine with one is refused."""
    ours = {"apigateway", "dynamodb", "events", "http", "lambda", "sns", "sqs", "states"}
    assert {service for service, _ in SERVICES} == ours
    names = ("API Gateway", "DynamoDB", "EventBridge", "HTTP", "Lambda", "SNS", "SQS", "nested executions")
    assert [name for name in names if name not in supported] == []
    other = {"elasticmapreduce": "emr", "emr-containers": "emr", "emr-serverless": "emr"}
    listed = unsupported.removeprefix("optimised ones of ").lower().split(", ")
    assert sorted(listed) == sorted({other.get(service, service) for service in OPTIMISED.keys() - ours})
    task = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True}
    definition = {"StartAt": "T", "States": {"T": {**task, "Parameters": {"TaskDefinition": "t"}}}}
    with pytest.raises(AssertionError, match="UNAVAILABLE_INTEGRATION"):
        create_machine(home, "M", definition)


def supports_functions(supported: str, unsupported: str, home: Path) -> None:
    runtimes = re.findall(r"`([\w.]+)`", supported)
    oldest = [".".join(map(str, language.oldest)) for language in LANGUAGES]
    assert runtimes == [f"python{oldest[0]}", f"nodejs{oldest[1]}.x", *CUSTOM]
    assert unsupported == "Java, .NET, Ruby; container images"
    for runtime in ("java21", "dotnet8", "ruby3.3"):
        with pytest.raises(UnusableError, match=runtime):
            language_of_runtime(runtime)
    image = ("--package-type", "Image", "--code", "ImageUri=a:1", "--role", ROLE)
    assert "Image" in sfn(home, "lambda", "create-function", "--function-name", "F", *image).stderr


def supports_templates(supported: str, unsupported: str, home: Path) -> None:
    assert supported.startswith(f"{len(CREATED)} resource types are created")


def supports_settings(supported: str, unsupported: str, home: Path) -> None:
    """They are returned as they were given."""
    encryption = ("--encryption-configuration", "type=CUSTOMER_MANAGED_KMS_KEY,kmsKeyId=k")
    definition = '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}'
    sfn_json(
        home, "create-state-machine", "--name", "M", "--role-arn", ROLE, "--definition", definition,
        *encryption, "--tracing-configuration", "enabled=true",
    )  # fmt: skip
    described = sfn_json(home, "describe-state-machine", "--state-machine-arn", "M")
    assert described["encryptionConfiguration"]["kmsKeyId"] == "k"
    assert described["tracingConfiguration"] == {"enabled": True}


SUPPORTED: dict[str, Callable[[str, str, Path], None]] = {
    "Operations": supports_operations,
    "Language": supports_language,
    "Integrations": supports_integrations,
    "Functions": supports_functions,
    "Templates": supports_templates,
    "Settings": supports_settings,
}


def test_each_row_of_supported_has_a_check() -> None:
    assert _table("What is supported").keys() == SUPPORTED.keys()


@pytest.mark.parametrize("row", SUPPORTED)
def test_supported(row: str, home: Path) -> None:
    SUPPORTED[row](*_table("What is supported")[row], home)


def _table(heading: str) -> dict[str, list[str]]:
    """Returns the rows of the table below a heading: the first cell without links, and the others."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {_without_links(first): others for first, *others in rows[2:]}


def _without_links(text: str) -> str:
    return re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)


def _page(path: str) -> str:
    return (DOCS / path).read_text(encoding="utf-8")
