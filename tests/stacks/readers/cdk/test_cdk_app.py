"""CDK apps run only when necessary, in a copy, and only with permission."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.errors import SfnError, UsageError
from sfn_cli.settings import Settings
from sfn_cli.stacks.readers.cdk.cdk_app import read_cdk_app
from tests.stacks.readers.cdk.assemblies import machine, write_assembly, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.stacks.readers.cdk.cloud_assembly import CloudAssembly

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")

# What aws-cdk-lib would write: the machine's comment is $SUBJECT, its function's code is in functions/price.
APP = """
const fs = require('fs'), path = require('path')
const out = process.env.CDK_OUTDIR
const write = (name, content) => fs.writeFileSync(path.join(out, name), JSON.stringify(content))
fs.mkdirSync(out)
const definition = { Comment: process.env.SUBJECT, StartAt: 'S', States: { S: { Type: 'Succeed' } } }
write('A.template.json', { Resources: {
  Flow: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: { DefinitionString: JSON.stringify(definition) } },
  Price: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Bucket: 'b', S3Key: '1a.zip' } } },
  Seen: { Type: 'Seen', Properties: { env: process.env, context: JSON.parse(process.env.CDK_CONTEXT_JSON) } },
} })
write('A.assets.json', { files: { '1a': {
  source: { path: path.join(__dirname, 'functions', 'price') },
  destinations: { d: { objectKey: '1a.zip' } } } } })
write('manifest.json', { artifacts: {
  A: { type: 'aws:cloudformation:stack', properties: { templateFile: 'A.template.json' } },
  'A.assets': { type: 'cdk:asset-manifest', properties: { file: 'A.assets.json' } } } })
"""


class App:
    """A project, with a method that reads it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.lines: list[str] = []

    def read(self, path: str = "", **options: Any) -> CloudAssembly:
        self.lines = []
        settings = Settings.from_environment({"SFN_HOME": str(self.home), "AWS_REGION": "eu-west-1"})
        return read_cdk_app(self.folder / path, settings, self.lines.append, **options)

    def resources(self, **options: Any) -> dict[str, Any]:
        (stack,) = self.read(**options).stacks
        return {name: resource["Properties"] for name, resource in stack.resources.items()}

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


@pytest.fixture
def app(tmp_path: Path) -> App:
    folder = tmp_path / "orders"
    (folder / "functions" / "price").mkdir(parents=True)
    (folder / "functions" / "price" / "app.py").write_text("def handler(event, context): pass\n")
    (folder / "app.js").write_text(APP)
    write_json(folder / "cdk.json", {"app": "node app.js", "context": {"stage": "dev"}})
    return App(folder, tmp_path / "home")


