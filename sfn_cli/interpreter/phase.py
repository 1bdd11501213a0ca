"""The phases of a frame, from which `decide` derives its next event.

    STARTING       about to enter `frame.next`
    ENTERED        in a state, before its work
    WORKING        its task is open
    WORKED         its task has a result
    FAILED         its work failed, as an event records
    FORKED         its children are running
    DISTRIBUTING   in a Map that was started but whose Map Run was not
    JOINED         all its children succeeded
    ABORTED        its state was aborted, because a sibling failed
    ENDING         it exited its last state, but its end is not recorded yet
    ENDED

The phases are literals because accessing a member of an Enum takes 100 ns in Python 3.11, and each
event uses several. The type checker still finds misspelt or missing phases.
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
