"""The phases of a frame, from which `decide` derives its next event.

    STARTING       about to enter `frame.next`
    ENTERED        in a state, before its work
    WORKING        its task is open
    WORKED         its task has a result
    FAILED         its work failed, and an event says so
    FORKED         its children run
    DISTRIBUTING   a Map that was started, and whose Map Run was not
    JOINED         all its children succeeded
    ABORTED        its state was aborted, because a sibling failed
    ENDING         its last state was left; its end is not recorded yet
    ENDED

The phases are literals because naming an Enum's member takes 100 ns in Python 3.11, and each event
names several. The type checker still finds a misspelt or forgotten one.
"""

from __future__ import annotations

from typing import Literal

Phase = Literal[
    "STARTING",
    "ENTERED",
    "WORKING",
    "WORKED",
    "FAILED",
    "FORKED",
    "DISTRIBUTING",
    "JOINED",
    "ABORTED",
    "ENDING",
    "ENDED",
]
