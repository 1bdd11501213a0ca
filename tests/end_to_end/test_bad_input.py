"""Oversized input and unwritable output: one clear line, the right exit code, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.processes import ROLE, SFN, TIMEOUT_SECONDS, environment_of, stop_workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow  # a process for each of a hundred lines

PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
CREATE = ("create-state-machine", "--name", "x", "--role-arn", ROLE, "--definition", PASS)
YAML = ("create-state-machine", "--cli-input-yaml")
START = ("start-execution", "--state-machine-arn", "x", "--input")
START_MANY = ("start-executions", "--state-machine-arn", "x", "--inputs")
CREATE_FUNCTION = ("lambda", "create-function", "--function-name", "f", "--role", ROLE)
QUERY = ("list-state-machines", "--query")
MEMORY_KIB = 1_500_000
"""The memory limit of a command.

A command that reads without a limit fails instead of exhausting the machine.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("bad-input") / "store"
    yield home
    stop_workers(home)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Endless files, deeply nested ones, and files that grow when they are read."""
    folder = tmp_path_factory.mktemp("files")
    with (folder / "sparse").open("wb") as file:
        file.truncate(10 * 2**30)
    (folder / "directory").mkdir()
    (folder / "deep").write_text("[" * 100_000)
    (folder / "nines").write_text("[" + "9" * 5000 + "]")
    levels = "".join(
        f"{chr(98 + level)}: &{chr(98 + level)} [{','.join(['*' + chr(97 + level)] * 9)}]\n"
        for level in range(9)
    )
    (folder / "laughs").write_text(f"a: &a [x,x,x,x,x,x,x,x,x]\n{levels}name: *j\n")
    (folder / "text-laughs").write_text(f"a: &a {'x' * 100_000}\nname: [{','.join(['*a'] * 5000)}]\n")
    (folder / "own-tail").write_text("name: &a [*a]\n")
    (folder / "merged-tail").write_text("a: &x {<<: *x}\n")
    (folder / "no-date").write_text("name: 2001-99-99\n")
    (folder / "no-bool").write_text("name: !!bool x\n")
    (folder / "numbers").write_text("1: 2\n")
    (folder / "hexadecimal").write_text(f"name: 0x{'f' * 4000}\n")
    (folder / "sexagesimal").write_text(f"name: {':'.join(['59'] * 500_000)}\n")
    (folder / "control").write_text("name: \x00\n")
    (folder / "words").write_text("destinations=" + "a," * 500_000 + "b")
    for name in ("machine", "resources", "services", "input"):
        project = folder / f"with-{name}"
        project.mkdir()
        (project / "x.asl.json").write_text(PASS)
        (project / f"{name}.json").symlink_to(folder / ("sparse" if name == "input" else "deep"))
    endless = folder / "endless"
    endless.mkdir()
    (endless / "x.asl.json").symlink_to("/dev/zero")
    body = folder / "body"
    body.mkdir()
    (body / "x.asl.json").write_text(PASS)
    call = {"service": "s3", "operation": "PutObject", "parameters": {"Body": "fileb:///dev/zero"}}
    (body / "resources.json").write_text(json.dumps([call]))
    return folder


def limited(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    redirections: str = "",
    files: int = 256,
) -> subprocess.CompletedProcess[str]:
    """Runs the command with little memory, and with the shell's redirections."""
    return subprocess.run(
        ["bash", "-c", f'ulimit -v {MEMORY_KIB} -n {files}; exec "$0" "$@" {redirections}', SFN, *arguments],
        env=environment_of(home, environment), capture_output=True, text=True,
        timeout=TIMEOUT_SECONDS, check=False,
    )  # fmt: skip


PARAMETER_LIMIT = "File too large (the limit is 75,497,472 bytes)"
PROJECT_LIMIT = "File too large (the limit is 16,777,216 bytes)"
BODY_LIMIT = "File too large (the limit is 268,435,456 bytes)"
CREDENTIALS_LIMIT = "File too large (the limit is 1,048,576 bytes)"
TOO_DEEP = "Document nesting depth (1001) exceeds the maximum allowed (1000)"
TOO_DEEP_SHORTHAND = "nested more than 100 levels deep"


