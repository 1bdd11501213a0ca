"""A handler's event, context, answers, errors and misbehaviour."""

from __future__ import annotations

import json
import os
import re
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
        ("def handler(event, context): return {'a': b'text'}", {}, {"a": "text"}),
        ("from decimal import Decimal\ndef handler(event, context): return Decimal('1.5')", {}, 1.5),
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
        (
            "def handler(event, context): return {1, 2}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
            [],
        ),
        (
            "def handler(event, context): return 'x' * 7_000_000",
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
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
    "handler, error_type, message",
    [
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
            return [known, context.get_remaining_time_in_millis(), context.identity, context.client_context]
        """,
        Timeout=7,
        MemorySize=256,
    )
    outcome = bench.invoke(name="arn:aws:lambda:eu-west-1:999999999999:function:fn:$LATEST")
    known, remaining, identity, client_context = json.loads(outcome.payload)
    assert known == {
        "aws_request_id": outcome.request_id,
        "invoked_function_arn": "arn:aws:lambda:us-east-1:123456789012:function:fn:$LATEST",
        "function_name": "fn",
        "function_version": "$LATEST",
        "memory_limit_in_mb": "256",
        "log_group_name": "/aws/lambda/fn",
        "log_stream_name": bench.logged[0][1],
    }
    assert 6000 < remaining <= 7000
    assert identity is client_context is None


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
