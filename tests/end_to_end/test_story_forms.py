"""The stories of `examples/` as other kinds of projects: each ends as in its folder's form."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.pictures import EXAMPLES
from tests.processes import kill_workers, sfn, sfn_json, stop_home, until
from tests.stories import (
    FORMS,
    STORIES,
    Form,
    Store,
    Story,
    await_event,
    check_effects,
    check_end,
    rest,
    running,
)
from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTALL_SECONDS = 300.0

TRIED_FORMS = [form for form in FORMS if THOROUGH or form.path != "cdk"]
"""An app of a cdk.json installs its packages first, once for each home: this takes minutes."""
FORMS_OF_STORIES = [
    (form, story)
    for form in TRIED_FORMS
    for story in STORIES
    if story.story == form.story and (THOROUGH or form.path == "sam" or story.input == "input.json")
]

FOLDER_VALUES = {
    "payment": {
        "Bank": "Bank",
        "Warehouse": "Warehouse",
        "AskManager": "AskManager",
        "ApprovalLimit": "1000",
    },
    "migration": {
        "Bucket": "migration-story",
        "Customers": "migration-customers",
        "DeadLetters": "https://sqs.us-east-1.amazonaws.com/123456789012/migration-dead-letters",
        "ConvertCustomer": "ConvertCustomer",
        "Upload": "Upload",
    },
}
"""The values in a folder's definition that are substitutions in a template's."""


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One store for all: projects with the same resources do not conflict in it."""
    home = tmp_path_factory.mktemp("forms") / "home"
    yield home
    stop_home(home)


@cache
def npm_finds_packages() -> bool:
    """Whether npm is here and reaches its registry: the app of a cdk.json needs packages."""
    command = ["npm", "view", "aws-cdk-lib", "version"]
    return shutil.which("npm") is not None and subprocess.run(command, capture_output=True).returncode == 0


def run_form(home: Path, form: Form, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a form of a story. The first run of a CDK app installs its packages."""
    if form.path == "cdk" and not npm_finds_packages():
        pytest.skip("npm does not reach its registry")
    return sfn(home, *arguments, timeout_seconds=INSTALL_SECONDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form, story_run", FORMS_OF_STORIES, ids=[f"{form}-{story.input}" for form, story in FORMS_OF_STORIES]
)
def test_a_form_of_a_story(shared_home: Path, form: Form, story_run: Story) -> None:
    """A story is run by one command in each of its forms, and ends as in its folder's."""
    check_end(story_run, run_form(shared_home, form, *story_run.command(form)))
    check_effects(Store(shared_home, form), story_run)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [form for form in FORMS if form.path.startswith("sam") and (THOROUGH or form.story == "payment")],
    ids=str,
)
def test_a_form_of_a_story_whose_workers_are_killed(home: Path, form: Form) -> None:
    """Killing the workers in the middle does not change the result."""
    store = Store(home, form)
    story_run = next(story for story in STORIES if story.story == form.story and story.killed_at)
    with running(home, story_run.command(form)) as run:
        await_event(run, story_run.killed_at or "")
        if (middle := story_run.middle) is not None:
            until(lambda: middle(store), "the middle")
        kill_workers(home)
        sfn_json(home, "list-activities")  # any command starts another worker
        ended = rest(run)
    check_end(story_run, ended)
    check_effects(store, story_run)


@pytest.mark.slow
@pytest.mark.parametrize("form", TRIED_FORMS, ids=str)
def test_a_form_of_a_story_with_its_own_input(shared_home: Path, form: Form) -> None:
    """Without --input, a project takes the only one of its events/."""
    story_run = next(story for story in STORIES if story.story == form.story and story.input == "input.json")
    command = ["run", *form.arguments(), *story_run.options]
    check_end(story_run, run_form(shared_home, form, *command))


@pytest.mark.parametrize("story", FOLDER_VALUES)
def test_definitions_of_forms(story: str) -> None:
    """The definition with substitutions is that of the folder, apart from the upload of files."""
    folder = EXAMPLES / story
    with_substitutions = (folder / "sam" / f"{story}.asl.json").read_text()
    filled = json.loads(
        re.sub(r"\$\{(\w+)\}", lambda found: FOLDER_VALUES[story][found[1]], with_substitutions)
    )
    upload = filled["States"].pop("Upload", None)
    if upload is not None:
        assert (filled["StartAt"], upload["Next"]) == ("Upload", "Migrate")
        filled["StartAt"] = upload["Next"]
    assert filled == json.loads((folder / f"{story}.asl.json").read_text())


@pytest.mark.parametrize("story", FOLDER_VALUES)
def test_synthesised_stories(story: str) -> None:
    """A committed cdk.out has the story's own definition, functions and data."""
    folder = EXAMPLES / story
    assembly = folder / "synthesised" / "cdk.out"
    (definition,) = assembly.glob("asset.*.json")
    assert definition.read_text() == (folder / "sam" / f"{story}.asl.json").read_text()
    sources = [path for path in (*folder.glob("functions/*/*.*"), *folder.glob("data/*")) if path.is_file()]
    contents = {(path.name, path.read_bytes()) for path in sources}
    assert {(path.name, path.read_bytes()) for path in assembly.glob("asset.*/*")} == contents
