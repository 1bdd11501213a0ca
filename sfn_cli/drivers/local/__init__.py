"""The local driver: detached worker processes over the SQLite store.

launch.py      how a command makes sure that a worker lives
worker.py      the process: its slot, its loop, when it leaves
conduct.py     the executions that it drives: claim, advance, commit, dispatch
dispatch.py    the tasks that are owed: started once their event is durable
"""
