"""The view model of one execution.

view = fold_execution(source, at=None)           # fold.py: every event up to the event `at`
view.threads[0].visits                           # the states, in order; a Map or Parallel has threads inside
visit.attempts, visit.status, visit.waits        # what was tried, how it ended, what it waits for
duration(visit, now)                             # `now` is an argument: there is no clock here
"""
