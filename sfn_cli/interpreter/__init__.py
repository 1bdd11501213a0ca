"""One execution, without I/O: history in, history out. Pure: no clock, no dice, no files.

evolve(execution, event)            what an event means        the only writer of Execution
decide(execution, now) -> event     what happens next          reads, and keeps its agenda
execution.open_tasks, .wake_at      what the world owes us     derived, never stored
turn(interpreter, signals, now)     one turn of a driver       signals first, then what is due
"""
