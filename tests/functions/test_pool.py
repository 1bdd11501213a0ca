"""The rules of the pool: which invocation is next, which ones wait, and which child ends."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.child import IDLE_MILLISECONDS
from sfn_cli.store.records.functions import CONCURRENCY, Code, FunctionSetting
from sfn_cli.store.sqlite.functions.settings import SqliteFunctionSettings
from tests.functions.workbench import await_death, zip_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.functions.workbench import Workbench

PID = "import os\ndef handler(event, context): return os.getpid()\n"
SPIN = "def handler(event, context):\n    print('here', event)\n    while True: pass\n"
HOLD = """
    import os
    def handler(event, context):
        print("holding")
        open(event).read()
        return os.getpid()
"""


class Gate:
    """Holds the handlers that read it until it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        os.mkfifo(path)

    def open(self) -> None:
        with open(self.path, "w"):
            pass


def test_a_child_is_used_again(bench: Workbench) -> None:
    """Invocations one after another use one child."""
    bench.function(PID)
    assert len({bench.answer() for _ in range(20)}) == 1


def test_concurrent_invocations_have_separate_children(bench: Workbench) -> None:
    """Three invocations that overlap run in three processes."""
    bench.function(HOLD)
    gates = [Gate(bench.folder / f"gate{number}") for number in range(3)]
    begun = [bench.begin(gate.path)[1] for gate in gates]
    bench.until(lambda: bench.log.count("holding") == 3)
    for gate in gates:
        gate.open()
    bench.until(lambda: all(begun))
    assert len({outcomes[0].payload for outcomes in begun}) == 3


def test_quick_invocations_need_few_children(make_bench: Callable[..., Workbench]) -> None:
    """A few children run many of them."""
    bench = make_bench(cores=2)
    bench.function(PID)
    bench.answer()
    begun = [bench.begin(number)[1] for number in range(1000)]
    bench.until(lambda: all(begun))
    assert len({outcomes[0].payload for outcomes in begun}) <= 10


def test_slow_invocations_after_quick_ones(make_bench: Callable[..., Workbench]) -> None:
    """Earlier quick invocations do not make later slow ones wait."""
    bench = make_bench(cores=1)
    bench.function(HOLD)
    for _ in range(20):
        bench.answer("/dev/null")
    bench.log.clear()
    gates = [Gate(bench.folder / f"gate{number}") for number in range(5)]
    begun = [bench.begin(gate.path)[1] for gate in gates]
    bench.until(lambda: bench.log.count("holding") == 5)
    for gate in gates:
        gate.open()
    bench.until(lambda: all(begun))


@pytest.mark.parametrize("count, most", [(200, 64), (50, 1)])
def test_many_invocations(make_bench: Callable[..., Workbench], count: int, most: int) -> None:
    """All invocations are done, with any number of children."""
    bench = make_bench(max_children=most)
    bench.function(PID)
    begun = [bench.begin(number)[1] for number in range(count)]
    bench.until(lambda: all(begun))
    assert len({outcomes[0].payload for outcomes in begun}) <= most


def test_an_idle_child_makes_room_for_another_function(make_bench: Callable[..., Workbench]) -> None:
    """With one place, two functions share it in turn."""
    bench = make_bench(max_children=1)
    for name in ("a", "b"):
        bench.function(PID, name)
    assert len({bench.answer(name=name) for name in ("a", "b", "a")}) == 3


def test_a_function_without_children_is_not_starved(make_bench: Callable[..., Workbench]) -> None:
    """If a busy function has all places, another gets one before the first has finished."""
    bench = make_bench(max_children=2)
    for name in ("busy", "late"):
        bench.function(PID, name)
    order: list[str] = []
    for _ in range(2000):
        bench.pool.invoke("busy", "{}", lambda _: order.append("busy"))
    bench.until(lambda: len(order) > 2)
    bench.pool.invoke("late", "{}", lambda _: order.append("late"))
    bench.until(lambda: len(order) == 2001)
    assert order.index("late") < 2000


@pytest.mark.parametrize("holder", ["running", "waiting"])
def test_cancel(make_bench: Callable[..., Workbench], holder: str) -> None:
    """A cancelled invocation is never done, and another one takes its place."""
    bench = make_bench(max_children=1)
    bench.function(HOLD)
    gate = Gate(bench.folder / "gate")
    running, never = bench.begin(gate.path)
    bench.until_logged("holding")
    waiting, later = bench.begin("/dev/null")
    (running if holder == "running" else waiting).cancel()
    (running if holder == "running" else waiting).cancel()
    if holder == "running":
        bench.until(lambda: bool(later))
        assert (never, later[0].kind) == ([], "succeeded")
    else:
        gate.open()
        bench.until(lambda: bool(never))
        assert (never[0].kind, later) == ("succeeded", [])