def test_an_app_is_run(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app gets the CDK CLI's variables and no AWS keys; nothing is written to the project."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    write_json(app.folder / "cdk.context.json", {"looked-up": 1})
    before = app.files()
    found = app.resources()
    assert found["Price"]["Code"] == {"CodeDir": str(app.folder / "functions" / "price")}
    seen = found["Seen"]
    assert {"stage": "dev", "looked-up": 1, "aws:cdk:enable-path-metadata": True}.items() <= seen[
        "context"
    ].items()
    assert (seen["env"]["CDK_DEFAULT_ACCOUNT"], seen["env"]["CDK_DEFAULT_REGION"]) == (
        "123456789012",
        "eu-west-1",
    )
    assert seen["env"]["AWS_SECRET_ACCESS_KEY"] != "mine"
    assert "AWS_PROFILE" not in seen["env"]
    assert seen["env"]["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert app.files() == before
    assert [line.split(" of ")[0] for line in app.lines] == [
        "Reading the CDK app runs code", "Synthesising the CDK app (node app.js)…",
    ]  # fmt: skip


def test_an_unchanged_app_is_not_run_again(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app runs again when a file, or a variable that it reads, has changed."""
    unchanged = ["Using the last synthesis of the CDK app, which has not changed since."]
    synthesised = ["Synthesising the CDK app (node app.js)…"]
    app.read()
    app.read()
    assert app.lines == unchanged
    (app.folder / "node_modules" / "new").mkdir(parents=True)
    app.read()
    assert app.lines == unchanged
    monkeypatch.setenv("SUBJECT", "pears")
    assert '"Comment":"pears"' in app.resources()["Flow"]["DefinitionString"]
    assert app.lines == synthesised
    monkeypatch.setenv("OTHER", "pears")
    app.read()
    assert app.lines == unchanged
    (app.folder / "app.js").write_text(APP.replace("Succeed", "Fail"))
    assert '"Fail"' in app.resources()["Flow"]["DefinitionString"]
    (app.folder / "app.js").write_text(APP)
    app.read()
    assert app.lines == unchanged


def test_files_beside_the_app(app: App) -> None:
    """An app may use files beside its folder, and runs again when they change."""
    shared = app.folder.parent / "shared"
    shared.mkdir()
    (shared / "kind.js").write_text("module.exports = 'Succeed'")
    text = APP.replace("'Succeed'", "require('../shared/kind')")
    (app.folder / "app.js").write_text(
        text.replace("__dirname, 'functions', 'price'", "__dirname, '..', 'shared'")
    )
    found = app.resources()
    assert '"Succeed"' in found["Flow"]["DefinitionString"]
    assert found["Price"]["Code"] == {"CodeDir": str(shared)}
    (shared / "kind.js").write_text("module.exports = 'Fail'")
    assert '"Fail"' in app.resources()["Flow"]["DefinitionString"]


def test_the_projects_own_assembly(app: App) -> None:
    """A cdk.out is used only if it is newer than the app's files."""
    folder = write_assembly(app.folder / "cdk.out", {"Old": {"Resources": {"Flow": machine("Old/Flow")}}})
    assert [stack.name for stack in app.read().stacks] == ["Old"]
    assert app.lines == ["Using cdk.out, which is newer than the app's files."]
    os.utime(folder / "manifest.json", (1, 1))
    assert [stack.name for stack in app.read().stacks] == ["A"]
    assert app.lines[0] == "Not using cdk.out, which is older than the app's files."
    for path in ("cdk.out", "cdk.out/manifest.json"):
        assert [stack.name for stack in app.read(path).stacks] == ["Old"]
        assert app.lines == []
    (stack,) = app.read("cdk.out/Old.template.json").stacks
    assert stack.name == "Old"
    write_json(app.folder / "cdk.json", {"app": "cdk.out"})
    (stack,) = app.read("cdk.json").stacks
    assert (stack.name, stack.folder) == ("Old", app.folder)


def test_nothing_runs_without_leave(app: App) -> None:
    """Without permission to build, the app's earlier output is used while it is up to date."""
    with pytest.raises(UsageError, match=r"has no up-to-date cdk\.out, and building is off"):
        app.read(may_build=False)
    app.read()
    assert [stack.name for stack in app.read(may_build=False).stacks] == ["A"]
    (app.folder / "app.js").write_text(APP + "//")
    with pytest.raises(UsageError):
        app.read(may_build=False)


@pytest.mark.parametrize(
    "cdk_json, message",
    [
        ({}, 'cdk.json has no "app"'),
        ({"app": "nosuchprogram app.js"}, "The CDK app needs nosuchprogram, which is not on PATH."),
        ({"app": "node other.js"}, "Cannot find module"),
        (
            {"app": "node -e 'console.error(`no table`); process.exit(3)'"},
            "failed (exit status 3):\n  no table",
        ),
        ({"app": "node -e 0"}, "wrote no cloud assembly"),
        ({"app": "node app.js", "build": "exit 4"}, "The build of cdk.json failed (exit status 4)"),
        ({"app": "node app.js", "context": [1]}, "cdk.json: context must be an object."),
        ([], "cdk.json:1:1: The file must contain a JSON object."),
    ],
)
def test_apps_that_fail(app: App, cdk_json: Any, message: str) -> None:
    """An app that cannot be run, or fails, is reported with its last lines."""
    write_json(app.folder / "cdk.json", cdk_json)
    with pytest.raises(SfnError) as raised:
        app.read()
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "cdk_json, scripts",
    [
        ({"app": ["node", "app.js"]}, {}),
        ({"app": "node app.js", "build": "node -e \"fs.writeFileSync('built', '')\""}, {}),
        ({"context": {}}, {"deploy": "cdk --app 'node app.js' deploy", "test": "jest --app x"}),
        ({}, {"synth": "cdk synth --app='node app.js'"}),
    ],
)
def test_where_the_command_is(app: App, cdk_json: Any, scripts: dict[str, str]) -> None:
    """The command comes from cdk.json, or from a script of package.json that calls cdk."""
    write_json(app.folder / "cdk.json", cdk_json)
    (app.folder / "node_modules" / "aws-cdk-lib").mkdir(parents=True)
    write_json(app.folder / "package.json", {"scripts": scripts})
    assert [stack.name for stack in app.read().stacks] == ["A"]
    assert not (app.folder / "built").exists()


def test_an_absent_asset(app: App) -> None:
    """Missing code does not stop the app: the function is deployed without it."""
    shutil.rmtree(app.folder / "functions")
    check = "if (!fs.existsSync(price)) throw new Error(`Cannot find asset at ${price}`)\n"
    text = APP.replace(
        "fs.mkdirSync", f"const price = path.join(__dirname, 'functions', 'price')\n{check}fs.mkdirSync"
    )
    (app.folder / "app.js").write_text(text)
    price = app.folder / "functions" / "price"
    assert app.resources()["Price"]["Code"] == {"CodeDir": str(price), "MayBeMissing": True}
    assert f"{price} does not exist. Continuing without it." in app.lines
    assert not price.exists()


@pytest.mark.parametrize("is_neighbour_there", [False, True])
def test_an_absent_asset_beside_the_app(app: App, is_neighbour_there: bool) -> None:
    """Missing code in an existing folder is an error: nothing is created in the user's folders."""
    neighbour = app.folder.parent / "functions"
    if is_neighbour_there:
        neighbour.mkdir()
    price = "path.join(__dirname, '..', 'functions', 'price')"
    check = f"if (!fs.existsSync({price})) throw new Error(`Cannot find asset at ${{{price}}}`)\n"
    (app.folder / "app.js").write_text(APP.replace("fs.mkdirSync", f"{check}fs.mkdirSync"))
    if is_neighbour_there:
        with pytest.raises(SfnError, match=f"Error: Cannot find asset at {neighbour / 'price'}"):
            app.read()
        assert not list(neighbour.iterdir())
    else:
        app.read()
        assert f"{neighbour / 'price'} does not exist. Continuing without it." in app.lines


def test_own_packages_are_used(app: App) -> None:
    """The copy in which the app runs uses the project's own node_modules."""
    package = app.folder / "node_modules" / "aws-cdk-lib"
    package.mkdir(parents=True)
    (package / "index.js").write_text("module.exports = 'Fail'")
    tool = app.folder / "node_modules" / ".bin" / "my-node"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\nexec node "$@"\n')
    tool.chmod(0o755)
    (app.folder / "app.js").write_text(APP.replace("'Succeed'", "require('aws-cdk-lib')"))
    write_json(app.folder / "cdk.json", {"app": "npx my-node app.js"})
    assert '"Fail"' in app.resources()["Flow"]["DefinitionString"]


def test_an_interrupted_app_is_killed(app: App, tmp_path: Path) -> None:
    """Ctrl-C ends the app and its child processes, and incomplete output is not used."""
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    write_json(app.folder / "cdk.json", {"app": f"exec 9> {fifo}; echo started >&9; sleep 600"})
    code = (
        "import sys; from pathlib import Path; from sfn_cli.settings import Settings;"
        "from sfn_cli.stacks.readers.cdk.cdk_app import read_cdk_app;"
        f"read_cdk_app(Path({str(app.folder)!r}), Settings.from_environment(), print)"
    )
    environment = {**os.environ, "SFN_HOME": str(app.home)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as reading:
        with fifo.open() as pipe:
            assert pipe.readline() == "started\n"
            reading.send_signal(signal.SIGINT)
            assert pipe.read() == ""  # all who had it open have ended
        _, error = reading.communicate(timeout=60)
    assert b"KeyboardInterrupt" in error
    write_json(app.folder / "cdk.json", {"app": "node app.js"})
    assert [stack.name for stack in app.read().stacks] == ["A"]


def test_two_at_once(app: App) -> None:
    """Two commands that read the same app at the same time run it once."""
    found: list[CloudAssembly] = []
    lines: list[str] = []
    settings = Settings.from_environment({"SFN_HOME": str(app.home)})

    def read() -> None:
        found.append(read_cdk_app(app.folder, settings, lines.append))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert sum(line.startswith("Synthesising") for line in lines) == 1


def test_one_template_of_an_assembly(app: App) -> None:
    """Naming a template reads its stack and the stacks that it depends on."""
    stacks = {name: {"Resources": {"Flow": machine(f"{name}/Flow")}} for name in ("Api", "Data", "Other")}
    write_assembly(app.folder / "cdk.out", stacks, dependencies={"Api": ["Data"]})
    assert [stack.name for stack in app.read("cdk.out/Api.template.json").stacks] == ["Data", "Api"]
    with pytest.raises(UsageError, match="is not a stack's template"):
        app.read("cdk.out/Api.assets.json")
