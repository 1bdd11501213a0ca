"""The results of a Map Run's children: the state's output, or files that a ResultWriter writes.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
Files under PREFIX/RUN/: SUCCEEDED_0.json, FAILED_0.json, …, and manifest.json, which lists them.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, cast

from sfn_cli import quotas
from sfn_cli.api.stepfunctions.redrive import redrive_status
from sfn_cli.asl.timestamp import format_timestamp
from sfn_cli.errors import StatesError
from sfn_cli.integrations.distributed_map.storage import StorageError, storage
from sfn_cli.jsonvalue import dumps, dumps_payload, loads, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfn_cli.asl.distributed_map.result_writer import Writing
    from sfn_cli.integrations.integration import TaskContext
    from sfn_cli.jsonvalue import Json
    from sfn_cli.store.protocols.stepfunctions import MapRuns
    from sfn_cli.store.records.map_runs import MapRun, Result

MEMORY_BYTES = 2**20
"""The size, in bytes, above which a file is moved from memory to disk."""

_STATUSES = {
    "SUCCEEDED": "SUCCEEDED",
    "FAILED": "FAILED",
    "TIMED_OUT": "FAILED",
    "ABORTED": "FAILED",
    "RUNNING": "PENDING",
}
"""Maps an execution's status to the kind of file for its result."""


class RunNames(Protocol):
    """The names of a Map Run that its results contain."""

    @property
    def arn(self) -> str: ...
    @property
    def state_machine_arn(self) -> str: ...


class Gathered(NamedTuple):
    """The output of the Map state (JSON text), and when the last child ended."""

    output: str
    last_stopped_at: int


def gather_results(runs: MapRuns, run: MapRun, writing: Writing, context: TaskContext) -> Gathered:
    """Returns the output of a Map Run, and writes it if the state has a ResultWriter.

    Children that are still running are pending. Raises StatesError.
    """
    last = _LastResult()
    output = output_of_results(last.watch(runs.results(run.arn)), run, writing, context)
    return Gathered(output, last.stopped_at)


def output_of_results(
    results: Iterator[Result], run: RunNames, writing: Writing, context: TaskContext | None
) -> str:
    """Returns the output (JSON text) of a Map Run with these results. Raises StatesError.

    `context` is needed only for a ResultWriter.
    """
    if writing.bucket is None:
        return _inline_results(results, run, writing)
    assert context is not None
    return _write_results(results, run, writing, context)


class _LastResult:
    """Records when the last child ended."""

    stopped_at = 0

    def watch(self, results: Iterator[Result]) -> Iterator[Result]:
        for result in results:
            self.stopped_at = max(self.stopped_at, result.stopped_at or 0)
            yield result


def _inline_results(results: Iterator[Result], run: RunNames, writing: Writing) -> str:
    """Returns the results themselves, as JSON text.

    Raises StatesError if they exceed the limit of a state's output.
    """
    texts: list[str] = []
    size = 2
    for result in results:
        for text in _transform_result(result, run, writing.transformation):
            texts.append(text)
            size += text_bytes(text) + 1
        if size - 1 > quotas.PAYLOAD_BYTES and texts:
            cause = (
                "The Map Run returned a result "
                "with a size exceeding the maximum number of bytes service limit."
            )
            raise StatesError("States.DataLimitExceeded", cause)
    return dumps("\n".join(texts)) if writing.output_type == "JSONL" else f"[{','.join(texts)}]"


def _transform_result(result: Result, run: RunNames, transformation: str) -> list[str]:
    """Returns the JSON texts of a result. Failures are described in every transformation."""
    if transformation == "NONE" or result.status != "SUCCEEDED" or result.output is None:
        return [dumps(_describe_result(result, run))]
    if transformation == "FLATTEN" and result.output.startswith("["):
        return [dumps_payload(element) for element in loads(result.output)]
    return [result.output]


def _describe_result(result: Result, run: RunNames) -> dict[str, Json]:
    """Describes a child execution as DescribeExecution does, with capitalised members."""
    described: dict[str, Json] = {
        "ExecutionArn": result.arn,
        "Input": result.input,
        "InputDetails": {"Included": True},
        "Name": result.name,
        "RedriveCount": 0,
        "StartDate": format_timestamp(result.started_at),
        "StateMachineArn": run.state_machine_arn,
        "Status": result.status,
        **{name[0].upper() + name[1:]: text for name, text in redrive_status(result.status).items()},
    }
    if result.output is not None:
        described |= {"Output": result.output, "OutputDetails": {"Included": True}}
    for name, value in (("Error", result.error), ("Cause", result.cause)):
        if value is not None:
            described[name] = value
    if result.stopped_at is not None:
        described["StopDate"] = format_timestamp(result.stopped_at)
    return dict(sorted(described.items()))


def _write_results(results: Iterator[Result], run: RunNames, writing: Writing, context: TaskContext) -> str:
    """Writes the results and their manifest. Returns their location."""
    folder = "/".join(part for part in (writing.prefix, run.arn.rpartition(":")[2]) if part)
    files = {kind: _ResultFile(writing) for kind in ("FAILED", "PENDING", "SUCCEEDED")}
    try:
        bucket = storage(writing.bucket, context)
        for result in results:
            for text in _transform_result(result, run, writing.transformation):
                files[_STATUSES[result.status]].add(text)
        manifest: dict[str, Json] = {
            "DestinationBucket": writing.bucket,
            "MapRunArn": run.arn,
            "ResultFiles": {},
        }
        for kind, file in files.items():
            entries = manifest["ResultFiles"][kind] = []
            if not file.is_empty:
                key = f"{folder}/{kind}_0.json"
                entries.append({"Key": key, "Size": file.end()})
                bucket.write(key, file.content)
        with tempfile.TemporaryFile() as content:
            content.write(dumps(manifest).encode())
            content.seek(0)
            bucket.write(f"{folder}/manifest.json", cast("BinaryIO", content))
    except StorageError as error:
        raise StatesError("States.ResultWriterFailed", str(error)) from None
    except OSError as error:
        raise StatesError("States.ResultWriterFailed", f"{error.strerror}: {error.filename}") from None
    finally:
        for file in files.values():
            file.content.close()
    return dumps(
        {
            "MapRunArn": run.arn,
            "ResultWriterDetails": {"Bucket": writing.bucket, "Key": f"{folder}/manifest.json"},
        }
    )


class _ResultFile:
    """A result file as it grows: a JSON array, or JSON lines."""

    def __init__(self, writing: Writing) -> None:
        self._begin, self._between, self._end = (
            (b"", b"\n", b"\n") if writing.output_type == "JSONL" else (b"[", b",", b"]")
        )
        self.content = cast("BinaryIO", tempfile.SpooledTemporaryFile(MEMORY_BYTES))  # noqa: SIM115 - closed by its owner
        self.is_empty = True

    def add(self, text: str) -> None:
        self.content.write(self._begin if self.is_empty else self._between)
        self.content.write(text.encode("utf-8", "surrogatepass"))
        self.is_empty = False

    def end(self) -> int:
        """Completes and rewinds the file. Returns its size."""
        self.content.write(self._end)
        size = self.content.tell()
        self.content.seek(0)
        return size
