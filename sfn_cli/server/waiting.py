"""Long polls on the server: each is a task of the event loop, and no thread waits.

Rule 1: no operation is performed for a client that has disconnected: an activity's task goes to one
worker only, and would be lost.
Rule 2: when the server is to end, polls are answered at once, with an empty response; a request
that waits for an execution gets a grace period, and then an error: the server ends.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sfn_cli.api.protocol.long_polls import NO_TASK, Awaited, AwaitedEnd, AwaitedTask
from sfn_cli.errors import ApiError
from sfn_cli.server.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from starlette.requests import Request

    from sfn_cli.api.model.answers import GetActivityTaskAnswer, StartSyncExecutionAnswer
    from sfn_cli.api.service import Service

    Answered = StartSyncExecutionAnswer | GetActivityTaskAnswer

GRACE_SECONDS = 5
"""How long requests in progress may take when the server is to end."""


class Waiting:
    """The waiting requests of one server, over a Service of the event loop's own."""

    def __init__(
        self, service: Service, in_thread: Callable[[Callable[[Service], Answered | None]], Awaitable[Any]]
    ) -> None:
        """Takes the event loop's Service.

        `in_thread` calls a function in a thread, with a Service of that thread's.
        """
        self._watch = Watch(service)
        self._in_thread = in_thread
        self._ending = asyncio.Event()  # polls stop waiting
        self._ended = asyncio.Event()  # all requests stop waiting

    def end(self) -> None:
        """Ends the waits, by rule 2. Called in the event loop, once."""
        self._ending.set()
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._ended.set)

    async def answer(self, awaited: Awaited, request: Request) -> Answered:
        """Waits for the response and returns it. Raises ApiError, or what the operation raises."""
        gone = asyncio.create_task(waiting_disconnection(request))
        try:
            if isinstance(awaited, AwaitedEnd):
                return await self._at_the_end(awaited, gone)
            return await self._with_a_task(awaited, gone)
        finally:
            gone.cancel()

    async def _at_the_end(self, awaited: AwaitedEnd, gone: asyncio.Task[None]) -> Answered:
        if not await _event_came_while_waiting(self._watch.end_of(awaited.execution), gone, self._ended):
            raise ApiError(
                "ServiceUnavailable", "sfn serve is shutting down. The execution continues.", status=503
            )
        answer: Answered = await self._in_thread(awaited.answer)
        return answer

    async def _with_a_task(self, awaited: AwaitedTask, gone: asyncio.Task[None]) -> Answered:
        clock = asyncio.get_running_loop().time
        gives_up_at = clock() + awaited.seconds
        while await _event_came_while_waiting(
            self._watch.task_of(awaited.activity), gone, self._ending, gives_up_at - clock()
        ):
            answer: Answered | None = await self._in_thread(awaited.take)
            if answer is not None:
                return answer
        return NO_TASK


async def _event_came_while_waiting(
    event: Coroutine[Any, Any, None],
    gone: asyncio.Task[None],
    ending: asyncio.Event,
    seconds: float | None = None,
) -> bool:
    """Whether the event came before a disconnection, the server's shutdown and the timeout."""
    came, ended = asyncio.create_task(event), asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({came, gone, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if gone.done() or not came.done():
            return False
        await came  # raises what it raised
        return True
    finally:
        came.cancel()
        ended.cancel()


async def waiting_disconnection(request: Request) -> None:
    """Returns when the client has disconnected. The request's body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
