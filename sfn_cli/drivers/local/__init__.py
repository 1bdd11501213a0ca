"""The local driver: detached worker processes over the SQLite store.

launch.py            starts a worker, or wakes the one that is running
process.py           the worker process: takes a slot and exits when idle
loop.py              the worker's loop: checks the store, runs rounds, waits
scheduler.py         runs the worker's executions in rounds: claim, turn, commit, dispatch
driven_execution.py  the state of one execution in the worker, and its turn
claims.py            takes over executions: claims and replays them
agenda.py            schedules the turns of executions
messages.py          delivers messages from other processes
group_commit.py      stores a round in one transaction
isolation.py         confines an error to the execution that caused it
task_dispatch.py     starts tasks once their event is durable, and cancels them when they close
map_run_notices.py   notifies Map Runs that their children have ended
offload.py           threads for work that would block the loop
offloaded_steps.py   slow expressions
offloaded_calls.py   calls that block
awaiting.py          pending answers, all polled by one thread
clocks.py            virtual and fast clocks
outbox_delivery.py   delivers status changes to EventBridge
lambda_events.py     asynchronous invocations of functions
"""
