"""The view model of one execution.

view = fold_execution(source, at=None)      # fold.py: every event, or those up to the event `at`
view.root.visits                            # visits of states, in order; `threads` are inside them
visit.attempts, visit.status, visit.error   # the attempts, and how the visit ended
visit.duration_ms(now)                      # `now` is an argument, because views have no clock
pending_of(view)                            # pending.py: what running states wait for
dataflow(source, ids)                       # dataflow.py: the steps from a state's input to its output
view_to_json(view, now)                     # as_json.py: the whole view as JSON
"""
