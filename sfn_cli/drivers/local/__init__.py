"""The local driver: detached worker processes over the SQLite store.

launch.py            how a command makes sure that a worker lives
process.py           the process: its slot, its loop, when it exits
scheduler.py         the executions that it drives: claim, turn, commit, in rounds
task_dispatch.py     their open tasks: started once their event is durable, cancelled when they close
offload.py           what must not hold up the loop: slow expressions and calls that block, in threads
outbox_delivery.py   status changes to EventBridge
lambda_events.py     asynchronous invocations of functions
"""
