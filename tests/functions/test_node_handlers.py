"""Handlers in Node.js: CommonJS and ES modules, promises and callbacks, and their errors."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.functions.workbench import await_death

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functions.workbench import Workbench

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


def _runtime() -> str:
    done = subprocess.run(
        [NODE or "", "-p", "process.versions.node"], capture_output=True, text=True, check=True
    )
    return f"nodejs{done.stdout.partition('.')[0]}.x"


@pytest.fixture(scope="module")
def runtime() -> str:
    return _runtime()


def create(
    bench: Workbench,
    runtime: str,
    files: dict[str, str],
    handler: str = "index.handler",
    **configuration: Any,
) -> None:
    bench.zipped(files, Runtime=runtime, Handler=handler, **configuration)


ANSWERS = [
    ("exports.handler = async (event) => event", {"a": [1, "é", None]}, {"a": [1, "é", None]}),
    ("exports.handler = async () => undefined", {}, None),
    ("exports.handler = async (event) => event.length", "x" * 3_000_000, 3_000_000),
    ("exports.handler = async () => 'y'.repeat(5_000_000)", {}, "y" * 5_000_000),
    ("exports.handler = async () => process.cwd() === process.env.LAMBDA_TASK_ROOT", {}, True),
    ("exports.handler = async (event, context) => context.functionName", {}, "fn"),
    ("exports.handler = async (event, context) => context.getRemainingTimeInMillis() > 1000", {}, True),
    (
        "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, 'later'), 10) }",
        {},
        "later",
    ),
    ("exports.handler = (event, context) => context.succeed('old')", {}, "old"),
    # A handler without a callback or promise ends when its event loop is empty.
    ("exports.handler = () => 'not a promise'", {}, None),
    ("exports.handler = () => new Promise(() => {})", {}, None),
    # aws-lambda-ric 3.3: of a result, an error and a callback, the first counts.
    ("exports.handler = () => { throw undefined }", {}, None),
    ("exports.handler = (event, context, callback) => { callback(null, 1); throw new Error('late') }", {}, 1),
    ("exports.handler = async (event, context, callback) => { callback(null, 1); return 2 }", {}, 1),
    ("exports.handler = (event, context) => { setInterval(() => {}, 1000); context.done(null, 1) }", {}, 1),
    # The handler may decide not to wait for its event loop.
    (
        """\
        exports.handler = (event, context, callback) => {
            context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 'now')
        }
        """,
        {},
        "now",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("source, event, answer", ANSWERS)
def test_answer(bench: Workbench, runtime: str, source: str, event: Any, answer: Any) -> None:
    create(bench, runtime, {"index.js": source})
    assert bench.answer(event) == answer
    assert bench.answer(event) == answer  # from the same warm child


def test_the_clients_context(bench: Workbench, runtime: str) -> None:
    """The client context is in the handler's context."""
    create(bench, runtime, {"index.js": "exports.handler = async (event, context) => context.clientContext"})
    assert bench.invoke(client_context='{"custom":{"a":1}}').payload == '{"custom":{"a":1}}'
    assert bench.answer() is None