@pytest.mark.parametrize(
    "line, code, message",
    [
        ((*START, "file:///dev/zero"), 252, PARAMETER_LIMIT),
        ((*START, "file://FOLDER/sparse"), 252, PARAMETER_LIMIT),
        ((*START, "file://FOLDER/directory"), 252, "Is a directory"),
        ((*CREATE_FUNCTION, "--zip-file", "fileb:///dev/zero"), 252, PARAMETER_LIMIT),
        ((*CREATE, "--tags", "file:///dev/zero"), 252, PARAMETER_LIMIT),
        ((*CREATE, "--tags", "key@=file:///dev/zero"), 252, PARAMETER_LIMIT),
        ((*CREATE, "--tags", "file://FOLDER/deep"), 252, TOO_DEEP),
        ((*CREATE, "--tags", "file://FOLDER/nines"), 252, "Invalid JSON: Exceeds the limit (4300"),
        ((*CREATE, "--logging-configuration", "file://FOLDER/deep"), 252, TOO_DEEP),
        ((*CREATE, "--logging-configuration", "a=" + "[" * 50_000), 252, TOO_DEEP_SHORTHAND),
        ((*CREATE, "--logging-configuration", "a=" + "{a=" * 20_000), 252, TOO_DEEP_SHORTHAND),
        ((*CREATE, "--logging-configuration", "file://FOLDER/words"), 252, "… and 499,901 more"),
        (("create-state-machine", "--cli-input-json", "file:///dev/zero"), 252, PARAMETER_LIMIT),
        (("create-state-machine", "--cli-input-json", "file://FOLDER/deep"), 252, TOO_DEEP),
        ((*YAML, "file:///dev/zero"), 252, PARAMETER_LIMIT),
        ((*YAML, "file://FOLDER/deep"), 252, "nested more than 1000 levels deep"),
        ((*YAML, "file://FOLDER/laughs"), 252, "the value is too large with its aliases expanded"),
        ((*YAML, "file://FOLDER/text-laughs"), 252, "the value is too large"),
        ((*YAML, "file://FOLDER/own-tail"), 252, "the alias 'a' is within its own value"),
        ((*YAML, "file://FOLDER/merged-tail"), 252, "the alias 'x' is within its own value"),
        ((*YAML, "file://FOLDER/no-date"), 252, "Invalid YAML received: month must be in 1..12"),
        ((*YAML, "file://FOLDER/no-bool"), 252, "does not have the type of its tag"),
        ((*YAML, "file://FOLDER/hexadecimal"), 252, "the number has more than 4,300 digits"),
        ((*YAML, "file://FOLDER/sexagesimal"), 252, "the number has more than 4,300 digits"),
        ((*YAML, "file://FOLDER/control"), 252, "special characters are not allowed"),
        ((*YAML, "file://FOLDER/numbers"), 252, "Invalid type: expecting names as keys"),
        ((*START_MANY, "/dev/zero"), 252, "line 1 of /dev/zero is longer than 268,"),
        ((*START_MANY, "FOLDER/directory"), 252, "Is a directory"),
        (("run", "/dev/zero"), 252, PROJECT_LIMIT),
        (("run", "FOLDER/sparse"), 252, PROJECT_LIMIT),
        (("run", "FOLDER/endless"), 252, PROJECT_LIMIT),
        (("run", "FOLDER/with-input"), 252, PROJECT_LIMIT),
        (("run", "FOLDER/with-machine"), 252, TOO_DEEP),
        (("run", "FOLDER/with-resources"), 252, TOO_DEEP),
        (("run", "FOLDER/with-services"), 252, TOO_DEEP),
        (("run", "FOLDER/body"), 252, f"cannot read /dev/zero: {BODY_LIMIT}"),
        (("run", "FOLDER/directory"), 252, "No project found in"),
        (("serve", "--port", "0", "--credentials", "/dev/zero"), 253, CREDENTIALS_LIMIT),
        *(
            ((*QUERY, query), 252, "Bad value for --query: the expression is nested too deeply")
            for query in (
                "[" * 20_000,
                "(" * 20_000,
                "!" * 20_000 + "a",
                "@" + "|@" * 20_000,
                "`" + "[" * 20_000 + "`",
            )
        ),
        ((*QUERY, "stateMachines[0:1:0]"), 255, "Bad value for --query: slice step cannot be zero"),
        ((*QUERY, 'max_by(`[{"a":1},{"a":"x"}]`,&a)'), 255, "Bad value for --query: '>' not supported"),
    ],
    ids=lambda value: " ".join(value)[:70] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_input_beyond_limits(home: Path, folder: Path, line: Sequence[str], code: int, message: str) -> None:
    """Input that is too large, too deep or endless is an error in one line, with little memory.

    It is refused before it is read.
    """
    done = limited(home, *(word.replace("FOLDER", str(folder)) for word in line))
    assert done.returncode == code, done.stderr[-500:]
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 30_000


@pytest.mark.parametrize(
    "variable, code",
    [("SFN_MOCK_CONFIG", 254), ("AWS_CONFIG_FILE", 255), ("AWS_SHARED_CREDENTIALS_FILE", 255)],
)
@pytest.mark.parametrize("path", ["/dev/zero", "FOLDER/sparse"])
def test_files_that_variables_name(home: Path, folder: Path, variable: str, code: int, path: str) -> None:
    """A file named by a variable has the same limits as one named by an option."""
    limited(home, *CREATE)
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:x#Case"
    line = [
        "start-execution",
        "--state-machine-arn",
        machine,
        *(["--endpoint-url", "http://127.0.0.1:1"] if code == 255 else []),
    ]
    done = limited(home, *line, environment={variable: path.replace("FOLDER", str(folder))})
    assert (done.returncode, done.stdout) == (code, "")
    assert "File too large (the limit is" in done.stderr


def test_a_pipe_without_an_end(home: Path, tmp_path: Path) -> None:
    """A named pipe that is written without end is read up to the limit."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 2**16)
            except BrokenPipeError:
                pass

    writer = threading.Thread(target=write)
    writer.start()
    done = limited(home, "start-execution", "--state-machine-arn", "x", "--input", f"file://{pipe}")
    writer.join(TIMEOUT_SECONDS)
    assert (done.returncode, not writer.is_alive()) == (252, True)
    assert f"file://{pipe}: [Errno 27] {PARAMETER_LIMIT}" in done.stderr


@pytest.mark.parametrize("output", ["json", "text", "table", "yaml"])
@pytest.mark.parametrize(
    "text",
    ["[" * 990 + "]" * 990, '{"a":' * 990 + "1" + "}" * 990, '"\\ud800"'],
    ids=["arrays", "objects", "surrogate"],
)
def test_output_that_is_deep_or_not_text(home: Path, tmp_path: Path, text: str, output: str) -> None:
    """Every output format can write every output of an execution."""
    (tmp_path / "x.asl.json").write_text(PASS)
    (tmp_path / "input.json").write_text(text)
    done = limited(home, "run", str(tmp_path), "--output", output)
    assert done.returncode == 0, done.stderr[-500:]
    if output == "json":
        assert "".join(done.stdout.split()) == text


def test_a_log_line_that_is_deep_json(home: Path, tmp_path: Path) -> None:
    """`logs tail --format json` shows a line unchanged if it cannot be indented."""
    logs = ("--log-group-name", "Deep", "--log-stream-name", "s")
    events = tmp_path / "events.json"
    events.write_text(json.dumps([{"timestamp": time.time_ns() // 1_000_000, "message": "[" * 50_000}]))
    limited(home, "logs", "create-log-group", *logs[:2])
    limited(home, "logs", "create-log-stream", *logs)
    limited(home, "logs", "put-log-events", *logs, "--log-events", f"file://{events}")
    done = limited(home, "logs", "tail", "Deep", "--format", "json")
    assert (done.returncode, done.stdout.rstrip().endswith("s " + "[" * 50_000)) == (0, True), done.stderr


@pytest.mark.parametrize(
    "status, body, code, message",
    [
        (200, b"[" * 100_000, 255, "Unable to parse response (maximum recursion depth exceeded"),
        (400, b"[" * 100_000, 254, "An error occurred (400) when calling the ListStateMachines operation"),
        (200, None, 255, "The endpoint's response is longer than 536,870,912 bytes"),
    ],
)
def test_endpoint_responses_beyond_limits(
    home: Path, status: int, body: bytes | None, code: int, message: str
) -> None:
    """A response that is too deep or endless is an error in one line."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body or b"")
                while body is None:
                    self.wfile.write(b" " * 2**20)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request).start()
        url = f"http://127.0.0.1:{server.server_port}"
        done = limited(home, "list-state-machines", "--endpoint-url", url, "--no-sign-request")
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr[-500:]


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://[1.2]", "http://a..b", f"http://{'a' * 64}", "http://a:99999", "//a", "http://"],
)
def test_invalid_endpoints(home: Path, url: str) -> None:
    """An endpoint that is not a valid URL is an error in one line."""
    done = limited(home, "list-state-machines", "--endpoint-url", url, "--no-sign-request")
    assert (done.returncode, done.stdout, done.stderr) == (
        255,
        "",
        f"\nsfn: [ERROR]: Invalid endpoint: {url}\n",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="how many files a command needs is known for Linux")
