"""What failed, in words.

failure = explain_failure(view)              # explain.py: the state that failed first, and why
decode_cause(error, cause)                   # cause.py: JSON and texts of services → a message
failure_lines(failure, width=80)             # panel.py: a box of styled text
next_steps(view, pending)                    # next_steps.py: commands that may be typed next

A traceback is a list of `StackFrame` (stack_frames.py), the innermost first. Its paths are those
on AWS ("/var/task/app.py"); `api/views/failure_details.py` knows the user's own files.
"""