MODULES = [
    (
        {
            "index.js": "exports.handler = async () => require('./other').name",
            "other.js": "exports.name = 'cjs'",
        },
        "index.handler",
        "cjs",
    ),
    (
        {"index.mjs": "const name = await 'esm'\nexport const handler = async () => name"},
        "index.handler",
        "esm",
    ),
    (
        {"package.json": '{"type": "module"}', "index.js": "export const handler = async () => 'typed'"},
        "index.handler",
        "typed",
    ),
    (
        {"package.json": '{"type": "module"}', "index.cjs": "exports.handler = async () => 'plain'"},
        "index.handler",
        "plain",
    ),
    ({"src/pay.js": "exports.by = { card: async () => 'nested' }"}, "src/pay.by.card", "nested"),
    (
        {
            "index.js": "exports.handler = async () => require('dep')",
            "node_modules/dep/index.js": "module.exports = 1",
        },
        "index.handler",
        1,
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("files, handler, answer", MODULES)
def test_modules(bench: Workbench, runtime: str, files: dict[str, str], handler: str, answer: Any) -> None:
    create(bench, runtime, files, handler)
    assert bench.answer() == answer


ERRORS = [
    (
        "exports.handler = async () => {\n  throw new TypeError('boom')\n}",
        "TypeError",
        "boom",
        ["TypeError: boom", "    at exports.handler (/var/task/index.js:2:9)"],
    ),
    (
        (
            "exports.handler = (event, context, callback) => callback(Object.assign(new Error('no'), {stack: "
            "'Error: no'}))"
        ),
        "Error",
        "no",
        ["Error: no"],
    ),
    # aws-lambda-ric 3.3: what is thrown need not be an error.
    ("exports.handler = async () => { throw 'text' }", "string", "text", []),
    ("exports.handler = async () => { throw undefined }", "string", "handled", []),
    ("exports.handler = async () => { throw { code: 7 } }", "object", r"\[object Object\]", []),
    ("exports.handler = (event, context, callback) => callback(7)", "number", "7", []),
    (
        "exports.handler = async () => { throw { name: 'Own', message: 'm', stack: 'Own: m\\n    at x' } }",
        "Own", "m", ["Own: m", "    at x"],
    ),
    (
        "exports.handler = async () => new Promise(() => {})",
        "Runtime.NodeJsExit", "The Lambda runtime client .*", None,
    ),
    ("exports.handler = (event, context) => context.fail('text')", "string", "text", []),
    ("exports.other = 1", "Runtime.HandlerNotFound", "index.handler is undefined or not exported", None),
    ("exports.handler = 1", "Runtime.HandlerNotFound", "index.handler is not a function", None),
    (
        "exports.handler = async (=> 1",
        "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token '=>'", None,
    ),
    ("require('gone')", "Runtime.ImportModuleError", r"Error: Cannot find module 'gone'(?s:.*)", None),
    ("throw new RangeError('at import')", "RangeError", "at import", None),
    (
        "exports.handler = async () => { const a = {}; a.a = a; return a }",
        "Error",
        "Unable to stringify response body",
        ["Error: Unable to stringify response body"],
    ),
    ("exports.handler = async () => ({ a: 10n })", "Error", "Unable to stringify response body", None),
    (
        "exports.handler = (event, context, callback) => callback(null, 10n)",
        "Error", "Unable to stringify response body", None,
    ),
    ("exports.handler = async () => () => {}", "TypeError", "Wrong arguments", None),
    (
        (
            "exports.handler = async () => { Promise.reject(new Error('unheard')); "
            "await new Promise((done) => setTimeout(done, 60_000)) }"
        ),
        "Runtime.UnhandledPromiseRejection",
        "Error: unheard",
        None,
    ),
    ("exports.handler = () => { setTimeout(() => { throw new Error('later') }, 1) }", "Error", "later", None),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("source, error_type, message, trace", ERRORS)
def test_error(
    bench: Workbench, runtime: str, source: str, error_type: str, message: str, trace: list[str] | None
) -> None:
    """An error has the form of Lambda's Node.js runtimes; the next invocation is not affected."""
    create(bench, runtime, {"index.js": source})
    for _ in range(2):
        outcome = bench.invoke()
        failure = json.loads(outcome.payload)
        assert (outcome.kind, outcome.error, list(failure)) == (
            "failed",
            error_type,
            ["errorType", "errorMessage", "trace"],
        )
        assert failure["errorType"] == error_type
        assert re.fullmatch(message, failure["errorMessage"])
        assert trace is None or failure["trace"] == trace


def test_errors_without_a_trace(bench: Workbench, runtime: str) -> None:
    """Lambda itself reports a large response (recorded on 2025-11-24); some errors cannot be read."""
    source = """\
        exports.handler = async (event) => {
            if (event === "large") return 'x'.repeat(7_000_000)
            throw Object.create(null)
        }
        """
    create(bench, runtime, {"index.js": source})
    assert json.loads(bench.invoke("large").payload) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    failure = json.loads(bench.invoke("odd").payload)
    assert list(failure) == ["errorType", "errorMessage"]
    assert failure["errorType"] == "handled"


def test_node_24(bench: Workbench) -> None:
    """Its runtime client refuses callbacks by the number of parameters (users' reports; its source)."""
    bench.zipped(
        {"index.js": "exports.handler = async (event, context, callback) => 1"},
        Runtime="nodejs24.x",
        Handler="index.handler",
    )
    bench.zipped(
        {"index.js": "exports.handler = async (event) => 10n"},
        "other",
        Runtime="nodejs24.x",
        Handler="index.handler",
    )
    refused, unserialisable = (json.loads(bench.invoke(name=name).payload) for name in ("fn", "other"))
    assert refused["errorType"] == "Runtime.CallbackHandlerDeprecated"
    assert refused["errorMessage"].startswith("ERROR: AWS Lambda has removed support for callback-based")
    assert unserialisable["errorType"] == "Runtime.JSONStringifyError"


STREAMS = [
    ("stream.setContentType('text/plain'); stream.write('a'); stream.write('b'); stream.end()", "ab"),
    ("stream.write({ a: 1 }); stream.end(Buffer.from('b'))", '{"a":1}b'),
    ("await require('stream/promises').pipeline(['x', 'y'], stream)", "xy"),
    (
        (
            "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); "
            "stream.write('made'); stream.end()"
        ),
        '{"statusCode":201}' + "\0" * 8 + "made",
    ),
    ("stream.write(Buffer.from([255])); stream.end()", b"\xff"),
    ("stream.write('half'); throw new TypeError('then')", ("TypeError", "then")),
    (
        "stream.write('a'); stream.setContentType('text/html')",
        ("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late."),
    ),
    ("stream.write('half')", ("string", "Response stream is not finished.")),
]


def test_streams(bench: Workbench, runtime: str) -> None:
    """A response that is streamed is passed on as a whole (AWS's guide; aws-lambda-ric 3.3)."""
    bodies = ",\n".join(f"async (stream) => {{ {body} }}" for body, _ in STREAMS)
    source = (
        f"const bodies = [{bodies}]\n"
        "exports.handler = awslambda.streamifyResponse(async (event, stream) => bodies[event](stream))"
    )
    create(bench, runtime, {"index.js": source})
    for number, (body, expected) in enumerate(STREAMS):
        outcome = bench.invoke(number)
        if isinstance(expected, tuple):
            failure = json.loads(outcome.payload)
            assert (failure["errorType"], failure["errorMessage"]) == expected, body
        else:
            given = outcome.payload if outcome.binary is None else outcome.binary
            assert (outcome.kind, given) == ("succeeded", expected), body


LOGGED = [
    ("throw 'some text'", {"errorType": "Error", "errorMessage": "some text", "stack": ["Error: some text"]}),
    (
        "throw Object.assign(new RangeError('far'), { code: 7, name: 'Own', inner: new Error('near') })",
        {"errorType": "Own", "errorMessage": "far", "code": 7, "name": "Own"},
    ),
    ("const a = new Error('round'); a.a = a; throw a", {"errorType": "Error", "errorMessage": "round"}),
]


def test_log_of_errors(bench: Workbench, runtime: str) -> None:
    """An error is logged with its properties, anything else as the message of one (aws-lambda-ric 3.3)."""
    bodies = ",\n".join(f"() => {{ {body} }}" for body, _ in LOGGED)
    create(
        bench, runtime, {"index.js": f"const b = [{bodies}]\nexports.handler = async (event) => b[event]()"}
    )
    for number, (body, expected) in enumerate(LOGGED):
        bench.log.clear()
        bench.invoke(number)
        (line,) = [line for line in bench.log if "\tInvoke Error \t" in line]
        logged = json.loads(line.partition("Invoke Error \t")[2])
        assert expected.items() <= logged.items(), body


def test_invocations_that_wait_for_a_process_that_exits(
    make_bench: Callable[..., Workbench], runtime: str
) -> None:
    """Each runs in a new process: an uncaught error fails only its own invocation."""
    bench = make_bench(cores=1)
    rejected = "exports.handler = () => new Promise(() => { Promise.reject(new Error('unheard')) })"
    create(bench, runtime, {"index.js": rejected})
    begun = [bench.begin(number)[1] for number in range(4)]
    bench.until(lambda: all(begun))
    assert [outcomes[0].error for outcomes in begun] == ["Runtime.UnhandledPromiseRejection"] * 4


def test_exit(bench: Workbench, runtime: str) -> None:
    """A handler that ends its process, or never ends, fails like a Python one."""
    create(
        bench,
        runtime,
        {"index.js": "exports.handler = async (event) => { if (event) process.exit(event); for (;;); }"},
        Timeout=1,
    )
    failure = json.loads(bench.invoke(3).payload)
    assert failure["errorType"] == "Runtime.ExitError"
    assert failure["errorMessage"].endswith("exit status 3")
    assert bench.invoke(0).kind == "timed_out"


def test_log(bench: Workbench, runtime: str) -> None:
    """console writes lines with the time, the request and the level; one call is one event."""
    source = """\
        exports.handler = async (event) => {
            console.log('two\\nlines', { a: 1 })
            console.warn('%s', 'careful')
            process.stdout.write('50 %\\r100 %\\n')
            throw new Error('boom')
        }
        """
    create(bench, runtime, {"index.js": source})
    request = bench.invoke().request_id
    start, first, second, raw, error, end, report = bench.log
    assert (start, end) == (f"START RequestId: {request} Version: $LATEST", f"END RequestId: {request}")
    at = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"{at}\t{request}\tINFO\ttwo\nlines {{ a: 1 }}", first)
    assert re.fullmatch(rf"{at}\t{request}\tWARN\tcareful", second)
    assert raw == "50 %\r100 %"
    assert re.match(
        rf"{at}\t{request}\tERROR\tInvoke Error "
        rf'\t{{"errorType":"Error","errorMessage":"boom","stack":\["Error: boom"',
        error,
    )
    assert report.startswith(f"REPORT RequestId: {request}")


PARENT = """
import pathlib, sys
from tests.functions.workbench import Workbench
bench = Workbench(pathlib.Path(sys.argv[1]))
bench.zipped({"index.js": sys.argv[3]}, Runtime=sys.argv[2], Handler="index.handler")
bench.begin()
bench.until(lambda: "begun" in bench.log)
print(*(line for line in bench.log if line.isdigit()), flush=True)
bench.until(lambda: False)
"""


@pytest.mark.parametrize(
    "then",
    [
        "for (;;);",
        (
            "process.on('SIGIO', () => {}); process.on('SIGTERM', () => {}); "
            "return new Promise(() => setInterval(() => {}, 1000))"
        ),
        "require('child_process').spawn('sleep', ['600']); for (;;);",
    ],
)
def test_a_killed_parent(tmp_path: Path, runtime: str, then: str) -> None:
    """When its parent is killed, a handler ends too, even if it ignores signals."""
    begin = "const say = (text) => process.stdout.write(`${text}\\n`)\n"
    source = f"{begin}exports.handler = async () => {{ say(process.pid); say('begun'); {then} }}"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), runtime, source], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        (pid,) = map(int, parent.stdout.readline().split())
        parent.kill()
        assert await_death(pid)
