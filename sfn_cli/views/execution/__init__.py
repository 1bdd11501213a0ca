"""The view model of one execution.

view = fold_execution(source, at=None)      # fold.py: every event, or those up to the event `at`
view.root.visits                            # visits of states, in order; `threads` are inside them
visit.attempts, visit.status, visit.error   # what was tried, and how it ended
visit.duration_ms(now)                      # `now` is an argument: there is no clock here
pending_of(view)                            # pending.py: what the states that run wait for
dataflow(source, ids)                       # dataflow.py: from the input of a state to its output
view_to_json(view, now)                     # as_json.py: all of it, as JSON
"""
