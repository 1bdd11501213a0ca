"""Waiting for invocations, from a command and from the threads of a server."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sfn_cli.functions.invoke import InvokingHost
from sfn_cli.store.sqlite.logs.logs import SqliteLogs
from sfn_cli.store.sqlite.store import SqliteStore
from tests.functions.workbench import await_death

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.functions.workbench import Workbench

ECHO = "import os\ndef handler(event, context):\n    print('said', event)\n    return [event, os.getpid()]\n"


@pytest.fixture
def host(bench: Workbench) -> Iterator[InvokingHost]:
    host = InvokingHost(bench.settings, partial(SqliteStore, bench.settings.home))
    yield host
    host.stop()


def messages(bench: Workbench) -> list[str]:
    return [event.message.rstrip("\n") for event in SqliteLogs(bench.database).after("/aws/lambda/fn", 0)]


def test_outcomes(bench: Workbench, host: InvokingHost) -> None:
    """The log is stored before the outcome is returned; the child is reused, and ends with the host."""
    bench.function(ECHO)
    first, second = host.invoke("fn", "1"), host.invoke("fn", "2")
    assert [line for line in messages(bench) if line.startswith("said")] == ["said 1", "said 2"]
    pid = first.payload.strip("[]").split(", ")[1]
    assert second.payload == f"[2, {pid}]"
    assert host.invoke("gone", "1").kind == "not_found"
    host.stop()
    assert await_death(int(pid))


def test_a_command_that_is_interrupted(bench: Workbench, host: InvokingHost) -> None:
    """The invocation ends with the command."""
    pid_file = bench.folder / "pid"
    bench.function(
        f"""
        import os, signal
        def handler(event, context):
            with open({str(pid_file)!r}, "w") as file:
                file.write(str(os.getpid()))
            os.kill(os.getppid(), signal.SIGINT)
            while True: pass
        """,
        Timeout=900,
    )
    with pytest.raises(KeyboardInterrupt):
        host.invoke("fn", "1")
    host.stop()
    assert await_death(int(pid_file.read_text()))


def test_threads(bench: Workbench, host: InvokingHost) -> None:
    """Many threads invoke at once; each gets its own answer, and its own log."""
    bench.function(ECHO)
    answers: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda n=n: answers.update({n: host.invoke("fn", str(n)).payload}))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: int(answer.strip("[]").split(", ")[0]) for number, answer in answers.items()} == {
        n: n for n in range(20)
    }
    assert sorted(line for line in messages(bench) if line.startswith("said")) == sorted(
        f"said {n}" for n in range(20)
    )


def test_the_log_of_a_running_handler(bench: Workbench, host: InvokingHost) -> None:
    """A running handler's output is in the store before it ends."""
    fifo = bench.folder / "fifo"
    os.mkfifo(fifo)
    bench.function(
        f"def handler(event, context):\n    print('I wait')\n    return open({str(fifo)!r}).read()\n",
        Timeout=60,
    )
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(host.invoke("fn", "1").payload))
    thread.start()
    bench.until(lambda: "I wait" in messages(bench))
    assert answers == []
    fifo.write_text("go on")
    thread.join()
    assert answers == ['"go on"']


def test_a_host_that_is_stopped(bench: Workbench) -> None:
    """Waiting callers get an error; the children end; and the host can be started again."""
    bench.function(
        "import os\ndef handler(event, context):\n    print(os.getpid())\n    while event: pass\n",
        Timeout=900,
    )
    host = InvokingHost(bench.settings, partial(SqliteStore, bench.settings.home))
    kinds: list[str] = []
    thread = threading.Thread(target=lambda: kinds.append(host.invoke("fn", "1").kind))
    thread.start()
    bench.until(lambda: len(messages(bench)) == 2)
    host.stop()
    thread.join()
    assert kinds == ["exited"]
    assert await_death(int(messages(bench)[1]))
    host.stop()
    assert host.invoke("fn", "0").kind == "succeeded"
    host.stop()


def test_a_host_sees_updates(bench: Workbench, host: InvokingHost) -> None:
    """A change by another connection applies to the next invocation."""
    bench.function("import os\ndef handler(event, context): return os.environ.get('A')")
    assert host.invoke("fn", "1").payload == "null"
    bench.update(Environment={"Variables": {"A": "b"}})
    assert host.invoke("fn", "1").payload == '"b"'


def test_a_store_that_cannot_be_read(bench: Workbench, host: InvokingHost) -> None:
    """The invocation fails with the store's error, and the host continues."""
    bench.function(ECHO)
    assert host.invoke("fn", "1").kind == "succeeded"
    with bench.database.transaction() as connection:
        (view,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'function_at'").fetchone()
        connection.execute("DROP VIEW function_at")
    outcome = host.invoke("fn", "1")
    assert (outcome.kind, outcome.error) == ("unusable", "ServiceException")
    assert "no such table" in outcome.message
    with bench.database.transaction() as connection:
        connection.execute(view)
    assert host.invoke("fn", "1").kind == "succeeded"


def test_a_stopped_host_holds_nothing_open(bench: Workbench) -> None:
    """Its store and its children's pipes are closed."""
    bench.function(ECHO)
    bench.database.close()  # SQLite does not close a store's files while another connection has them open
    host = InvokingHost(bench.settings, partial(SqliteStore, bench.settings.home))
    before = len(os.listdir("/dev/fd"))
    host.invoke("fn", "1")
    host.stop()
    assert len(os.listdir("/dev/fd")) == before
