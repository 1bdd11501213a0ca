"""The examples: each ends as its README says, twice in succession.

The second time, its workers are killed in the middle of it.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.pictures import EXAMPLES
from tests.processes import kill_workers, sfn, sfn_json, stop_home, until, worker_pids
from tests.stories import (
    QUEUES,
    STORIES,
    Store,
    Story,
    accounts,
    await_event,
    check_effects,
    check_end,
    rest,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow  # each story runs more than once, with its services


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all stories of a process: its services take a while to start."""
    home = tmp_path_factory.mktemp("stories") / "home"
    yield Store(home)
    stop_home(home)


@pytest.mark.parametrize("story_run", STORIES, ids=str)
def test_a_story(store: Store, story_run: Story) -> None:
    """A story ends as its README says, and again when its workers are killed in the middle."""
    check_end(story_run, sfn(store.home, *story_run.command()))
    check_effects(store, story_run)
    if story_run.killed_at is None:
        return
    with running(store.home, story_run.command()) as run:
        await_event(run, story_run.killed_at)
        if (middle := story_run.middle) is not None:
            until(lambda: middle(store), "the middle")
        assert worker_pids(store.home)
        kill_workers(store.home)
        sfn_json(store.home, "list-activities")  # any command brings another worker
        ended = rest(run)
    check_end(story_run, ended)
    check_effects(store, story_run)
    assert sfn(store.home, "doctor").returncode == 0


@pytest.mark.parametrize(
    "answer, end, done",
    [
        (["approve"], {"payment": "capture-1002"}, ["authorise", "capture"]),
        (["reject", "--cause", "too dear"], "Rejected", ["authorise", "void"]),
    ],
    ids=["approved", "rejected"],
)
def test_a_person_answers(home: Path, answer: list[str], end: Any, done: list[str]) -> None:
    """A large payment waits for an approval, which needs no token."""
    story_run = Story("payment", "inputs/approval.json", end, {})
    with running(home, story_run.command()) as run:
        await_event(run, "TaskSubmitted Approve")
        (waiting,) = sfn_json(home, "tasks", "list")["tasks"]
        assert waiting["state"] == "Approve"
        sfn_json(home, "tasks", *answer)
        ended = rest(run)
    if isinstance(end, str):
        assert f"The execution failed: {end}: Order 1002 is not paid. Undone: void, release." in ended.stderr
    else:
        assert end.items() <= json.loads(ended.stdout).items()
    assert Store(home).bank("1002") == done


def test_all_inputs_are_documented() -> None:
    """Each input of an example is in its README and is tested."""
    there = {(path.parts[-3], path.name) for path in EXAMPLES.glob("*/inputs/*.json")}
    assert there == {
        (story_run.story, Path(story_run.input).name)
        for story_run in STORIES
        if story_run.input != "input.json"
    }
    assert [pair for pair in there if pair[1] not in (EXAMPLES / pair[0] / "README.md").read_text()] == []


# A real server of another kind

DYNALITE = shutil.which("dynalite") or shutil.which(
    "dynalite", path=str(Path(sys.prefix) / "node_modules" / ".bin")
)


@pytest.fixture
def dynalite(tmp_path: Path) -> Iterator[str]:
    """The URL of a DynamoDB that stores its tables on disk."""
    if DYNALITE is None:
        pytest.skip(f"dynalite is not installed: npm install --prefix {sys.prefix} dynalite")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])  # dynalite finds none by itself
    command = [DYNALITE, "--host", "127.0.0.1", "--port", port, "--path", str(tmp_path / "tables")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "listening" in server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
        server.terminate()


def test_a_database_of_the_user(home: Path, dynalite: str) -> None:
    """The sign-up works with its table in another DynamoDB server.

    Other services stay the local ones.
    """
    database = boto3.client(
        "dynamodb", "us-east-1", endpoint_url=dynalite, aws_access_key_id="any", aws_secret_access_key="any"
    )
    for story_run in [story_run for story_run in STORIES if story_run.story == "signup"]:
        check_end(
            story_run,
            sfn(home, *story_run.command(), environment={"AWS_ENDPOINT_URL_DYNAMODB": dynalite}),
        )
        assert accounts(database) == story_run.effects[Store.accounts]
    assert Store(home).client("dynamodb").list_tables()["TableNames"] == []


@pytest.mark.parametrize(
    "call, exit, message",
    [
        ({"service": "sqss", "operation": "CreateQueue"}, 253, "Cannot create a client for sqss"),
        (
            {"service": "sqs", "operation": "createQueue"},
            252,
            "resources.json, call 1: sqs has no operation createQueue.",
        ),
        (
            {"service": "sqs", "operation": "CreateQueue", "parameters": {"Name": "q"}},
            252,
            'Unknown parameter in input: "Name"',
        ),
        (
            {"service": "sqs", "wait": "queue_exists"},
            252,
            "resources.json, call 1: sqs has no waiter queue_exists. It has no waiters.",
        ),
        (
            {"service": "events", "operation": "CreateConnection", "parameters": {"Nme": "c"}},
            252,
            'Unknown parameter in input: "Nme"',
        ),
        (
            {"service": "events", "operation": "DeleteConnection", "parameters": {"Name": "gone"}},
            255,
            "call 1: An error occurred (Res",
        ),
        (
            {"service": "lambda", "wait": "function_active"},
            252,
            "call 1: lambda has no waiters here:",
        ),
        (
            {"service": "sqs", "operation": "DeleteQueue", "parameters": {"QueueUrl": f"{QUEUES}gone"}},
            255,
            "call 1: An error occurred",
        ),
    ],
)
def test_resources_that_cannot_be_created(
    store: Store, tmp_path: Path, call: dict[str, Any], exit: int, message: str
) -> None:
    """The error names the call, and nothing is started."""
    (tmp_path / "m.asl.json").write_text('{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}')
    (tmp_path / "resources.json").write_text(json.dumps([call]))
    done = sfn(store.home, "run", str(tmp_path))
    assert (done.returncode, done.stdout) == (exit, ""), done.stderr
    assert message in done.stderr