def test_a_cancelled_handler_dies(bench: Workbench) -> None:
    """Cancelling kills the process, even in an endless loop."""
    bench.function("import os\ndef handler(event, context):\n    print(os.getpid())\n    while True: pass\n")
    invocation, _ = bench.begin()
    bench.until(lambda: len(bench.log) == 2)
    invocation.cancel()
    assert await_death(int(bench.log[1]))


def test_timeout(bench: Workbench) -> None:
    """A handler that takes too long is killed, and its outcome is Lambda's."""
    bench.function(SPIN)
    _, outcomes = bench.begin("now")
    bench.until_logged("here now")
    bench.ahead += 3000
    bench.until(lambda: bool(outcomes))
    outcome = outcomes[0]
    message = f"RequestId: {outcome.request_id} Error: Task timed out after 3.00 seconds"
    assert outcome.kind == "timed_out"
    assert json.loads(outcome.payload) == {"errorType": "Sandbox.Timedout", "errorMessage": message}
    assert bench.log[-3].endswith(f"Z {outcome.request_id} Task timed out after 3.00 seconds")
    assert bench.log[-2] == f"END RequestId: {outcome.request_id}"
    assert "Status: timeout" in bench.log[-1]


def test_timeout_of_the_caller(make_bench: Callable[..., Workbench]) -> None:
    """`timeout_at` ends a running and a waiting invocation."""
    bench = make_bench(max_children=1)
    bench.function(SPIN, Timeout=900)
    _, running = bench.begin("now", timeout_at=bench.clock() + 60_000)
    bench.until_logged("here now")
    _, waiting = bench.begin("then", timeout_at=bench.clock() + 60_000)
    bench.ahead += 61_000
    bench.until(lambda: bool(running and waiting))
    assert [running[0].kind, waiting[0].kind] == ["timed_out", "timed_out"]


def test_timeout_while_it_is_imported(bench: Workbench) -> None:
    """A module whose import never ends fails the invocation that waits for it."""
    bench.function("print('importing')\nwhile True: pass\n")
    _, outcomes = bench.begin()
    bench.until_logged("importing")
    bench.ahead += 13_000
    bench.until(lambda: bool(outcomes))
    assert outcomes[0].kind == "timed_out"


def test_idle_children_end(bench: Workbench) -> None:
    """They end after some minutes."""
    bench.function(PID)
    pid = bench.answer()
    bench.ahead += IDLE_MILLISECONDS
    bench.pool.tick(bench.clock())
    assert await_death(pid)
    assert bench.answer() != pid


def test_an_edited_file_is_used_at_once(bench: Workbench) -> None:
    """Every change takes effect, even within one tick of the clock, and in files that are not modules."""
    folder = bench.function("def handler(event, context): return 0")
    for number in range(1, 6):
        bench.write(
            folder / "app.py",
            f"def handler(event, context): return {'0' * (number % 2)} + {number}".replace(" 0 +", " +"),
        )
        assert bench.answer() == number
    bench.write(
        folder / "app.py", "def handler(event, context): return DATA\nDATA = open('data.txt').read()\n"
    )
    for text in ("one", "three"):
        (folder / "data.txt").write_text(text)
        assert bench.answer() == text
    bench.write(folder / "app.py", "import other\ndef handler(event, context): return other.x\n")
    for value in (1, 22):
        bench.write(folder / "other.py", f"x = {value}")
        assert bench.answer() == value
    assert not (folder / "__pycache__").exists()


def test_an_unchanged_folder_keeps_its_child(bench: Workbench) -> None:
    """Reading a file, or writing bytecode next to it, is not a change."""
    folder = bench.function(PID)
    pid = bench.answer()
    (folder / "app.py").read_text()
    (folder / "__pycache__").mkdir()
    assert bench.answer() == pid


def test_an_update_is_used_at_once(bench: Workbench) -> None:
    """An update of the configuration, of the code, and of a function that was created again."""
    bench.zipped({"app.py": "import os\ndef handler(event, context): return os.environ.get('A', 'one')"})
    assert bench.answer() == "one"
    bench.update(Environment={"Variables": {"A": "two"}})
    assert bench.answer() == "two"
    bench.update(code=Code(zip=zip_of({"app.py": "def handler(event, context): return 'three'"})))
    assert bench.answer() == "three"
    bench.functions.delete("fn")
    assert bench.invoke().kind == "not_found"
    bench.zipped({"app.py": "def handler(event, context): return 'four'"})
    assert bench.answer() == "four"


