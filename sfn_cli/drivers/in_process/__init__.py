"""The in-process driver: runs an execution in memory, turn by turn, on a virtual clock.

execution.py    one execution: its turns, its clock, its history
answers.py      answers to its tasks: mocks, Python functions, or the real integrations
map_runs.py     Map Runs, whose children run in memory as well
stepped.py      an execution that stops before each state
unstored.py     a stepped execution of a stored state machine

    answer = answers_by_calling({"Pay": lambda order: …})
    execution = InProcessExecution(definition, Payload({"n": 1}), answer)
    execution.run()
    execution.status, execution.output, execution.history

Nothing is stored, no process is started, and no time passes: a Wait ends as soon as there is nothing
else to do. The history is identical to the one that a worker would have stored.
"""
