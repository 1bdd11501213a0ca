"""Custom runtimes: programs in any language, named bootstrap, that use the Runtime API."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from sfn_cli.store.records.functions import Code
from tests.functions.workbench import await_death

if TYPE_CHECKING:
    from pathlib import Path

    from tests.functions.workbench import Workbench

SHELL = """\
#!/bin/sh
set -eu
API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
HEADERS=$(mktemp)
while true; do
    EVENT=$(curl -sS -D "$HEADERS" "$API/invocation/next")
    REQUEST=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: *//Ip' "$HEADERS" | tr -d '\\r')
    echo "event $EVENT"
    yes | head -n 1
    curl -sS -o /dev/null "$API/invocation/$REQUEST/response" -d "{\\"echo\\": $EVENT}"
    echo "answered" >&2
done
"""

PYTHON = """\
#!{python}
import http.client, json, os, signal, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={{}}, **options):
    api.request(method, "/2018-06-01/runtime/" + path, body, headers, **options)
    answer = api.getresponse()
    return answer.status, answer.headers, answer.read()
def answer(kind, body, headers={{}}, **options):
    request = head["Lambda-Runtime-Aws-Request-Id"]
    return call("POST", "invocation/" + request + "/" + kind, body, headers, **options)
{begin}
while True:
    _, head, event = call("GET", "invocation/next")
    event = json.loads(event)
    {body}
"""


def custom(bench: Workbench, source: str, **configuration: Any) -> Path:
    """Creates a function from a script. Returns the script's path."""
    program = bench.folder / "code" / "bootstrap"
    program.parent.mkdir()
    program.write_text(source)
    program.chmod(0o755)
    bench.create(
        "fn",
        Code(folder=str(program.parent)),
        {"Runtime": "provided.al2023", "Handler": "some.handler", **configuration},
    )
    return program


def python(body: str, begin: str = "") -> str:
    return PYTHON.format(python=sys.executable, begin=begin, body=textwrap.indent(body, "    ").lstrip())


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_shell_script(bench: Workbench) -> None:
    """A few lines of sh and curl are a function.

    Output up to the next poll is in the log of the current event.
    """
    custom(bench, SHELL)
    assert [bench.answer({"a": 1}), bench.answer("é")] == [{"echo": {"a": 1}}, {"echo": "é"}]
    kinds = [line.partition(" ")[0] for line in bench.log]
    assert kinds == ["START", "event", "y", "answered", "END", "REPORT"] * 2
    assert "Init Duration" in bench.log[5]


ANSWERS = [
    ("answer('response', json.dumps(event))", {"a": [1, "é", None]}, {"a": [1, "é", None]}),
    ("answer('response', json.dumps(len(event)))", "x" * 3_000_000, 3_000_000),
    ("answer('response', json.dumps('y' * 5_000_000), {'Expect': '100-continue'})", 1, "y" * 5_000_000),
    (
        "answer('response', iter([b'[1,', b'2]']), {'Transfer-Encoding': 'chunked'}, encode_chunked=True)",
        1,
        [1, 2],
    ),
    (
        (
            "answer('response', json.dumps([os.getcwd() == os.environ['LAMBDA_TASK_ROOT'], "
            "os.environ['_HANDLER']]))"
        ),
        1,
        [True, "some.handler"],
    ),
    ("answer('response', json.dumps('AWS_EXECUTION_ENV' in os.environ))", 1, False),
    (
        "answer('response', json.dumps(head['Lambda-Runtime-Invoked-Function-Arn']))",
        1,
        "arn:aws:lambda:us-east-1:123456789012:function:fn",
    ),
    ("answer('response', json.dumps(head['Lambda-Runtime-Trace-Id'].split('=')[0]))", 1, "Root"),
    (
        (
            "import time; left = float(head['Lambda-Runtime-Deadline-Ms']) / 1000 - time.time(); "
            "answer('response', json.dumps(0 < left < 3))"
        ),
        1,
        True,
    ),
    (
        "answer('response', json.dumps(sorted(map(int, os.listdir('/dev/fd')))[:4] + [sys.stdin.read()]))",
        1,
        [0, 1, 2, 3, ""],
    ),
]


