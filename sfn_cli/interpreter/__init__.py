"""One execution, without I/O: history in, history out. Pure: no clock, randomness or files.

evolve(execution, event)            what an event means        the only writer of Execution
decide(execution, now) -> event     what happens next          reads, and writes memos and the agenda
execution.open_tasks, .wake_at      pending work, next timer    derived, never stored
turn(interpreter, signals, now)     one turn of a driver       signals first, then due events

A frame is one thread of control. It has its stay in a state, and a stay in a Map or Parallel has the
fork of its children (`frame.py`). The table of event types (`events.py`) defines each event's
meaning, and the phases of its frame (`phase.py`) in which it may occur.
"""
