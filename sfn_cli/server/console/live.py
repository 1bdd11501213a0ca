"""Live pages: when the store has changed, a page is drawn again and its changed parts are sent.

The events of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html):

    replace    {element's id: markup}, with the digest of all parts as its id
    reload     the page has other parts now: the browser loads it again
    end        nothing will change any more

Rule 1: One look at the store serves all pages; while nothing changes, none is drawn. A page that shows
processes is also drawn with each keep-alive.
Rule 2: A stream begins with the digest of what the browser has (`since`, or Last-Event-ID after a lost
connection), so that no change between the page and its stream is missed.
Rule 3: A page is drawn at most every PAUSE_SECONDS, and never more than a quarter of the time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from sfn_cli.api.following import Follower
from sfn_cli.errors import SfnError
from sfn_cli.jsonvalue import dumps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from sfn_cli.api.service import Service
    from sfn_cli.views.console.page import ConsolePage
    from sfn_cli.views.text.markup import Markup

PAUSE_SECONDS = 0.25
_LOOK_SECONDS, _QUIET_LOOK_SECONDS = 0.05, 0.2
_QUIET_AFTER_SECONDS = 3.0
_SHARE = 3
_KEEP_ALIVE_SECONDS = 15.0


def parts_digest(parts: Mapping[str, Markup]) -> str:
    """Returns what identifies the state of a page's parts."""
    digest = sha256()
    for id, part in parts.items():
        digest.update(f"{id}\0{part}\0".encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


class LivePages:
    """The open streams of one server. Belongs to one event loop's thread, as does `service`."""

    def __init__(self, service: Callable[[], Service]) -> None:
        """`service` returns the event loop's own Service; it is called when the first page is opened."""
        self._open_service = service
        self._waiting: set[asyncio.Future[bool]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._follower: Follower | None = None
        self._changes = 0
        self._is_ending = False

    def end(self) -> None:
        """Ends all streams, because the server stops. Browsers connect again to the next one."""
        self._is_ending = True
        self._wake()

    async def stream(self, draw: Callable[[], Awaitable[ConsolePage]], since: str) -> AsyncIterator[bytes]:
        """Yields the events of a page, until nothing will change any more or the server ends.

        `draw` draws the page as it is now, `since` is the digest of the parts that the browser has.
        """
        clock = asyncio.get_running_loop().time
        sent: dict[str, Markup] | None = None
        seen = -1
        while not self._is_ending:
            began, seen = clock(), self._changes
            page = await draw()
            parts, digest = dict(page.parts), parts_digest(page.parts)
            if digest != since:
                if sent is not None and sent.keys() != parts.keys():
                    yield _stream_event("reload", "{}", digest)
                    return
                changed = {id: part for id, part in parts.items() if sent is None or sent[id] != part}
                yield _stream_event("replace", dumps(changed), digest)
            sent, since = parts, digest
            if not page.is_live:
                yield _stream_event("end", "{}", digest)
                return
            await asyncio.sleep(max(PAUSE_SECONDS, _SHARE * (clock() - began)))
            while not self._is_ending and not await self._change_after(seen):
                yield b": keep-alive\n\n"
                if page.shows_processes:
                    break

    async def _change_after(self, seen: int) -> bool:
        """Waits for a change of the store; returns whether there was one, within the keep-alive time."""
        if self._changes != seen or self._is_ending:
            return True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            with suppress(TimeoutError):
                return await asyncio.wait_for(future, _KEEP_ALIVE_SECONDS)
            return False
        finally:
            self._waiting.discard(future)

    async def _look_on(self) -> None:
        """Looks at the store while streams wait."""
        if self._follower is None:
            self._follower = Follower(self._open_service())
            self._follower.wait()
            self._wake()  # the store may have changed since the first page was drawn
        clock = asyncio.get_running_loop().time
        changed_at = clock()
        while self._waiting:
            try:
                has_changed = self._follower.wait()
            except SfnError:  # the store was removed, or no worker starts: the page says so
                self._wake()
                return
            if has_changed:
                changed_at = clock()
                self._wake()
            is_quiet = clock() - changed_at > _QUIET_AFTER_SECONDS
            await asyncio.sleep(_QUIET_LOOK_SECONDS if is_quiet else _LOOK_SECONDS)

    def _wake(self) -> None:
        self._changes += 1
        for future in self._waiting:
            if not future.done():
                future.set_result(True)


def _stream_event(kind: str, data: str, id: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"event: {kind}\nid: {id}\n{lines}\n".encode("utf-8", "replace")
