"""A handler's event, context, answers, errors and misbehaviour."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.functions.workbench import Workbench

REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.parametrize(
    "source, event, answer",
    [
        ("def handler(event, context): return event", {"a": [1, "é", None]}, {"a": [1, "é", None]}),
        ("def handler(event, context): return None", {}, None),
        ("def handler(event, context): return b'\"HelloWorld!\"'", {}, "HelloWorld!"),
        ("def handler(event, context): return len(event)", "x" * 3_000_000, 3_000_000),
        ("def handler(event, context): return 'y' * 5_000_000", {}, "y" * 5_000_000),
        # The interpreter's installed packages can be imported.
        (
            "import site, sys\ndef handler(event, context): return site.getsitepackages()[0] in sys.path",
            {},
            True,
        ),
        (
            "import os\ndef handler(event, context): return os.getcwd() == os.environ['LAMBDA_TASK_ROOT']",
            {},
            True,
        ),
        ("import sys\ndef handler(event, context): return sys.stdin.read()", {}, ""),
    ],
)
def test_answer(bench: Workbench, source: str, event: Any, answer: Any) -> None:
    """The handler's return value is the answer; bytes of JSON are returned unchanged (recorded)."""
    bench.function(source)
    assert bench.answer(event) == answer


RESULTS = {
    # AWS's runtime for Python (awslambdaric 4.0.1 with simplejson 3.20): the result, and its text.
    "b'abc'": "abc",
    "b'\"x\"'": '"x"',
    "{'a': b'text'}": '{"a": "text"}',
    "{b'k': 1}": '{"k": 1}',
    "{1: 2, 1.5: 3, None: 5, False: 6}": '{"1": 2, "1.5": 3, "null": 5, "false": 6}',
    "Decimal('1.10')": "1.10",
    "[Decimal('1E+2'), Decimal('-Infinity'), Decimal('NaN'), '\"']": '[1E+2, -Infinity, NaN, "\\""]',
    "[float('nan'), float('inf'), 1e16, 10**20]": "[NaN, Infinity, 1e+16, 100000000000000000000]",
    "Point(1, (2, 3))": '{"x": 1, "y": [2, 3]}',
    "{'p': [Point(1, Decimal('2.0'))]}": '{"p": [{"x": 1, "y": 2.0}]}',
    "[Row()]": '[{"k": 1}]',
    "Row([1])": '{"k": [1]}',
    "[Kind.A, Level.LOW, {Level.LOW: 1}]": '["a", 1, {"1": 1}]',
    "'\\u2028/\\x00'": '"\u2028/\\u0000"' if sys.version_info >= (3, 12) else '"\\u2028/\\u0000"',
}
NOT_JSON = {
    "{1, 2}": "Object of type set is not JSON serializable",
    "datetime.now()": "Object of type datetime is not JSON serializable",
    "bytearray(b'x')": "Object of type bytearray is not JSON serializable",
    "{'a': b'\\xff'}": "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    "{(1, 2): 3}": "keys must be str, int, float, bool or None, not tuple",
    "endless": "Circular reference detected",
}


def test_response_text(bench: Workbench) -> None:
    """Each result has the text that AWS's runtime writes, or its error."""
    bench.function(
        """
        import enum
        from collections import namedtuple
        from datetime import datetime
        from decimal import Decimal

        Point = namedtuple("Point", "x y")
        Kind = enum.Enum("Kind", {"A": "a"}, type=str)
        Level = enum.IntEnum("Level", "LOW")
        endless = []
        endless.append(endless)

        class Row:
            def __init__(self, value=1):
                self.value = value

            def _asdict(self):
                return {"k": self.value}

        def handler(event, context):
            return eval(event)
        """
    )
    assert {result: bench.invoke(result).payload for result in RESULTS} == RESULTS
    failures = {result: json.loads(bench.invoke(result).payload) for result in NOT_JSON}
    assert {result: failure["errorMessage"] for result, failure in failures.items()} == {
        result: f"Unable to marshal response: {reason}" for result, reason in NOT_JSON.items()
    }
    assert {failure["errorType"] for failure in failures.values()} == {"Runtime.MarshalError"}


def test_response_of_bytes(bench: Workbench) -> None:
    """Bytes that are no text are the response too; a state machine gets them as text."""
    bench.function("def handler(event, context): return b'\\xff\\x00'")
    outcome = bench.invoke()
    assert (outcome.kind, outcome.payload, outcome.binary) == ("succeeded", "\ufffd\x00", b"\xff\x00")


def test_response_too_large(bench: Workbench) -> None:
    """Lambda itself reports it, without a request id or a trace (recorded on 2025-11-24)."""
    bench.function("def handler(event, context): return 'x' * 7_000_000")
    outcome = bench.invoke()
    assert outcome.error == "Function.ResponseSizeTooLarge"
    assert json.loads(outcome.payload) == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


