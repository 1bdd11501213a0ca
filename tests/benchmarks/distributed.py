"""A DISTRIBUTED Map over a long CSV: its memory does not grow with the rows, and its time only as they do."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from tests.benchmarks.processes import await_all_ended, create
from tests.benchmarks.table import Result
from tests.processes import sfn_json, start_execution, stop_workers, worker_pids

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = 1_000_000
BATCH = 1_000
CHILDREN = 20_000


def measure(folder: Path, runs: int) -> Iterator[Result]:
    """Times a million rows in batches against a tenth of them.

    A second measure has as many children as rows, with fewer rows.
    """
    few, many, single = (_Measured(folder / name) for name in ("few", "many", "single"))
    few.run(ROWS // 10, BATCH)
    many.run(ROWS, BATCH)
    yield Result(
        f"Map over {ROWS:,} rows, {BATCH:,} a child, to a tenth", many.seconds, "s", "<= 12", few.seconds
    )
    yield Result("the worker's largest memory meanwhile", many.peak_mb, "MB", "<= 1.3", few.peak_mb)
    single.run(CHILDREN, 1)
    yield Result(f"Map over {CHILDREN:,} rows, one a child", CHILDREN / single.seconds, "/s", ">= 2000")


class _Measured:
    """A run of a Map in a store of its own, by one worker."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()

    def run(self, rows: int, batch: int) -> None:
        source = self.home / "rows.csv"
        with source.open("w") as file:
            file.write("id,name,amount\n")
            file.writelines(f"{n},name-{n},{n % 97}\n" for n in range(rows))
        machine = create(self.home, "Map", _machine(self.home.as_uri(), batch))
        began = time.monotonic()
        one_worker = {"SFN_WORKERS": "1", "SFN_WORKER_IDLE_SECONDS": "600"}
        execution = start_execution(self.home, machine, environment=one_worker)
        await_all_ended(self.home)
        self.seconds = time.monotonic() - began
        output = json.loads(sfn_json(self.home, "describe-execution", "--execution-arn", execution)["output"])
        assert "ResultWriterDetails" in output
        (pid,) = worker_pids(self.home)
        self.peak_mb = _peak_mb(pid)
        stop_workers(self.home)


def _machine(folder: str, batch: int) -> dict[str, object]:
    processor = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": 1, "End": True}}}
    fields: dict[str, object] = {} if batch == 1 else {"ItemBatcher": {"MaxItemsPerBatch": batch}}
    each = {
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": folder, "Key": "rows.csv"},
        },
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            **processor,
        },
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": folder, "Prefix": "out"},
        },
        "End": True,
        **fields,
    }
    return {"StartAt": "Each", "States": {"Each": each}}


def _peak_mb(pid: int) -> float:
    """The most memory that a process ever had."""
    with open(os.path.join("/proc", str(pid), "status"), encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
