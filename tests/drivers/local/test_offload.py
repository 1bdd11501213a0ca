"""Calls in threads: answered once in the loop, unless cancelled."""

from __future__ import annotations

import fcntl
import selectors
import struct
import termios
import threading
from typing import TYPE_CHECKING

import pytest

from sfn_cli.drivers.local.offload import Offload
from sfn_cli.drivers.local.offloaded_calls import CALL_THREADS, WAITING_CALL_THREADS
from tests.processes import until

if TYPE_CHECKING:
    from collections.abc import Callable


def turn_until(selector: selectors.BaseSelector, condition: Callable[[], object]) -> None:
    """Turns the loop as a worker does."""
    while not condition():
        ready = selector.select(30)
        assert ready, "no event in 30 seconds"
        for key, _ in ready:
            key.data()


def raise_error() -> None:
    raise ValueError("no")


def test_calls_are_answered_in_the_loop() -> None:
    """Results and errors are reported in the loop's thread; calls run concurrently in others."""
    selector = selectors.DefaultSelector()
    background = Offload[None](selector).calls
    meeting = threading.Barrier(5)  # passed only by five concurrent calls
    answers: list[tuple[object, bool]] = []
    here = threading.current_thread()

    def done(answer: object) -> None:
        answers.append((answer, threading.current_thread() is here))

    def call() -> bool:
        meeting.wait(30)
        return threading.current_thread() is here

    for _ in range(5):
        background(call, done)
    background(raise_error, lambda answer: done(str(answer)))
    turn_until(selector, lambda: len(answers) == 6)
    assert sorted(answers, key=str) == sorted([(False, True)] * 5 + [("no", True)], key=str)


def test_a_cancelled_call_is_not_answered() -> None:
    """A running call or an undelivered answer is dropped; later calls are not affected."""
    selector = selectors.DefaultSelector()
    background = Offload[None](selector).calls
    begun, go_on = threading.Event(), threading.Event()
    answers: list[str] = []

    def call() -> str:
        begun.set()
        assert go_on.wait(30)
        return "cancelled"

    cancel = background(call, lambda answer: answers.append(str(answer)))
    assert begun.wait(30)
    cancel()
    go_on.set()
    background(lambda: "wanted", lambda answer: answers.append(str(answer)))
    turn_until(selector, lambda: answers)
    assert answers == ["wanted"]


def test_waiting_calls_do_not_delay_others() -> None:
    """Calls that wait for minutes, however many, do not delay a request to a service."""
    selector = selectors.DefaultSelector()
    background = Offload[None](selector).calls
    go_on = threading.Event()
    answers: list[object] = []
    for _ in range(WAITING_CALL_THREADS + CALL_THREADS):
        background(lambda: go_on.wait(60), answers.append, may_wait=True)
    background(lambda: "service", answers.append)
    turn_until(selector, lambda: answers)
    assert answers == ["service"]
    go_on.set()
    turn_until(selector, lambda: len(answers) == WAITING_CALL_THREADS + CALL_THREADS + 1)


def test_an_error_of_one_callback_does_not_affect_the_others() -> None:
    """Answers that came together are all delivered, even if the first callback raises."""
    selector = selectors.DefaultSelector()
    background = Offload[None](selector).calls
    answers: list[str] = []

    def done(answer: object) -> None:
        answers.append(str(answer))
        if len(answers) == 1:
            raise ValueError("a bug")

    for _ in range(2):
        background(lambda: "answer", done)
    (key,) = selector.get_map().values()
    until(lambda: struct.unpack("i", fcntl.ioctl(key.fd, termios.FIONREAD, bytes(4))) == (2,), "both answers")
    with pytest.raises(ValueError, match="a bug"):
        key.data()
    turn_until(selector, lambda: len(answers) == 2)