@pytest.mark.parametrize(
    "source, error_type, message, trace",
    [
        (
            'def handler(event, context):\n    raise Exception("Some exception was raised.")\n',
            "Exception",
            "Some exception was raised.",
            [
                (
                    '  File "/var/task/app.py", line 2, in handler\n'
                    '    raise Exception("Some exception was raised.")\n'
                )
            ],
        ),
        (
            """\
class CustomException(Exception):
    message: str

    def __init__(self):
        self.message = "CustomException message"


def handler(event, context):
    raise CustomException()
""",
            "CustomException",
            "",
            ['  File "/var/task/app.py", line 9, in handler\n    raise CustomException()\n'],
        ),
        (
            "import json\ndef handler(event, context):\n    return f()\ndef f():\n    return 1 / 0\n",
            "ZeroDivisionError",
            "division by zero",
            [
                '  File "/var/task/app.py", line 3, in handler\n    return f()\n',
                '  File "/var/task/app.py", line 5, in f\n    return 1 / 0\n',
            ],
        ),
        (
            'def handler(event, context):\n    raise ValueError(1, "two")\n',
            "ValueError",
            "(1, 'two')",
            ['  File "/var/task/app.py", line 2, in handler\n    raise ValueError(1, "two")\n'],
        ),
        (
            "def handler(event, context): return {1, 2}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
            [],
        ),
    ],
)
def test_error(bench: Workbench, source: str, error_type: str, message: str, trace: list[str]) -> None:
    """An error has Lambda's form (the first two are recorded), with paths as on AWS."""
    bench.function(source)
    outcome = bench.invoke()
    assert outcome.kind == "failed"
    assert outcome.error == error_type
    assert json.loads(outcome.payload) == {
        "errorMessage": message,
        "errorType": error_type,
        "requestId": outcome.request_id,
        "stackTrace": trace,
    }
    assert list(json.loads(outcome.payload)) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert REQUEST_ID.fullmatch(outcome.request_id)


@pytest.mark.parametrize(
    "source, error_type, message, trace",
    [
        (
            "import gone",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'gone'",
            [],
        ),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'", []),
        (
            "def handler(:\n",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': invalid syntax (app.py, line 1)",
            ['  File "/var/task/app.py" Line 1\n    def handler(:\n'],
        ),
        (
            "raise RuntimeError('at import')\n",
            "RuntimeError",
            "at import",
            ["  File \"/var/task/app.py\", line 1, in <module>\n    raise RuntimeError('at import')\n"],
        ),
    ],
)
def test_error_at_import(
    bench: Workbench, source: str, error_type: str, message: str, trace: list[str]
) -> None:
    """The report has an empty request id; the trace begins in Python's own files (2025-11-24)."""
    bench.function(source)
    report = json.loads(bench.invoke().payload)
    assert (report["errorType"], report["errorMessage"], report["requestId"]) == (error_type, message, "")
    assert report["stackTrace"][-1:] == trace
    if error_type == "RuntimeError":
        folder = f"/var/lang/lib/python{sys.version_info[0]}.{sys.version_info[1]}"
        assert report["stackTrace"][0].startswith(f'  File "{folder}/importlib/__init__.py", line ')


@pytest.mark.parametrize(
    "handler, error_type, message",
    [
        (
            "sys.exit",
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module sys as a handler module",
        ),
        (
            "gone.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'gone': No module named 'gone'",
        ),
        (
            "handler",
            "Runtime.MalformedHandlerName",
            "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        ),
    ],
)
def test_handler_setting(bench: Workbench, handler: str, error_type: str, message: str) -> None:
    """A Handler that does not exist is the function's error."""
    bench.function("", Handler=handler)
    failure = json.loads(bench.invoke().payload)
    assert (failure["errorType"], failure["errorMessage"]) == (error_type, message)


def test_handler_in_a_package(bench: Workbench) -> None:
    """A handler's module may be in a folder, named with a slash or a dot."""
    folder = bench.function("", Handler="shop/orders.pay")
    (folder / "shop").mkdir()
    bench.write(folder / "shop" / "orders.py", "def pay(event, context): return 'paid'")
    assert bench.answer() == "paid"
    bench.update(Handler="shop.orders.pay")
    assert bench.answer() == "paid"


@pytest.mark.slow
@pytest.mark.parametrize(
    "source, reason",
    [
        ("import sys\ndef handler(event, context): sys.exit(3)", "with error: exit status 3"),
        ("import sys\ndef handler(event, context): sys.exit()", "without providing a reason"),
        ("import os\ndef handler(event, context): os._exit(1)", "with error: exit status 1"),
        (
            "import os, signal\ndef handler(event, context): os.kill(os.getpid(), signal.SIGKILL)",
            "with error: signal: killed",
        ),
        ("import os\ndef handler(event, context): os.abort()", "with error: signal: aborted"),
        (
            "import os\ndef handler(event, context): os.execvp('sleep', ['sleep', '600'])",
            "with error: signal: killed",
        ),
        (
            "import os, time\ndef handler(event, context): os.closerange(3, 100), time.sleep(600)",
            "with error: signal: killed",
        ),
        ("raise SystemExit(4)", "with error: exit status 4"),
        # The runtime ends if it cannot report an error.
        (
            "class Silent(Exception):\n    __str__ = None\ndef handler(event, context): raise Silent",
            "with error: exit status 1",
        ),
    ],
)
def test_exit(bench: Workbench, source: str, reason: str) -> None:
    """A process that ends without an answer is Runtime.ExitError; the next one has a new process."""
    bench.function(source)
    bench.function("def handler(event, context): return event", "other")
    outcome = bench.invoke()
    assert outcome.kind == "exited"
    assert json.loads(outcome.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {outcome.request_id} Error: Runtime exited {reason}",
    }
    assert bench.invoke().kind == "exited"
    assert bench.answer(1, "other") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "os.write(1, bytes(range(256)) * 1000)",
        "print('x' * 1_000_000)",
        "[print('line', n) for n in range(20_000)]",
        "sys.stdout.close(); sys.stderr.close()",
        "os.closerange(1, 3)",
        "sys.stdout = None",
        "os.fork()",
        "subprocess.run(['echo', 'from a subprocess'], check=True)",
        "subprocess.Popen(['sleep', '600'])",
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()",
        "threading.Thread(target=lambda: [print('t') for _ in range(1000)]).start()",
        (
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pthread_sigmask(signal.SIG_BLOCK, "
            "[signal.SIGTERM])"
        ),
        "os.chdir('/'); os.environ.clear(); sys.path.clear()",
        "sys.setrecursionlimit(50)",
    ],
)
def test_misbehaviour(bench: Workbench, body: str) -> None:
    """A handler may misuse its process: its invocation and the next one are still answered."""
    bench.function(
        "import os, signal, subprocess, sys, threading, time\n"
        f"def handler(event, context):\n    {body}\n"
        "    return event\n"
    )
    assert [bench.answer(1), bench.answer(2)] == [1, 2]


