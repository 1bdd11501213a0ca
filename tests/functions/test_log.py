"""The log of a function's invocations."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functions.workbench import Workbench

REPORT = re.compile(
    r"REPORT RequestId: (?P<id>\S+)\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms"
    r"\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB"
    r"(?P<init>\tInit Duration: \d+\.\d\d ms)?\t"
)
STREAM = re.compile(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}")


def test_an_invocation(bench: Workbench) -> None:
    """START, the output, END and REPORT, in order; the first REPORT has the Init Duration."""
    bench.function("print('at import')\ndef handler(event, context):\n    print('one')\n    print('two')\n")
    first, second = bench.invoke().request_id, bench.invoke().request_id
    log = [
        REPORT.sub(lambda match: f"REPORT {match['id']}{' Init' if match['init'] else ''}", line)
        for line in bench.log
    ]
    assert log == [
        "at import",
        *(
            f"START RequestId: {first} Version: $LATEST",
            "one",
            "two",
            f"END RequestId: {first}",
            f"REPORT {first} Init",
        ),
        *(
            f"START RequestId: {second} Version: $LATEST",
            "one",
            "two",
            f"END RequestId: {second}",
            f"REPORT {second}",
        ),
    ]
    assert {group for group, _, _, _ in bench.logged} == {"/aws/lambda/fn"}
    (stream,) = {stream for _, stream, _, _ in bench.logged}
    assert STREAM.fullmatch(stream)
    assert all(message.endswith("\n") for _, _, _, message in bench.logged)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body, lines",
    [
        ("print('a\\nb')", ["a", "b"]),
        ("print('no end of line', end='')", ["no end of line"]),
        ("print('50 %\\r100 %'); print('dos\\r')", ["50 %\r100 %", "dos\r"]),  # recorded (LocalStack)
        ("print('é ☃ \\ud800')", ["é ☃ \\ud800"]),
        ("print('to stderr', file=sys.stderr)", ["to stderr"]),
        ("print(1); print(2, file=sys.stderr); os.write(1, b'3\\n'); print(4)", ["1", "2", "3", "4"]),
        ("os.write(1, b'\\xff\\xfe')", ["\ufffd\ufffd"]),
        ("subprocess.run(['echo', 'from echo'])", ["from echo"]),
        ("logging.getLogger().setLevel('INFO'); logging.info('%s', 'said')", ["[INFO]\tTIME\tID\tsaid"]),
        ("logging.warning('a\\nb')", ["[WARNING]\tTIME\tID\ta\nb"]),
        ("logging.basicConfig(level='DEBUG'); logging.debug('unseen')", []),
        ("print('before', end=' '); logging.error('after')", ["before [ERROR]\tTIME\tID\tafter"]),
        ("context.log('by the context')", ["by the context"]),
    ],
)
def test_output(bench: Workbench, body: str, lines: list[str]) -> None:
    """Each line is an event; a record of `logging`, in Lambda's form, is one event."""
    bench.function(f"import logging, os, subprocess, sys\ndef handler(event, context):\n    {body}\n")
    request_id = bench.invoke().request_id
    printed = [
        re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME", line.replace(request_id, "ID"))
        for line in bench.log[1:-2]
    ]
    assert printed == lines


def test_a_long_line_is_several_events(bench: Workbench) -> None:
    """An event has at most 256 KiB."""
    bench.function("def handler(event, context): print('x' * 600_000)")
    bench.invoke()
    assert [len(line) for line in bench.log[1:-2]] == [262_144, 262_144, 75_712]


def test_an_error(bench: Workbench) -> None:
    """An error is one event, with its stack trace."""
    bench.function("def handler(event, context):\n    raise ValueError('bad')\n")
    bench.invoke()
    assert bench.log[1] == (
        # awslambdaric: the trace is indented with no-break spaces.
        "[ERROR] ValueError: bad\nTraceback (most recent call last):\n"
        "\xa0\xa0File \"/var/task/app.py\", line 2, in handler\n\xa0\xa0\xa0\xa0raise ValueError('bad')"
    )


def test_live(bench: Workbench) -> None:
    """A handler's output can be read while it still runs."""
    fifo = bench.folder / "fifo"
    os.mkfifo(fifo)
    bench.function(
        f"def handler(event, context):\n    print('I wait')\n    return open({str(fifo)!r}).read()\n"
    )
    _, outcomes = bench.begin()
    bench.until_logged("I wait")
    assert not outcomes
    fifo.write_text("go on")
    bench.until(lambda: bool(outcomes))
    assert outcomes[0].payload == '"go on"'


def test_tail(bench: Workbench) -> None:
    """An outcome has the end of its own invocation's log, at most 4 KB."""
    bench.function("def handler(event, context):\n    for n in range(event): print('line', n)\n")
    short, long = bench.invoke(1).log_tail, bench.invoke(5000).log_tail
    assert short.splitlines()[1:3] == [
        "line 0",
        short.splitlines()[0].removesuffix(" Version: $LATEST").replace("START", "END"),
    ]
    assert len(long) == 4096
    assert "line 4999\nEND RequestId: " in long
