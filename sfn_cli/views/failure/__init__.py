"""Explains failures.

failure = explain_failure(view)              # explain.py: the state that failed first, and why
decode_cause(error, cause)                   # cause.py: converts JSON and services' text to a message
failure_lines(failure, width=80)             # panel.py: a box of styled text
next_steps(view, pending)                    # next_steps.py: commands to run next

A stack trace is a list of `StackFrame` (stack_frames.py), innermost first. Its paths are those
on AWS ("/var/task/app.py"); `api/views/failure_details.py` replaces them with the user's files.
"""
