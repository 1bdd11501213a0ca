"""StartExecution from a state of another execution: an extension of sfn.

starts         StartExecution, with or without the extension
start_from     checks the request, decides by the interpreter's law, and starts the execution
chosen_visit   the visit of a state from which to start
"""
