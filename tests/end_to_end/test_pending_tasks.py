"""The commands that views suggest for pending tasks: each does what it says."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from sfn_cli.views.execution.pending import pending_of
from tests.processes import create_machine, ended, sfn, sfn_json, start_execution, until
from tests.stored_views import stored_view

if TYPE_CHECKING:
    from pathlib import Path

    from sfn_cli.views.execution.pending import Pending

ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:approve"
ASK = {"Type": "Task", "Resource": ACTIVITY, "HeartbeatSeconds": 600, "TimeoutSeconds": 3600, "End": True}
MACHINE = {
    "StartAt": "All",
    "States": {
        "All": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Ask the boss", "States": {"Ask the boss": ASK}},
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemProcessor": {"StartAt": "Vote", "States": {"Vote": ASK}},
                            "End": True,
                        }
                    },
                },
            ],
            "End": True,
        }
    },
}


def test_every_answer_works(home: Path) -> None:
    """A task is named by its state if that is unambiguous, otherwise by its handle."""
    sfn_json(home, "create-activity", "--name", "approve")
    run = start_execution(home, create_machine(home, "Pay", MACHINE), "--name", "monday", "--input", "[1, 2]")

    def pending() -> list[Pending]:
        return list(pending_of(stored_view(home, run)).values())

    until(lambda: len(pending()) == 3, "the tasks")
    assert {one.words for one in pending()} == {"a worker of activity approve"}
    answers = [one.answer for one in pending()]
    assert answers[0] == "sfn tasks approve 'Pay/monday/Ask the boss'"

    # A worker takes the oldest one, and says that it is still at it.
    task = sfn_json(
        home, "get-activity-task", "--activity-arn", ACTIVITY, "--worker-name", "Ada",
    )  # fmt: skip
    until(lambda: pending()[0].words == "worker Ada of activity approve", "its worker")
    before = pending()[0].until
    sfn_json(home, "send-task-heartbeat", "--task-token", task["taskToken"])
    assert before is not None
    until(lambda: (pending()[0].until or 0) > before, "the heartbeat")

    for number, answer in enumerate(answers):
        assert answer is not None
        _, *words = shlex.split(answer)
        done = sfn(home, *words, "--result", str(number))
        assert done.returncode == 0, done.stderr
    assert json.loads(ended(home, run)["output"]) == [0, [1, 2]]
    assert pending() == []
