"""One execution, without I/O: history in, history out. Pure: no clock, no dice, no files.

evolve(execution, event)            what an event means        the only writer of Execution
decide(execution, now) -> event     what happens next          reads, and writes memos and the agenda
execution.open_tasks, .wake_at      pending work, next timer    derived, never stored
turn(interpreter, signals, now)     one turn of a driver       signals first, then what is due

A frame is one thread of control (`execution.py`). It holds its stay in a state (`stay.py`), which holds
the frame's children where the state is a Map or Parallel (`fork.py`). The table of event types
(`events.py`) says what each event means, and in which phases of its frame (`phase.py`) it may come.
"""
