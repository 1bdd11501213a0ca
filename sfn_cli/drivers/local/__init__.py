"""The local driver: detached worker processes over the SQLite store.

launch.py            how a command makes sure that a worker lives
process.py           the worker's process: its slot, when it exits
loop.py              its loop: it looks at the store, takes rounds, waits
scheduler.py         the executions that it drives: claim, turn, commit, dispatch, in rounds
driven_execution.py  all that it knows of one of them, and its turn
claims.py            how they come to it: claimed and replayed
agenda.py            when they have their turns
messages.py          what other processes say to them
group_commit.py      a round, stored in one transaction
isolation.py         an error of one of them harms no other
task_dispatch.py     their open tasks: started once their event is durable, cancelled when they close
map_run_notices.py   Map Runs hear that their children have ended
offload.py           what must not hold up the loop: slow expressions and calls that block, in threads
awaiting.py          answers that tasks wait for, all by one thread
clocks.py            virtual and fast clocks
outbox_delivery.py   status changes to EventBridge
lambda_events.py     asynchronous invocations of functions
"""