@pytest.mark.parametrize("body, event, answer", ANSWERS)
def test_answer(bench: Workbench, body: str, event: Any, answer: Any) -> None:
    """Events have headers; answers may be chunked; the program stays warm."""
    custom(bench, python(body))
    assert bench.answer(event) == answer
    assert bench.answer(event) == answer


def test_the_clients_context(bench: Workbench) -> None:
    """The client context is in a header, if there is one."""
    custom(bench, python("answer('response', head['Lambda-Runtime-Client-Context'] or 'null')"))
    assert bench.invoke(client_context='{"custom": {"a": 1}}').payload == '{"custom": {"a": 1}}'
    assert bench.answer() is None


def test_an_answer_need_not_be_json(bench: Workbench) -> None:
    """Any text that the program sends is the payload, as in AWS's tutorial."""
    custom(bench, python("answer('response', 'Echoing request')"))
    outcome = bench.invoke()
    assert (outcome.kind, outcome.payload) == ("succeeded", "Echoing request")


REPORT = '{"errorType": "Custom.Error", "errorMessage": "no", "stackTrace": []}'
ERRORS = [
    (f"answer('error', '{REPORT}')", "failed", "Custom.Error", "no"),
    (f"answer('error', '{REPORT}'); sys.exit(1)", "failed", "Custom.Error", "no"),
    (
        "answer('error', 'text', {'Lambda-Runtime-Function-Error-Type': 'Runtime.Odd'})",
        "failed", "Runtime.Odd", "text",
    ),
    ("answer('error', '')", "failed", "Runtime.Unknown", ""),
    (
        "answer('response', 'x' * 7_000_000)",
        "failed",
        "Function.ResponseSizeTooLarge",
        r"Response payload size exceeded maximum allowed payload size \(6291556 bytes\)\.",
    ),
    ("sys.exit(7)", "exited", "Runtime.ExitError", ".* Error: Runtime exited with error: exit status 7"),
    ("sys.exit(0)", "exited", "Runtime.ExitError", ".* Error: Runtime exited without providing a reason"),
    (
        "answer('response', '1'); sys.exit(0)",
        "exited", "Runtime.ExitError", ".* Error: Runtime exited without providing a reason",
    ),
    (
        "os.kill(os.getpid(), signal.SIGKILL)",
        "exited", "Runtime.ExitError", ".* Error: Runtime exited with error: signal: killed",
    ),
    ("signal.pause()", "timed_out", "Sandbox.Timedout", r".* Error: Task timed out after 1\.00 seconds"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("body, kind, error, message", ERRORS)
def test_error(bench: Workbench, body: str, kind: str, error: str, message: str) -> None:
    """An error that the program reports is passed on; any other is Lambda's.

    The next event is not affected.
    """
    custom(bench, python(f"if event == 1: answer('response', 'true'); continue\n{body}"), Timeout=1)
    outcome = bench.invoke()
    failure = json.loads(outcome.payload)
    assert (outcome.kind, outcome.error, failure["errorType"]) == (kind, error, error)
    assert re.fullmatch(message, failure["errorMessage"])
    assert bench.answer(1) is True


def test_an_error_at_the_start(bench: Workbench) -> None:
    """An error reported before the first event fails every event.

    Without a report, the exit is the error.
    """
    report = (
        'call("POST", "init/error", json.dumps({"errorType": "Init.Error", "errorMessage": "no"})); '
        "sys.exit(1)"
    )
    program = custom(bench, python("", report))
    assert [(bench.invoke().error, bench.invoke().kind)] == [("Init.Error", "failed")]
    program.write_text(python("", "sys.exit(3)"))
    outcome = bench.invoke()
    assert (outcome.error, outcome.message[-13:]) == ("Runtime.ExitError", "exit status 3")


INVALID = [
    (
        None,
        0o755,
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        "A custom runtime is an executable file named",
    ),
    (SHELL, 0o644, "fork/exec /var/task/bootstrap: permission denied", "Make it executable: chmod +x"),
    ("echo", 0o755, "fork/exec /var/task/bootstrap: exec format error", "/"),
    (
        "#!/no/such\n",
        0o755,
        "fork/exec /var/task/bootstrap: no such file or directory",
        "The interpreter in the first line of",
    ),
]


@pytest.mark.parametrize("source, mode, reason, hint", INVALID)
def test_an_invalid_program(bench: Workbench, source: str | None, mode: int, reason: str, hint: str) -> None:
    """Lambda's message is the answer; the log also says how to fix it."""
    program = custom(bench, source or "")
    program.chmod(mode)
    if source is None:
        program.rename(program.with_name("other"))
    outcome = bench.invoke()
    message = f"RequestId: {outcome.request_id} Error: {reason}"
    assert json.loads(outcome.payload) == {"errorType": "Runtime.InvalidEntrypoint", "errorMessage": message}
    assert bench.log[1] == f"{message}\nRuntime.InvalidEntrypoint"
    assert bench.log[2].startswith(hint)


OUT_OF_TURN = [
    ("GET", "invocation/next", {}, 403),  # before it has answered
    ("POST", "init/error", {}, 403),
    ("POST", "invocation/another/response", {}, 400),
    ("GET", "nothing", {}, 404),
    ("POST", "nothing", {}, 404),
    ("GET", "invocation/next", {"Origin": "https://example.com"}, 403),  # a web page
    ("GET", "invocation/next", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("GET", "invocation/next", {"Host": "rebound.example.com"}, 403),
]


def test_out_of_turn(bench: Workbench) -> None:
    """A call that the Runtime API does not allow is refused, and changes nothing."""
    custom(
        bench,
        python(
            "answer('response', json.dumps([call(method, path, None, headers)[0] for method, path, headers "
            "in event]))"
        ),
    )
    assert bench.answer([request[:3] for request in OUT_OF_TURN]) == [status for *_, status in OUT_OF_TURN]


def test_a_zip_keeps_the_executable_bit(bench: Workbench) -> None:
    """The executable bit is in the mode of the zip's entry."""
    from zipfile import ZipInfo

    entry = ZipInfo("bootstrap")
    entry.external_attr = 0o100755 << 16
    bench.zipped({entry: python("answer('response', '1')")}, Runtime="provided", Handler="h")
    assert bench.answer() == 1
    bench.zipped(
        {"bootstrap": python("answer('response', '1')")}, "other", Runtime="provided.al2", Handler="h"
    )
    assert bench.invoke(name="other").error == "Runtime.InvalidEntrypoint"


def test_all_ends_with_the_pool(bench: Workbench) -> None:
    """The program and its children end with the pool."""
    body = (
        "import subprocess; child = subprocess.Popen(['sleep', '600']); "
        "answer('response', json.dumps([os.getpid(), child.pid]))"
    )
    custom(bench, python(body))
    pids = bench.answer()
    bench.pool.close()
    assert all(await_death(pid) for pid in pids)


@pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0 or shutil.which("curl") is None,
    reason="needs Linux, root and curl",
)
def test_another_user_of_the_machine(bench: Workbench) -> None:
    """Another user's connection is closed without an answer."""
    custom(bench, python("answer('response', json.dumps(os.environ['AWS_LAMBDA_RUNTIME_API']))"))
    url = f"http://{bench.answer()}/2018-06-01/runtime/nothing"
    responses = [
        subprocess.run(["curl", "-sS", url], user=user, capture_output=True, text=True, check=False)
        for user in (None, 65534)
    ]
    assert [bool(answer.stdout) for answer in responses] == [True, False]