def test_a_busy_child_of_older_code_ends_when_it_has_answered(bench: Workbench) -> None:
    """A running invocation is not disturbed, and its child is not used again."""
    folder = bench.function(HOLD)
    gate = Gate(bench.folder / "gate")
    _, old = bench.begin(gate.path)
    bench.until_logged("holding")
    bench.write(folder / "app.py", PID)
    new = bench.answer()
    gate.open()
    bench.until(lambda: bool(old))
    assert await_death(int(old[0].payload))
    assert bench.answer() == new


@pytest.mark.parametrize(
    "reference, missing",
    [
        ("gone", "arn:aws:lambda:us-east-1:123456789012:function:gone"),
        ("fn:7", "arn:aws:lambda:us-east-1:123456789012:function:fn:7"),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:gone:PROD",
            "arn:aws:lambda:us-east-1:123456789012:function:gone:PROD",
        ),
    ],
)
def test_not_found(bench: Workbench, reference: str, missing: str) -> None:
    """A function, version or alias that does not exist."""
    bench.function(PID)
    outcome = bench.invoke(name=reference)
    assert (outcome.kind, outcome.error, outcome.message) == (
        "not_found",
        "ResourceNotFoundException",
        f"Function not found: {missing}",
    )


@pytest.mark.parametrize(
    "reference",
    ["fn", "fn:$LATEST", "123456789012:function:fn", "arn:aws:lambda:eu-west-1:111111111111:function:fn"],
)
def test_references(bench: Workbench, reference: str) -> None:
    """All of Lambda's forms of names are accepted; region and account are ignored."""
    bench.function("def handler(event, context): return 1")
    assert bench.answer(name=reference) == 1


def test_an_outcome_never_comes_from_within_invoke(bench: Workbench) -> None:
    """Rule 5, also when there is nothing to run."""
    _, outcomes = bench.begin(name="gone")
    assert outcomes == []
    assert bench.pool.wake_at == 0
    bench.pool.tick(bench.clock())
    assert len(outcomes) == 1


def test_done_may_start_more(bench: Workbench) -> None:
    """`done` may invoke and cancel."""
    bench.function(PID)
    ended: list[str] = []

    def done(outcome: object) -> None:
        ended.append(str(outcome))
        if len(ended) < 5:
            bench.pool.invoke("fn", "{}", done)
            bench.pool.invoke("fn", "{}", ended.append).cancel()  # type: ignore[arg-type]

    bench.pool.invoke("fn", "{}", done)
    bench.until(lambda: len(ended) == 5)


def test_close_leaves_nothing(bench: Workbench) -> None:
    """Children and their descendants have ended, and their descriptors are closed."""
    bench.function(
        """
        import os, subprocess
        def handler(event, context):
            print(os.getpid())
            print(subprocess.Popen(["sleep", "600"]).pid)
            while True: pass
        """
    )
    before = os.listdir("/dev/fd")
    bench.begin()
    bench.until(lambda: len(bench.log) == 3)
    bench.pool.close()
    assert [await_death(int(pid)) for pid in bench.log[1:]] == [True, True]
    assert len(os.listdir("/dev/fd")) == len(before)


def test_descriptors_do_not_leak(bench: Workbench) -> None:
    """A child that has ended leaves no descriptor open."""
    bench.function("import os\ndef handler(event, context): os._exit(0)")
    bench.invoke()
    before = len(os.listdir("/dev/fd"))
    for _ in range(5):
        bench.invoke()
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("error", ["no such interpreter", "too large an environment"])
def test_a_process_that_cannot_be_started(bench: Workbench, error: str) -> None:
    """The function is unusable, and the pool is not."""
    bench.function(PID)
    bench.answer()
    if error == "no such interpreter":
        bench.function(PID, "bad", Runtime="python2.7")
    else:
        bench.function(PID, "bad", Environment={"Variables": {"A": "x" * 4_000_000}})
    outcome = bench.invoke(name="bad")
    assert outcome.kind == "unusable"
    assert outcome.message
    assert bench.answer()


def test_reserved_concurrency(bench: Workbench) -> None:
    """A function runs at most as often at a time as its reserved concurrency; others are not limited."""
    settings = SqliteFunctionSettings(bench.database)
    for name in ("fn", "free"):
        bench.function("import time\ndef handler(event, context): return event", name)
    settings.put("fn", FunctionSetting(CONCURRENCY, "$LATEST", "", {"ReservedConcurrentExecutions": 1}, 0))
    _, first = bench.begin(1)
    _, second = bench.begin(2)
    _, other = bench.begin(3, "free")
    bench.until(lambda: bool(first and second and other))
    kinds = [outcomes[0].kind for outcomes in (first, second, other)]
    assert kinds == ["succeeded", "throttled", "succeeded"]
    assert (second[0].error, second[0].message) == ("TooManyRequestsException", "Rate Exceeded.")
    assert bench.answer(4) == 4
