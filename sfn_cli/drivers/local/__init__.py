"""The local driver: detached worker processes over the SQLite store.

launch.py            how a command makes sure that a worker is running
process.py           the worker's process: its slot, when it exits
loop.py              its loop: it checks the store, takes rounds, waits
scheduler.py         the executions that it drives: claim, turn, commit, dispatch, in rounds
driven_execution.py  everything it knows of one execution, and the execution's turn
claims.py            how it takes over executions: claimed and replayed
agenda.py            when they have their turns
messages.py          messages to them from other processes
group_commit.py      a round, stored in one transaction
isolation.py         an error of one of them harms no other
task_dispatch.py     their open tasks, started once their event is durable, cancelled when they close
map_run_notices.py   notifies Map Runs that their children have ended
offload.py           threads for what must not hold up the loop
offloaded_steps.py   slow expressions
offloaded_calls.py   calls that block
awaiting.py          answers that tasks wait for, all by one thread
clocks.py            virtual and fast clocks
outbox_delivery.py   status changes to EventBridge
lambda_events.py     asynchronous invocations of functions
"""
