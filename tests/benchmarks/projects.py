"""How long `sfn run` takes for a SAM project of ten resources, beyond sfn's own folder with its machine."""

from __future__ import annotations

import json
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.benchmarks.processes import timed
from tests.benchmarks.table import Result, in_turn
from tests.processes import SFN, environment_of, stop_services, until, worker_pids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTIONS = ("Reserve", "Charge", "Ship")
DEFINITION = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Yields the time that an unchanged project adds, and one whose template has changed.

    The local services run, and so does a worker.
    """
    home = folder / "home"
    own, project = folder / "own", folder / "shop"
    code = own / "functions"
    for name in FUNCTIONS:
        (code / name).mkdir(parents=True)
        (code / name / "app.py").write_text("def lambda_handler(event, context):\n    return event\n")
    (own / "own.asl.json").write_text(json.dumps(DEFINITION))
    project.mkdir()
    (project / "shop.asl.json").write_text(json.dumps(DEFINITION))
    template = project / "template.yaml"
    template.write_text(json.dumps(_sam_template(code, 0), indent=2))
    environment = environment_of(home, {"SFN_WORKER_IDLE_SECONDS": "600"})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users' commands have compiled modules
    timeouts = count(1)

    def run_folder() -> float:
        return timed([SFN, "run", str(own)], environment)

    def run_project() -> float:
        return timed([SFN, "run", str(project)], environment)

    def run_changed_project() -> float:
        template.write_text(json.dumps(_sam_template(code, next(timeouts)), indent=2))
        return timed([SFN, "run", str(project)], environment)

    try:
        run_folder()
        run_project()
        until(lambda: worker_pids(home), "a worker")
        unchanged, baseline = in_turn(runs, run_project, run_folder)
        yield Result("run, SAM project of ten resources: adds", unchanged - baseline, "ms", "<= 300")
        changed, baseline = in_turn(runs, run_changed_project, run_folder)
        yield Result("run, the same after a change: adds", changed - baseline, "ms", "<= 1000")
    finally:
        stop_services(home)


def _sam_template(code: Path, timeout: int) -> dict[str, Any]:
    """Returns a template in which the queue, a function and the machine's name differ with `timeout`."""
    functions = {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "app.lambda_handler",
                "Runtime": RUNTIME,
                "CodeUri": str(code / name),
                "Environment": {"Variables": {"TABLE": {"Ref": "Orders"}}},
                "Policies": [{"DynamoDBCrudPolicy": {"TableName": {"Ref": "Orders"}}}],
            },
        }
        for name in FUNCTIONS
    }
    functions["Charge"]["Properties"]["Environment"]["Variables"]["LIMIT"] = str(timeout)
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            **functions,
            "OrderFlow": {
                "Type": "AWS::Serverless::StateMachine",
                "Properties": {
                    "DefinitionUri": "shop.asl.json",
                    "DefinitionSubstitutions": {name: {"Fn::GetAtt": [name, "Arn"]} for name in FUNCTIONS},
                },
            },
            "Orders": {"Type": "AWS::Serverless::SimpleTable"},
            "Work": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}},
            "News": {"Type": "AWS::SNS::Topic"},
            "Receipts": {"Type": "AWS::S3::Bucket"},
            "Log": {"Type": "AWS::Logs::LogGroup"},
            "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "shop"}},
        },
    }