def test_a_worker_that_cannot_start(home: Path) -> None:
    """A command that has stored an execution and cannot start a worker says so."""
    limited(home, "create-state-machine", "--name", "no-worker", "--role-arn", ROLE, "--definition", PASS)
    stop_workers(home)
    start = ("start-execution", "--state-machine-arn", "no-worker", "--output", "text")
    for files in range(5, 20):
        done = limited(home, *start, files=files)
        if done.returncode == 0:
            break
    assert "execution:no-worker:" in done.stdout
    assert done.stderr.startswith(
        f"\nsfn: [WARNING]: Cannot start a worker for the store in {home}: Too many open files."
    )
    assert len(done.stderr.splitlines()) == 2


NO_OUTPUT = "Cannot write the output: Bad file descriptor"
FULL = "Cannot write the output: No space left on device"
TAKES_NOTHING = ("delete-activity", "--activity-arn", "arn:aws:states:us-east-1:123456789012:activity:none")


@pytest.mark.parametrize(
    "line, redirections, code, message",
    [
        (("list-state-machines",), ">&-", 255, NO_OUTPUT),
        (("list-state-machines",), "2>&-", 0, ""),
        (("list-state-machines",), "<&-", 0, ""),
        (("list-state-machines",), "<&- >&- 2>&-", 255, ""),
        (("list-state-machines",), ">/dev/full", 255, FULL),
        (("list-state-machines",), ">/dev/full 2>/dev/full", 255, ""),
        (("list-state-machines", "--output", "table"), ">&-", 255, NO_OUTPUT),
        (("--version",), ">&-", 255, NO_OUTPUT),
        (("help",), ">/dev/full", 255, FULL),
        (("worker", "status"), ">&-", 255, NO_OUTPUT),
        (("doctor",), ">/dev/full", 255, FULL),
        (("run", "FOLDER/plain"), ">&-", 255, NO_OUTPUT),
        (("run", "FOLDER/plain"), "2>&-", 0, ""),
        (("run", "FOLDER/plain"), "2>/dev/full", 255, ""),
        (("nonsense",), ">&-", 252, "Found invalid choice 'nonsense'"),
        (("nonsense",), "2>&-", 252, ""),
        (("nonsense",), "2>/dev/full", 252, ""),
        (TAKES_NOTHING, ">&-", 0, ""),
        ((*START_MANY, "-"), "<&-", 252, "Unable to load paramfile -: [Errno 9] Bad file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)  # fmt: skip
def test_streams_that_are_closed_or_full(
    home: Path, folder: Path, line: Sequence[str], redirections: str, code: int, message: str
) -> None:
    """A closed or full stream fails only the commands that need it."""
    plain = folder / "plain"
    plain.mkdir(exist_ok=True)
    (plain / "x.asl.json").write_text(PASS)
    done = limited(home, *(word.replace("FOLDER", str(folder)) for word in line), redirections=redirections)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr[-500:]
    assert "Traceback" not in done.stderr
    assert limited(home, "doctor").returncode == 0  # nothing was written into the store in stdout's place