def test_garbage_on_the_socket(bench: Workbench) -> None:
    """A handler that writes to sfn's descriptors loses its process; the pool is not affected."""
    bench.function("import os\ndef handler(event, context):\n    os.write(3, b'\\xff' * 100)\n    return 1\n")
    assert bench.invoke().kind == "exited"
    assert bench.invoke().kind == "exited"


def test_context(bench: Workbench) -> None:
    """The context has the function, the request and the remaining time."""
    bench.function(
        """
        def handler(event, context):
            known = {name: value for name, value in vars(context).items() if not name.startswith("_")}
            known["identity"] = str(context.identity)
            return [known, context.get_remaining_time_in_millis(), str(context)]
        """,
        Timeout=7,
        MemorySize=256,
    )
    outcome = bench.invoke(name="arn:aws:lambda:eu-west-1:999999999999:function:fn:$LATEST")
    known, remaining, shown = json.loads(outcome.payload)
    assert shown == f"LambdaContext([{','.join(f'{name}={value}' for name, value in known.items())}])"
    assert known == {
        "aws_request_id": outcome.request_id,
        "invoked_function_arn": "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST",
        "function_name": "fn",
        "function_version": "$LATEST",
        "memory_limit_in_mb": "256",
        "log_group_name": "/aws/lambda/fn",
        "log_stream_name": bench.logged[0][1],
        # awslambdaric: both are always there.
        "tenant_id": None,
        "client_context": None,
        "identity": "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])",
    }
    assert 6000 < remaining <= 7000


def test_client_context(bench: Workbench) -> None:
    """Members that the client did not send are None; a context that is no JSON is an error."""
    bench.function(
        """
        def handler(event, context):
            sent = context.client_context
            return [str(sent), sent.custom, sent.client and sent.client.app_title]
        """
    )
    answers = [
        json.loads(bench.invoke(client_context=sent).payload)
        for sent in ('{"custom": {"a": 1}}', '{"client": {"app_title": "t"}, "env": {}}', "{")
    ]
    assert answers[0] == ["ClientContext([custom={'a': 1},env=None,client=None])", {"a": 1}, None]
    assert answers[1][2] == "t"
    assert answers[2]["errorType"] == "Runtime.LambdaContextUnmarshalError"
    assert answers[2]["errorMessage"].startswith("Unable to parse Client Context JSON: ")


def test_environment(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child has the function's variables and Lambda's, and nothing else of this process."""
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "x")
    bench.function(
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"A": "b", "AWS_LAMBDA_FUNCTION_NAME": "forged"}},
    )
    environment = bench.answer()
    assert environment["A"] == "b"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "fn"
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["_HANDLER"] == "app.handler"
    assert "SECRET_OF_THE_PARENT" not in environment
    assert not [name for name in environment if name.startswith(("PYTHON", "PYTEST", "VIRTUAL"))]


def test_descriptors(bench: Workbench) -> None:
    """A child has five descriptors, and none of this process's, inheritable or not."""
    bench.function(
        "import os\ndef handler(event, context): return sorted(map(int, os.listdir('/dev/fd')))[:-1]"
    )
    with (bench.folder / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert bench.answer() == [0, 1, 2, 3, 4]
